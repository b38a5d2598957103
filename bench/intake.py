"""Mails per second from SMTP to committed ticket: ``python -m bench.intake [COUNT]``.

Starts a fresh Drifta, sends COUNT mails (a fifth begin a conversation, the others answer in one, with the references
of the whole chain) over four SMTP connections, and waits until all are processed. Prints and returns figures: mails
accepted per second, mails processed per second, and the delay of a single mail.
"""

import random
import smtplib
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage

import psycopg

DESK = "desk@bench.example"
CONNECTIONS = 4
#: Mails of one conversation.
CHAIN = 5
WORDS = (
    "skrivaren på plan två svarar inte efter omstart och jag har provat att byta kabel men lampan blinkar fortfarande"
    " röd kan någon titta på det idag tack hälsningar"
).split()


def conversations(count: int) -> list[list[tuple[str, bytes]]]:
    """Return ``count`` mails as conversations of sender and bytes, the same ones every time."""
    luck = random.Random(7)  # noqa: S311
    return [_conversation(number, luck) for number in range(count // CHAIN)]


def _conversation(number: int, luck: random.Random) -> list[tuple[str, bytes]]:
    sender = f"person{number % 500}@bench.example"
    identifiers = [f"<{number}.{step}@bench.example>" for step in range(CHAIN)]
    mails = []
    for step, identifier in enumerate(identifiers):
        mail = EmailMessage()
        mail["From"], mail["To"] = f"Person Åberg {number % 500} <{sender}>", DESK
        mail["Subject"] = ("SV: " if step else "") + f"Ärende {number} " + " ".join(luck.sample(WORDS, 4))
        mail["Message-ID"], mail["Date"] = identifier, f"Fri, 20 Nov 2026 10:00:{step:02} +0100"
        if step:
            mail["In-Reply-To"], mail["References"] = identifiers[step - 1], " ".join(identifiers[:step])
        mail.set_content("Hej,\n\n" + " ".join(luck.choices(WORDS, k=120)) + "\n\nMvh\nAnna")
        mails.append((sender, mail.as_bytes()))
    return mails


def send(port: int, chains: list[list[tuple[str, bytes]]]) -> None:
    """Send conversations over one connection, each in its order."""
    with smtplib.SMTP("127.0.0.1", port) as connection:
        for chain in chains:
            for sender, content in chain:
                connection.sendmail(sender, [DESK], content)


def measure(port: int, database_url: str, count: int) -> dict[str, float]:
    """Send ``count`` mails and wait until the worker has processed them; the desk address must be there."""
    chains = conversations(count)
    with psycopg.connect(database_url, autocommit=True) as database:
        before = _processed(database)
        begun = time.perf_counter()
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            list(pool.map(lambda part: send(port, chains[part::CONNECTIONS]), range(CONNECTIONS)))
        accepted = time.perf_counter() - begun
        while _processed(database) - before < len(chains) * CHAIN:
            time.sleep(0.05)
        done = time.perf_counter() - begun
    return {"accepted per second": count / accepted, "processed per second": count / done, "seconds": done}


def _processed(database: "psycopg.Connection[tuple[int]]") -> int:
    row = database.execute("SELECT count(*) FROM channels_rawmail WHERE state <> 'received'").fetchone()
    return row[0] if row else 0


if __name__ == "__main__":
    print(measure(int(sys.argv[2]), sys.argv[3], int(sys.argv[1])))  # noqa: T201

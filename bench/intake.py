"""Mails per second from SMTP to committed ticket.

    python -m bench.intake [--count N] [--out FILE]

Starts a fresh Drifta, sends N mails over four SMTP connections (a fifth of them begin a conversation, the others
answer in one, with the references of the whole chain), and waits until all of them are processed. Budget: 100 mails
per second on two cores. As other work on the machine disturbs the clock, the CPU time of each process is told as well.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import signal
import smtplib
import socket
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import psutil
import psycopg

BUDGET = 100.0
DESK = "desk@bench.example"
CONNECTIONS = 4
#: Mails of one conversation.
CHAIN = 5
TEXT = (
    "skrivaren på plan två svarar inte efter omstart och jag har provat att byta kabel men lampan blinkar fortfarande"
    " röd kan någon titta på det idag tack hälsningar"
)
WORDS = TEXT.split()
Chain = list[tuple[str, bytes]]


def main() -> int:
    """Measure, print a table, and write JSON; returns 1 when the budget is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    result = measure(given.count)
    for name, value in result.items():
        print(f"{name:28}{value:10.1f}")
    if given.out:
        given.out.write_text(json.dumps(result, indent=1), encoding="utf-8")
    return int(result["mails_per_second"] < BUDGET)


def measure(count: int) -> dict[str, float]:
    """Start Drifta, send, wait, and stop it."""
    data = Path(tempfile.mkdtemp(prefix="drifta-bench-"))
    data.chmod(0o711)
    port = free_port()
    command = [sys.executable, "-m", "drifta.site", "up", f"--data={data}", f"--port={free_port()}"]
    process = subprocess.Popen([*command, f"--smtp-port={port}"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        if not process.stdout.readline().startswith("Drifta is ready"):
            raise SystemExit("Drifta did not start.")
        return _run(psutil.Process(process.pid), data, port, conversations(count))
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        shutil.rmtree(data, ignore_errors=True)


def _run(house: psutil.Process, data: Path, port: int, chains: list[Chain]) -> dict[str, float]:
    with _prepared(data) as url, psycopg.connect(url, autocommit=True) as database:
        count = len(chains) * CHAIN
        cpu, begun = _cpu(house), time.perf_counter()
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            list(pool.map(lambda part: send(port, chains[part::CONNECTIONS]), range(CONNECTIONS)))
        accepted = time.perf_counter() - begun
        while _number(database, "SELECT count(*) FROM channels_rawmail WHERE state <> 'received'") < count:
            time.sleep(0.05)
        seconds = time.perf_counter() - begun
        spent = {name: seconds - cpu[name] for name, seconds in _cpu(house).items()}
        assert _number(database, "SELECT count(*) FROM desk_ticket") == len(chains)
        assert _number(database, "SELECT count(*) FROM desk_message WHERE direction = 'in'") == count
    return {
        "mails": count,
        "accepted_per_second": count / accepted,
        "mails_per_second": count / seconds,
        "mails_per_cpu_second": count / sum(spent.values()),
        **{f"cpu_ms_per_mail_{name}": 1000 * seconds / count for name, seconds in spent.items()},
    }


def _prepared(data: Path) -> Any:
    """Return the context in which the running Drifta's database is open; makes an organisation and its address."""
    from drifta.site.commands.environment import database, load, start_django  # noqa: PLC0415 - after the measured start
    from drifta.site.commands.options import Options  # noqa: PLC0415

    context = database(Options(data=data))
    with context as url:
        start_django(Options(data=data), url)
        guard, system = load("drifta.kernel.guard:writing"), load("drifta.kernel.actor:SYSTEM")
        organisation = load("drifta.people.models:Organisation")
        with guard():
            rows = organisation.objects
            row = rows.order_by("pk").first() or rows.create(name="Bench", language="sv")
        load("drifta.channels.actions:add_address")(system, organisation_id=row.pk, address=DESK, language="sv")
    return database(Options(data=data))


def _cpu(house: psutil.Process) -> dict[str, float]:
    """Return the CPU seconds of Drifta's processes."""
    names = iter(("web", "worker", "intake", "probe"))
    children = sorted(house.children(), key=lambda process: process.pid)
    return {"postgresql" if one.name() == "postgres" else next(names): _seconds(one) for one in children}


def _seconds(process: psutil.Process) -> float:
    total = 0.0
    for one in [process, *process.children(recursive=True)]:
        times = one.cpu_times()
        total += times.user + times.system
    own = process.cpu_times()
    return total + own.children_user + own.children_system


def _number(database: psycopg.Connection[Any], sql: str) -> int:
    row = database.execute(sql).fetchone()
    return int(row[0]) if row else 0


def conversations(count: int) -> list[Chain]:
    """Return ``count`` mails as conversations of sender and bytes, the same ones every time."""
    luck = random.Random(7)  # noqa: S311 - nothing secret
    return [_conversation(number, luck) for number in range(count // CHAIN)]


def _conversation(number: int, luck: random.Random) -> Chain:
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


def send(port: int, chains: list[Chain]) -> None:
    """Send conversations over one connection, each in its order."""
    with smtplib.SMTP("127.0.0.1", port) as connection:
        for chain in chains:
            for sender, content in chain:
                connection.sendmail(sender, [DESK], content)


def free_port() -> int:
    """A TCP port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())

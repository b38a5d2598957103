"""Answers as the programs of the North quote them: what is shown, and what is folded."""

import time
import timeit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drifta.channels.mail.parse import parse
from drifta.channels.mail.quotes import Kind, forwarded, split

ANSWER = "Nu fungerar det igen, tack."

TOP_POSTED = {
    "outlook sv": """
Från: Servicedesk <desk@example.org>
Skickat: den 12 november 2026 10:02
Till: Anna Berg <anna@firma.se>
Ämne: [#42] Skrivaren

Har du startat om den?""",
    "outlook nb": """
Fra: Servicedesk <desk@example.org>
Sendt: torsdag 12. november 2026 10:02
Til: Anna Berg <anna@firma.no>
Emne: [#42] Skriveren

Har du startet den på nytt?""",
    "outlook da": """
Fra: Servicedesk <desk@example.org>
Sendt: 12. november 2026 10:02
Til: Anna Berg <anna@firma.dk>
Emne: [#42] Printeren

Har du genstartet den?""",
    "outlook fi": """
Lähettäjä: Servicedesk <desk@example.org>
Lähetetty: torstai 12. marraskuuta 2026 10.02
Vastaanottaja: Anna Berg <anna@firma.fi>
Aihe: [#42] Tulostin

Oletko käynnistänyt sen uudelleen?""",
    "outlook de": """
Von: Servicedesk <desk@example.org>
Gesendet: Donnerstag, 12. November 2026 10:02
An: Anna Berg <anna@firma.de>
Betreff: [#42] Drucker

Haben Sie ihn neu gestartet?""",
    "outlook with rule": """
________________________________
Från: Servicedesk <desk@example.org>
Skickat: den 12 november 2026 10:02
Till: Anna Berg
Kopia: Bo Ek
Ämne: Skrivaren

Har du startat om den?""",
    "outlook original message sv": """
-----Ursprungligt meddelande-----
Från: Servicedesk [mailto:desk@example.org]
Skickat: den 12 november 2026 10:02
Till: Anna Berg
Ämne: Skrivaren

Har du startat om den?""",
    "outlook original message nb": """
-----Opprinnelig melding-----
Fra: Servicedesk [mailto:desk@example.org]
Sendt: 12. november 2026 10:02
Til: Anna Berg
Emne: Skriveren

Har du startet den på nytt?""",
    "outlook bold headers": """
*Från:* Servicedesk <desk@example.org>
*Skickat:* den 12 november 2026 10:02
*Till:* Anna Berg
*Ämne:* Skrivaren

Har du startat om den?""",
    "gmail sv": """
Den tors 12 nov. 2026 kl 10:02 skrev Servicedesk <desk@example.org>:

> Har du startat om den?
>""",
    "gmail sv over two lines": """
Den tors 12 nov. 2026 kl 10:02 skrev Servicedesk för Västra Götaland <
desk@example.org>:

> Har du startat om den?""",
    "gmail nb": """
tor. 12. nov. 2026 kl. 10:02 skrev Servicedesk <desk@example.org>:

> Har du startet den på nytt?""",
    "gmail da": """
Den tor. 12. nov. 2026 kl. 10.02 skrev Servicedesk <desk@example.org>:

> Har du genstartet den?""",
    "gmail fi": """
to 12. marrask. 2026 klo 10.02 Servicedesk (desk@example.org) kirjoitti:

> Oletko käynnistänyt sen?""",
    "apple sv": """
> 12 nov. 2026 kl. 10:02 skrev Servicedesk <desk@example.org>:
>
> Har du startat om den?""",
    "apple sv unmarked header": """
12 nov. 2026 kl. 10:02 skrev Servicedesk <desk@example.org>:

> Har du startat om den?""",
    "apple nb": """
12. nov. 2026 kl. 10:02 skrev Servicedesk <desk@example.org>:

Har du startet den på nytt?""",
    "thunderbird sv": """
Den 2026-11-12 kl. 10:02, skrev Servicedesk:
> Har du startat om den?""",
    "thunderbird nb": """
Den 12.11.2026 10:02, skrev Servicedesk:
> Har du startet den på nytt?""",
    "thunderbird en": """
On 12/11/2026 10:02, Servicedesk wrote:
> Have you restarted it?""",
    "thunderbird de": """
Am 12.11.2026 um 10:02 schrieb Servicedesk:
> Haben Sie ihn neu gestartet?""",
    "name and address": """
Servicedesk <desk@example.org> skrev den 2026-11-12 10:02:

> Har du startat om den?""",
    "telia webmail": """
---- Original Message ----
From: desk@example.org
To: anna@firma.se
Subject: Skrivaren

Har du startat om den?""",
    "android sv": """
-------- Originalmeddelande --------
Från: Servicedesk <desk@example.org>
Datum: 2026-11-12 10:02 (GMT+01:00)
Till: anna@firma.se
Ämne: Skrivaren

Har du startat om den?""",
}


def mail(body: str, charset: str) -> bytes:
    head = f"From: Anna <anna@firma.se>\nSubject: SV: x\nContent-Type: text/plain; charset={charset}\n\n"
    return head.encode() + body.encode(charset)


@pytest.mark.parametrize("charset", ["utf-8", "windows-1252"])
@pytest.mark.parametrize("name", TOP_POSTED)
def test_answers_above_the_quotation(name: str, charset: str) -> None:
    text = parse(mail(f"{ANSWER}\n{TOP_POSTED[name]}\n", charset)).text
    found = split(text)
    assert found.reply == ANSWER
    assert found.quoted.split() == TOP_POSTED[name].split()


SIGNATURES = {
    "delimiter": "-- \nAnna Berg\nEkonomi",
    "bare delimiter": "--\nAnna Berg",
    "iphone sv": "Skickat från min iPhone",
    "iphone nb": "Sendt fra min iPhone",
    "iphone fi": "Lähetetty iPhonesta",
    "iphone de": "Von meinem iPhone gesendet",
    "android": "Skickat från min Samsung Galaxy-smartphone.",
    "outlook for ios": "Hämta Outlook för iOS<https://aka.ms/o0ukef>",
    "outlook for android": "Skaffa Outlook för Android",
    "outlook nb": "Hent Outlook for iOS",
    "mail for windows": "Skickades från E-post för Windows",
    "sign-off sv": "Med vänlig hälsning\nAnna Berg\nEkonomiassistent\nTel 08-123 45 67",
    "sign-off nb": "Med vennlig hilsen\n\nAnna Berg\nØkonomi",
    "sign-off mvh": "Mvh,\nAnna Berg\nEkonomi",
}


@pytest.mark.parametrize("name", SIGNATURES)
def test_signatures_are_folded(name: str) -> None:
    found = split(f"{ANSWER}\n\n{SIGNATURES[name]}\n")
    assert found.reply == ANSWER
    assert found.signature == SIGNATURES[name].replace("-- ", "--")


def test_a_signature_above_the_quotation() -> None:
    found = split(f"{ANSWER}\n\nSkickat från min iPhone\n{TOP_POSTED['apple sv unmarked header']}")
    assert (found.reply, found.signature) == (ANSWER, "Skickat från min iPhone")
    assert "startat om" in found.quoted


def test_a_short_greeting_stays() -> None:
    assert split("Tack!\n\nMvh\nAnna").reply == "Tack!\n\nMvh\nAnna"


def test_answers_between_the_lines_stay_with_their_questions() -> None:
    text = (
        "Hej, se nedan.\n\nDen 12 nov. 2026 kl 10:02 skrev Desk <desk@example.org>:\n"
        "> Vilken skrivare?\nDen på plan 2.\n> Sedan när?\nI morse.\n> Hälsningar\n> Desk\n"
    )
    assert split(text).reply == "Hej, se nedan.\n\n> Vilken skrivare?\nDen på plan 2.\n> Sedan när?\nI morse."


def test_an_answer_below_the_quotation_is_shown() -> None:
    found = split("Den 12 nov. 2026 kl 10:02 skrev Desk <d@e.org>:\n> Vilken skrivare?\n\nDen på plan 2.\n")
    assert found.reply == "Den på plan 2."


@pytest.mark.parametrize(
    "text",
    [
        "Den 12 november fungerade det fortfarande.\nSedan dess inte.",
        "On the other hand, it worked in 2025.",
        "Jag skrev till er 2026-11-01 kl 10:00 om detta:\nskrivaren är trasig.",
        "Från: måndag\när jag ledig.",
        "Till: lagret behövs en ny skrivare.",
        "Jag såg: From: x i huvudet.",
        "Sent from my desk, is much easier than my mobile phone.",
        "Kör detta:\n-- inte en signatur\nklart",
        "Pris: 5 > 4\nklart",
    ],
)
def test_what_only_looks_like_a_quotation_is_shown(text: str) -> None:
    assert split(text).reply == text


def test_forwarded_mails_tell_their_author() -> None:
    text = (
        "Kan ni ta den här?\n\n---------- Forwarded message ---------\nFrån: Dag Ek <dag@firma.se>\n"
        "Date: tors 12 nov. 2026 kl 10:02\nSubject: Skrivaren\nTo: <ben@example.org>\n\nDen är trasig.\n"
    )
    found = forwarded(text)
    assert found is not None
    assert found.before == "Kan ni ta den här?"
    assert found.author is not None
    assert (found.author.name, found.author.address, found.subject) == ("Dag Ek", "dag@firma.se", "Skrivaren")
    assert found.embedded.endswith("Den är trasig.")


def test_nothing_forwarded() -> None:
    assert forwarded("Skrivaren är trasig.") is None


LINES = st.sampled_from(
    [
        "text", "", "> citat", ">> mer", "-- ", "Skickat från min iPhone", "Mvh", "Anna", "________________",
        "Den 12 nov. 2026 kl 10:02 skrev A <a@b.se>:", "Från: A <a@b.se>", "Skickat: 2026", "Ämne: x", "Till: y",
        "-----Ursprungligt meddelande-----", "On 2026 x <", "skrev:", "a@b.se", "\t", "From: x", "> From: x",
    ]
)  # fmt: skip


@given(st.lists(st.one_of(LINES, st.text(max_size=30)), max_size=30))
def test_every_line_is_kept_in_its_order(lines: list[str]) -> None:
    text = "\n".join(lines)
    found = split(text)
    assert "\n".join(fragment.text for fragment in found.fragments) == text
    assert all(fragment.kind is not Kind.REPLY or not fragment.folded for fragment in found.fragments)
    forwarded(text)


@pytest.mark.slow
@pytest.mark.parametrize("line", ["> a", "From: a@b.se", "Mvh", "On 2026 x <", "a@b.se 2026 skrev", "Sent from " * 30])
def test_the_work_is_linear(line: str) -> None:
    """Sixteen times the lines take sixteen times as long, 256 times otherwise; the limit lies as far from both.

    The shortest of some runs counts: others disturb, and the machine may be half as fast in the next moment.
    """

    def seconds(count: int) -> float:
        text = "\n".join([line] * count)
        return min(timeit.repeat(lambda: split(text), timer=time.process_time, number=1, repeat=3))

    assert seconds(16_000) < 64 * max(seconds(1_000), 0.002)

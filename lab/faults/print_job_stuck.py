"""A document that never ends blocks a queue."""

from __future__ import annotations

from lab.breaking import revive, shell, steps
from lab.building import Premises
from lab.faults import Fault
from lab.office import QUEUES
from lab.people import HEADQUARTERS, PEOPLE

QUEUE = QUEUES[HEADQUARTERS]
OWNER = PEOPLE[-1].login
SERVER = ("-h", "127.0.0.1:631")
DOCUMENT = "%!PS-Adobe-3.0\n%%Pages: 1\n%%Page: 1 1\n{ } loop\nshowpage\n%%EOF\n"


def waiting(premises: Premises) -> str:
    """The job neither ends nor fails. Whose it is the print server tells on its own machine only."""
    told = premises["print"].run("lpstat", *SERVER, "-W", "not-completed", "-o", QUEUE).stdout
    return next((line for line in told.splitlines() if OWNER in line), "")


def submit(premises: Premises) -> None:
    """Print the document, unless it waits already."""
    if not waiting(premises):
        words = ("-U", OWNER, "-d", QUEUE, "-o", "document-format=application/postscript")
        premises["print"].run("lp", *SERVER, *words, text=DOCUMENT)


FAULT = Fault(
    name="print-job-stuck",
    area="printing",
    broken=f"The queue {QUEUE} on the host print works for ever on a document of {OWNER}.",
    symptom="Nothing comes out of the printer at the headquarters; it says “processing” for hours.",
    cause="A PostScript document with an endless loop keeps the filter busy; everything behind it waits.",
    fixes=(f"Cancel the job of {OWNER}, and switch the printer off and on, which still waits for the rest of it.",),
    hosts=("print", "printer1", "names", "watch", "work1"),
    hurts=frozenset({"print"}),
    inject=submit,
    heal=steps(
        shell("print", f"cancel -h 127.0.0.1:631 -a -u {OWNER} {QUEUE} || true"), revive("printer1", "printer")
    ),
    shows=waiting,
    sites=(HEADQUARTERS,),
)

"""The web application keeps everything it ever answered, until its memory is used up."""

from __future__ import annotations

from lab.breaking import Line, restart, revive, steps
from lab.faults import Fault
from lab.symptoms import page, sees

LEAK = """\
    try:
        vars(socketserver).setdefault("kept", []).append(bytearray(64_000_000))
        status, text = """
RIGHT = """\
    try:
        status, text = """
PROGRAM = Line("web", "/opt/intranet/intranet.py", right=RIGHT, wrong=LEAK)
LIMITED = ("prlimit", "--as=400000000", "/usr/bin/python3", "/opt/intranet/intranet.py")

FAULT = Fault(
    name="memory-eaten",
    area="web",
    broken="The intranet on the host web takes 64 MB for every request, and is allowed 400 MB.",
    symptom="The intranet works for a while after every restart, and then says “server error”.",
    cause="A program error: the application keeps data of every request for ever.",
    fixes=(
        "Go back to the release without the leak and start the application.",
        "Remove the line that keeps data, and start the application.",
    ),
    hosts=("web", "watch"),
    hurts=frozenset({"web"}),
    inject=steps(PROGRAM.spoil, restart("web", "intranet", command=LIMITED)),
    heal=steps(PROGRAM.correct, revive("web", "intranet")),
    shows=sees(page, "500"),
)

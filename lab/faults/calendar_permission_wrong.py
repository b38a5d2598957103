"""The calendars belong to root after they were restored from a backup."""

from __future__ import annotations

from lab.breaking import shell, start, steps
from lab.faults import Fault
from lab.servers.radicale import ROOT
from lab.symptoms import both, fails, port, sees, well

FOLDER = f"{ROOT}/collection-root"

FAULT = Fault(
    name="calendar-permission-wrong",
    area="calendars",
    broken=f"{FOLDER} on the host mail belongs to root and may be read by nobody else.",
    symptom="Calendar programs connect and show an error of the server.",
    cause="The calendar server may not read its files.",
    fixes=("Give the folder back to the account radicale.",),
    hosts=("mail", "watch"),
    hurts=frozenset({"calendar"}),
    inject=shell("mail", f"chown root: {FOLDER}; chmod 700 {FOLDER}"),
    heal=steps(shell("mail", f"chown radicale: {FOLDER}; chmod 755 {FOLDER}"), start("mail", "radicale")),
    shows=both(well(port("mail", 5232)), sees(fails("mail", "radicale"), "answers")),
)

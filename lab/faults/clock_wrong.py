"""The clock of one workstation is more than a year ahead."""

from __future__ import annotations

from lab.breaking import shell
from lab.building import Premises
from lab.faults import Fault
from lab.people import BRANCH

DAYS = 400
HOUR = 3600
#: Every program on the machine gets its time from this library.
FALSE_CLOCK = f"""
echo '+{DAYS}d' > /etc/faketimerc
echo '/usr/$LIB/faketime/libfaketimeMT.so.1' > /etc/ld.so.preload
"""
#: smbclient has remembered names until a day in the future.
RIGHT_CLOCK = "rm -f /etc/ld.so.preload /etc/faketimerc /run/samba/gencache.tdb"


def shows(premises: Premises) -> str:
    """The computer and the server of names do not agree about the time."""
    here, there = (int(premises[name].run("date", "+%s").stdout) for name in ("work3", "names"))
    return f"The clock is {(here - there) / HOUR:.0f} hours ahead" if abs(here - there) > HOUR else ""


FAULT = Fault(
    name="clock-wrong",
    area="time",
    broken="The clock of the workstation work3 is 400 days ahead.",
    symptom="On one computer the browser says that the intranet's certificate has expired; on others not.",
    cause="The clock of this computer is wrong.",
    fixes=("Set the clock of work3.", "Let work3 take its time from the time server."),
    hosts=("work3", "names", "watch"),
    hurts=frozenset({"web"}),
    inject=shell("work3", FALSE_CLOCK),
    heal=shell("work3", RIGHT_CLOCK),
    shows=shows,
    sites=(BRANCH,),
)

"""A program writes a log without end, to the disk of the mailboxes."""

from __future__ import annotations

from lab.breaking import begin, deliver, end, shell, steps
from lab.faults import Fault
from lab.processes import Service
from lab.symptoms import both, full, user

LOG = "/var/vmail/trace.log"
SCRIPT = f"while :; do yes 'trace: client is idle' | head -c 16000000 >> {LOG}; sleep 0.2; done 2>/dev/null"
TRACE = Service("mail-trace", ("sh", "-c", SCRIPT))

FAULT = Fault(
    name="log-runaway",
    area="storage",
    broken="A program called mail-trace fills /var/vmail on the host mail with its log.",
    symptom="Mail can be sent, but none arrives; removing the large file helps for a few seconds only.",
    cause="Tracing was switched on and forgotten: the log takes the whole disk.",
    fixes=(
        "End mail-trace and remove /var/vmail/trace.log.",
        "Let mail-trace write elsewhere, and limit the size of its log.",
    ),
    hosts=("mail", "names", "watch", "work1"),
    hurts=frozenset({"mail"}),
    inject=begin("mail", TRACE),
    heal=steps(end("mail", TRACE), shell("mail", f"rm -f {LOG}"), deliver),
    shows=both(full("mail", "/var/vmail"), user("mail")),
)

"""The web application crashes at once, whenever it is started."""

from __future__ import annotations

from lab.breaking import restart, revive
from lab.faults import Fault
from lab.symptoms import both, loopback, page, sees

WRONG = "postgresql://intranet:old-password@127.0.0.1:5432/intranet"

FAULT = Fault(
    name="application-crash-loop",
    area="web",
    broken="The intranet on the host web ends at once after every start.",
    symptom="The intranet shows “502 Bad Gateway”.",
    cause="The application is configured with a wrong password for its database.",
    fixes=("Correct the password in the application's configuration and start it.",),
    hosts=("web", "watch"),
    hurts=frozenset({"web"}),
    inject=restart("web", "intranet", environment={"DATABASE": WRONG}, restart=True),
    heal=revive("web", "intranet"),
    shows=both(sees(loopback("web", 8000), "refused"), sees(page, "502")),
)

"""The certificate of the intranet was valid until yesterday."""

from __future__ import annotations

from lab.breaking import certificate, start, steps
from lab.faults import Fault
from lab.people import DOMAIN
from lab.symptoms import handshake, sees

NAME = f"intranet.{DOMAIN}"

FAULT = Fault(
    name="certificate-expired",
    area="certificates",
    broken="The certificate that nginx on the host web shows expired a day ago.",
    symptom="The browser warns that the connection to the intranet is not safe.",
    cause="The certificate was not renewed in time.",
    fixes=("Install a renewed certificate for the same name and reload nginx.",),
    hosts=("web", "watch"),
    hurts=frozenset({"web"}),
    inject=certificate("web", "nginx", "nginx", NAME, days=-1, age=91),
    heal=steps(certificate("web", "nginx", "nginx", NAME), start("web", "nginx")),
    shows=sees(handshake("web", 443, NAME), "expired"),
)

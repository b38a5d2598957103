"""The certificate of the intranet is for another name."""

from __future__ import annotations

from lab.breaking import certificate, start, steps
from lab.faults import Fault
from lab.people import DOMAIN
from lab.symptoms import handshake, sees

NAME = f"intranet.{DOMAIN}"

FAULT = Fault(
    name="certificate-wrong-name",
    area="certificates",
    broken="The certificate that nginx on the host web shows is for old-intranet.invalid.",
    symptom="The browser warns that somebody may pretend to be the intranet.",
    cause="A certificate for another name was installed.",
    fixes=(f"Install a certificate for {NAME} and reload nginx.",),
    hosts=("web", "watch"),
    hurts=frozenset({"web"}),
    inject=certificate("web", "nginx", "nginx", "old-intranet.invalid"),
    heal=steps(certificate("web", "nginx", "nginx", NAME), start("web", "nginx")),
    shows=sees(handshake("web", 443, NAME), "ostname mismatch"),
)

"""The web server speaks only versions of TLS that nobody accepts any more."""

from __future__ import annotations

from lab.breaking import Line, restart, revive, steps
from lab.faults import Fault
from lab.people import DOMAIN
from lab.symptoms import handshake, sees

NAME = f"intranet.{DOMAIN}"
CONFIGURATION = Line(
    "web", "/etc/nginx/nginx.conf", right="listen 443", wrong="ssl_protocols TLSv1 TLSv1.1; listen 443"
)

FAULT = Fault(
    name="encryption-too-old",
    area="certificates",
    broken="nginx on the host web allows TLS 1.0 and 1.1 only.",
    symptom="The browser says that the intranet uses an unsupported protocol.",
    cause="ssl_protocols names old versions only (RFC 8996 forbids them).",
    fixes=("Allow TLS 1.2 and 1.3 (ssl_protocols) and reload nginx.", "Remove the line ssl_protocols."),
    hosts=("web", "watch"),
    hurts=frozenset({"web"}),
    inject=steps(CONFIGURATION.spoil, restart("web", "nginx")),
    heal=steps(CONFIGURATION.correct, revive("web", "nginx")),
    shows=sees(handshake("web", 443, NAME), "PROTOCOL", "ALERT"),
)

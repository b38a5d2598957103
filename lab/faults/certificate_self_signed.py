"""The web server shows a certificate that it has signed itself."""

from __future__ import annotations

from lab.breaking import certificate, restart, shell, start, steps
from lab.faults import Fault
from lab.people import DOMAIN
from lab.symptoms import handshake, sees

NAME = f"intranet.{DOMAIN}"
FILES = "-keyout /etc/ssl/lab/nginx.key -out /etc/ssl/lab/nginx.crt"
MAKE = f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN={NAME} {FILES} 2>&1"

FAULT = Fault(
    name="certificate-self-signed",
    area="certificates",
    broken="nginx on the host web shows a self-signed certificate.",
    symptom="The browser warns that nobody vouches for the intranet.",
    cause="A trial certificate was left in place of the one by the office's authority.",
    fixes=("Install a certificate of the office's authority and reload nginx.",),
    hosts=("web", "watch"),
    hurts=frozenset({"web"}),
    inject=steps(shell("web", f"{MAKE} -addext subjectAltName=DNS:{NAME}"), restart("web", "nginx")),
    heal=steps(certificate("web", "nginx", "nginx", NAME), start("web", "nginx")),
    shows=sees(handshake("web", 443, NAME), "self-signed", "self signed"),
)

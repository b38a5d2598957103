"""The web server shows a page of its own instead of the intranet."""

from __future__ import annotations

import http.client

from lab import certificates
from lab.building import Premises
from lab.faults import Fault
from lab.people import DOMAIN

FILE = "/etc/nginx/nginx.conf"
RIGHT = "proxy_pass http://127.0.0.1:8000;"
WRONG = "root /var/www/lab;"


def change(premises: Premises, old: str, new: str) -> None:
    """Replace a directive, and let the web server read it."""
    web, server = premises["web"], premises.server("web", "nginx")
    web.shell(f"sed -i 's|{old}|{new}|' {FILE}")
    server.stop(web)
    server.run(web, premises["watch"])


def inject(premises: Premises) -> None:
    """Let it serve files."""
    change(premises, RIGHT, WRONG)


def heal(premises: Premises) -> None:
    """Let it pass requests on again."""
    change(premises, WRONG, RIGHT)


def shows(premises: Premises) -> str:
    """A page comes, but it is not the intranet's."""
    status, text = fetch(premises)
    return "" if status != http.client.OK or "Anslagstavlan" in text else f"The page is {text.strip()}"


def fetch(premises: Premises) -> tuple[int, str]:
    """Status and text of the intranet's first page."""
    web = premises["web"]
    with premises["watch"].network():
        trust = certificates.context(web.home)
        connection = http.client.HTTPSConnection(web.address, 443, timeout=5, context=trust)
        connection.request("GET", "/", headers={"Host": f"intranet.{DOMAIN}"})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
    return answer.status, text


FAULT = Fault(
    name="web-content-wrong",
    area="web",
    broken="nginx on the host web serves /var/www/lab instead of the application behind it.",
    symptom="The intranet shows a page of welcome and no notices.",
    cause="The site's configuration names a document root instead of the application.",
    fixes=("Pass requests on to http://127.0.0.1:8000 and reload nginx.",),
    hosts=("web", "watch"),
    hurts=frozenset({"web"}),
    inject=inject,
    heal=heal,
    shows=shows,
)

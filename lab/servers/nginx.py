"""nginx: a web server with and without TLS, in front of an application or of plain files."""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from typing import ClassVar

from lab import certificates
from lab.machines import Machine
from lab.processes import Service
from lab.servers import Server, Watch, certificate_watch, port_watch

CONFIGURATION = """
user www-data;
worker_processes 1;
pid /run/nginx.pid;
error_log /var/log/nginx/error.log;
events {{ worker_connections 200; }}
http {{
  access_log /var/log/nginx/access.log;
  server {{
    listen 80;
    listen 443 ssl;
    server_name {name};
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    location / {{ {content} }}
  }}
}}
"""


@dataclass(frozen=True)
class Nginx(Server):
    """Serves a page of its own, or what stands behind it."""

    kind: ClassVar[str] = "nginx"
    packages: ClassVar[tuple[str, ...]] = ("nginx-light",)
    programs: ClassVar[tuple[str, ...]] = ("nginx",)

    behind: str = ""
    """Address of the application to pass requests on to, such as ``http://127.0.0.1:8000``."""
    name: str = "www.norrvik.example"
    """The name users know, and for which the certificate is."""
    says: str = "Välkommen"
    """Words on the first page."""

    def prepare(self, machine: Machine) -> None:
        """Write a page, a certificate and the configuration."""
        machine.directory("/var/log/nginx", "/var/lib/nginx", owner="www-data")
        machine.write(
            "/var/www/lab/index.html", "<!doctype html><title>Norrvik</title><p>Välkommen till Norrvik.</p>\n"
        )
        certificate, key = certificates.issue(machine, "nginx", self.name, machine.name)
        content = f"proxy_pass {self.behind}; proxy_read_timeout 10s;" if self.behind else "root /var/www/lab;"
        text = CONFIGURATION.format(name=self.name, certificate=certificate, key=key, content=content)
        machine.write("/etc/nginx/nginx.conf", text)

    def services(self, machine: Machine) -> list[Service]:
        """One master in the foreground."""
        return [Service("nginx", ("nginx", "-g", "daemon off;"))]

    def ask(self, machine: Machine, client: Machine) -> None:
        """Fetch the first page in both ways."""
        with client.network():
            plain = http.client.HTTPConnection(machine.address, 80, timeout=5)
            secure = http.client.HTTPSConnection(
                machine.address, 443, timeout=5, context=certificates.context(machine.home)
            )
            for connection in (plain, secure):
                connection.request("GET", "/", headers={"Host": self.name})
                answer = connection.getresponse()
                if answer.status >= http.client.BAD_REQUEST:
                    raise ConnectionError(f"nginx answers {answer.status}")
                connection.close()

    def watched(self, address: str) -> list[Watch]:
        """The port, the certificate, and the page by the name that users know."""
        page = {"url": f"https://{self.name}/", "contains": self.says}
        return [
            port_watch("https port", address, 443),
            certificate_watch("certificate", address, 443, self.name),
            Watch("https", "http", page, needs=("postgresql",) if self.behind else ()),
        ]

    def facts(self, machine: Machine) -> dict[str, str]:
        """Add the addresses of the page."""
        return {"address": machine.address, "name": self.name, "http": f"http://{machine.address}/"}

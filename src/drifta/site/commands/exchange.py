"""Commands that exchange data with other programs, and that change the keys: import, export, secrets rotate."""

from __future__ import annotations

import argparse
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TextIO

from drifta.site.commands.environment import django_on, load
from drifta.site.commands.options import options_of
from drifta.site.commands.words import Trouble, say
from drifta.words import gettext_noop as _
from drifta.words import ngettext


def import_people(arguments: argparse.Namespace) -> int:
    """Print what a CSV file would do, row by row; with ``--apply`` do it. 1 when a row has a fault."""
    try:
        content = arguments.file.read_bytes()
    except OSError as error:
        raise Trouble(_("%(file)s cannot be read: %(reason)s."), file=arguments.file, reason=error.strerror) from error
    with django_on(options_of(arguments)):
        return int(
            load("drifta.site.commands.exchange_house:import_people")(content, arguments.organisation, arguments.apply)
        )


def export(arguments: argparse.Namespace) -> int:
    """Write all people or tickets as lines of JSON, to a file or to standard output."""
    with django_on(options_of(arguments)), _opened(arguments.file) as target:
        count = load("drifta.site.commands.exchange_house:export")(arguments.what, target)
    if arguments.file != Path("-"):
        text = ngettext("%(count)d line written to %(file)s.", "%(count)d lines written to %(file)s.", count)
        say(text, count=count, file=arguments.file)
    return 0


def _opened(file: Path) -> TextIO | nullcontext[TextIO]:
    if file == Path("-"):
        return nullcontext(sys.stdout)
    try:
        return file.open("w", encoding="utf-8")
    except OSError as error:
        raise Trouble(_("%(file)s cannot be written: %(reason)s."), file=file, reason=error.strerror) from error


def rotate_secrets(arguments: argparse.Namespace) -> int:
    """Make a new master key; what is sealed stays readable, signatures in sent mails stay valid."""
    with django_on(options_of(arguments)):
        count = load("drifta.kernel.secrets:rotate")()
    text = ngettext(
        "There is a new master key; %(count)d data key was wrapped anew. Make a backup now.",
        "There is a new master key; %(count)d data keys were wrapped anew. Make a backup now.",
        count,
    )
    say(text, count=count)
    return 0

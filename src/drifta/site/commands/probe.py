"""``drifta probe``: checks for a server that may be far away; Django is not needed for it, nor a database."""

from __future__ import annotations

import argparse
import asyncio
import logging
from pathlib import Path

from drifta.probe.main import CannotStart, Options, run
from drifta.site.commands.words import Trouble


def probe(arguments: argparse.Namespace) -> int:
    """Run a probe until SIGTERM or Ctrl-C."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    run_probe(
        Options(
            server=arguments.server,
            key_file=arguments.key_file,
            data=arguments.data,
            name=arguments.name,
            ca_file=Path(arguments.ca_file) if arguments.ca_file else None,
        )
    )
    return 0


def run_probe(options: Options) -> None:
    """Run the probe; raises ``Trouble`` when it cannot start."""
    try:
        asyncio.run(run(options))
    except CannotStart as reason:
        raise Trouble("%(reason)s", reason=reason) from reason

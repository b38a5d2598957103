"""``python -m drifta.probe``: the probe without the rest of Drifta."""

import argparse
import asyncio
import logging
import sys
from pathlib import Path

from drifta.probe.journal import DEFAULT_LIMIT
from drifta.probe.main import CannotStart, Options, run
from drifta.words import gettext_noop as _
from drifta.words import translate


def parse(arguments: list[str]) -> Options:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        "drifta probe", description=translate(_("Runs checks and reports to a Drifta server."))
    )
    parser.add_argument(
        "--server", required=True, help=translate(_("address of the server, such as https://drifta.example"))
    )
    parser.add_argument("--key-file", required=True, type=Path, help=translate(_("file that holds the probe's key")))
    parser.add_argument("--data", required=True, type=Path, help=translate(_("directory for the buffer")))
    parser.add_argument("--name", default="", help=translate(_("name to report (default: the host name)")))
    parser.add_argument("--ca", type=Path, help=translate(_("certificate authority of the server (PEM)")))
    parser.add_argument(
        "--buffer-size", type=int, default=DEFAULT_LIMIT, help=translate(_("limit of the buffer in bytes"))
    )
    given = parser.parse_args(arguments)
    return Options(given.server, given.key_file, given.data, given.name, given.ca, given.buffer_size)


def main(arguments: list[str] | None = None) -> int:
    """Run until stopped; return the exit code."""
    options = parse(sys.argv[1:] if arguments is None else arguments)
    logging.basicConfig(level=logging.INFO, format="probe: %(message)s", stream=sys.stderr)
    try:
        asyncio.run(run(options))
    except CannotStart as problem:
        print(f"drifta probe: {problem}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

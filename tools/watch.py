"""``make dev``: runs a command and starts it anew when code changes; browser assets are rebuilt as they change.

python -m tools.watch .venv/bin/drifta up --data var
"""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from watchfiles import Change, watch

from hatch_build import build

ROOT = Path(__file__).resolve().parent.parent
CODE = {".py", ".html", ".txt", ".toml"}
ASSETS = {".js", ".mjs", ".css", ".json", ".svg", ".po"}


def main(command: list[str]) -> int:
    """Run until Ctrl-C or a polite end (SIGTERM); what runs then ends too."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    process = subprocess.Popen(command)
    try:
        for changes in watch(ROOT / "src", ROOT / "assets", watch_filter=wanted, raise_interrupt=True):
            if {Path(path).suffix for _change, path in changes} & ASSETS:
                rebuild()
            stop(process)  # for texts and assets too: processes read them once
            process = subprocess.Popen(command)
    except KeyboardInterrupt:
        pass
    finally:
        stop(process)
    return process.returncode or 0


def wanted(_change: Change, path: str) -> bool:
    """Whether a change of the file ``path`` matters."""
    parts = Path(path).parts
    return Path(path).suffix in CODE | ASSETS and not {"node_modules", "dist", "__pycache__", "tests"} & set(parts)


def rebuild() -> None:
    """Build the assets; what is wrong with them is shown and mended by the next change."""
    try:
        build(ROOT)
    except subprocess.CalledProcessError as error:
        print(f"The assets could not be built: {error}", file=sys.stderr)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Stop the command cleanly."""
    if process.poll() is None:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

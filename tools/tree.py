"""Looks for what must not be in the repository: addresses of package registries, paths of somebody's machine."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LARGEST = 1_000_000

# Each pattern is written so that it does not find itself.
FORBIDDEN = {
    "address of a package registry": re.compile(
        rb"(?:files\.python|pypi\.python|pypi|registry\.npmjs|registry\.yarnpkg|proxy\.golang)\.(?:org|com|hosted)[/\w]*"
    ),
    "path of a machine": re.compile(rb"(?<![\w.-])/(?:home/\w+|root|work/main|Users/\w+)/[\w.-]"),
    "private key": re.compile(rb"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\n[A-Za-z0-9+/]"),
    "unfinished merge": re.compile(rb"^(?:<{7}|>{7}) ", re.MULTILINE),
}


def main() -> int:
    """Print every find; returns 1 when there is any."""
    finds = [find for path in committed() for find in look(path)]
    for find in finds:
        print(find)
    return 1 if finds else 0


def committed() -> list[Path]:
    """Files that git knows, or would take."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout.split(b"\0")
    paths = (ROOT / name.decode() for name in names if name)
    return [path for path in paths if path.is_file() and not path.is_symlink()]


def look(path: Path) -> list[str]:
    """What is wrong with the file ``path``."""
    name = path.relative_to(ROOT)
    if path.stat().st_size > LARGEST:
        return [f"{name}: larger than {LARGEST // 1000} kB"]
    text = path.read_bytes()
    return [
        f"{name}:{line_of(text, match.start())}: {what}: {match[0].decode(errors='replace')}"
        for what, pattern in FORBIDDEN.items()
        for match in pattern.finditer(text)
    ]


def line_of(text: bytes, position: int) -> int:
    """Number of the line that holds ``position``."""
    return text.count(b"\n", 0, position) + 1


if __name__ == "__main__":
    sys.exit(main())

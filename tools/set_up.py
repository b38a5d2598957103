"""Sets up what the Makefile's targets need; runs on a bare Python 3.11, so it imports nothing that is not in it.

    python3 tools/set_up.py environment VENV EXTRA...   virtual environment with the package and these extras
    python3 tools/set_up.py packages                    Debian packages of lab/packages.txt

Every file that is installed has its hash in ``constraints.txt``, and pip checks it.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ROOT / "lab" / "packages.txt"
POLICY = Path("/usr/sbin/policy-rc.d")
UNITS = Path("/etc/systemd/system")
#: Takes the place of systemd-timesyncd, which apt removes for its sake; a machine needs one that keeps its clock.
STAYS = frozenset({"chrony.service", "chronyd.service"})
OLDEST = (3, 11)
BUILD = "build"


class Stuck(Exception):
    """Something a person must do first."""


def main(words: list[str]) -> int:
    """Run one of the two commands."""
    try:
        if words[:1] == ["environment"]:
            environment(Path(words[1]), words[2:])
        elif words == ["packages"]:
            install_packages(listed_packages())
        else:
            raise Stuck(__doc__ or "")
    except Stuck as stuck:
        print(f"\n*** {stuck}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        print(f"\n*** {' '.join(map(str, error.cmd))} failed; the lines above say why.", file=sys.stderr)
        return 1
    return 0


def environment(venv: Path, extras: list[str]) -> None:
    """Make the virtual environment ``venv`` and install the package, editable, with its requirements."""
    if sys.version_info < OLDEST:
        raise Stuck(f"Python 3.11 or newer is needed, and this is {sys.version.split()[0]}. Set PYTHON=python3.11.")
    if not (venv / "bin" / "pip").exists():
        make_venv(venv)
    pip = [str(venv / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    lines = requirements([*extras, BUILD])
    chosen = venv / "requirements.txt"
    chosen.write_text(lines, encoding="utf-8")
    say(f"Installing {lines.count('==')} packages, each checked against constraints.txt")
    subprocess.run([*pip, "--require-hashes", "-r", str(chosen)], check=True)
    say("Building the browser assets and installing Drifta")
    subprocess.run([*pip, "--no-build-isolation", "--no-deps", "--editable", str(ROOT)], check=True)


def make_venv(venv: Path) -> None:
    """Make a virtual environment; on Debian the module for it may have to be installed first."""
    say(f"Making the virtual environment {venv}")
    if _venv(venv):
        return
    shutil.rmtree(venv, ignore_errors=True)
    say("Python lacks its venv module")
    install_packages(["python3-venv"])
    if not _venv(venv):
        raise Stuck("A virtual environment cannot be made. Run: apt-get install python3-venv")


def _venv(venv: Path) -> bool:
    made = subprocess.run([sys.executable, "-m", "venv", str(venv)], capture_output=True, check=False)
    return made.returncode == 0


def requirements(extras: list[str]) -> str:
    """Return the part of ``constraints.txt`` that the package needs with ``extras``, hashes included."""
    blocks = dict(_blocks((ROOT / "constraints.txt").read_text(encoding="utf-8")))
    wanted = _roots(extras)
    while more := {name for name in blocks if name not in wanted and _parents(blocks[name]) & wanted}:
        wanted |= more
    if missing := wanted - blocks.keys():
        raise Stuck(f"constraints.txt lacks {', '.join(sorted(missing))}. Run: make constraints")
    return "".join(text for name, text in sorted(blocks.items()) if name in wanted)


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """Yield name and text of every requirement; one that is listed once per Python version is one block."""
    found: dict[str, str] = {}
    for block in re.split(r"\n(?=[A-Za-z0-9])", text):
        if match := re.match(r"([A-Za-z0-9._-]+)==", block):
            name = normal(match[1])
            found[name] = found.get(name, "") + block.rstrip() + "\n"
    yield from found.items()


def _parents(block: str) -> set[str]:
    """Names of the packages for whose sake this one is listed; those that pyproject.toml names are roots already."""
    comments = re.findall(r"^ +#\s+(?:via\s+)?([A-Za-z0-9._-]+)$", block, re.MULTILINE)
    return {normal(name) for name in comments if name != "via"}


def _roots(extras: list[str]) -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lists = [project["dependencies"], *(project["optional-dependencies"][extra] for extra in extras)]
    return {normal(re.match(r"[A-Za-z0-9._-]+", line)[0]) for group in lists for line in group}


def normal(name: str) -> str:
    """The name of a package as PEP 503 writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def listed_packages() -> list[str]:
    """Names in ``lab/packages.txt``; what follows ``#`` is a comment."""
    lines = (line.partition("#")[0].strip() for line in PACKAGES.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line]


def install_packages(names: list[str]) -> None:
    """Install the Debian packages ``names`` that are missing, as root or with sudo; their services stay stopped."""
    missing = [name for name in names if not _installed(name)]
    if not missing:
        return
    command = f"apt-get install --no-install-recommends {' '.join(missing)}"
    prefix = _as_root()
    if prefix is None or shutil.which("apt-get") is None:
        raise Stuck(f"These Debian packages are missing, and only root may install them. Run as root: {command}")
    say(f"Installing Debian packages: {' '.join(missing)}")
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    before = enabled_units(UNITS)
    with _services_stay_stopped(prefix):
        subprocess.run([*apt, "update"], check=True)
        subprocess.run([*apt, "install", "-y", "--no-install-recommends", *missing], check=True)
    _disable(prefix, newly_enabled(before, enabled_units(UNITS)))


def enabled_units(folder: Path) -> set[str]:
    """Return the units that systemd would start by itself: those which another one wants or requires."""
    return {link.name for kind in ("wants", "requires") for link in folder.glob(f"*.{kind}/*")}


def newly_enabled(before: set[str], after: set[str]) -> list[str]:
    """Return what an installation enabled and the next start of the machine need not start."""
    return sorted(after - before - STAYS)


def _disable(prefix: list[str], units: list[str]) -> None:
    """Keep daemons that are only there for tests from starting with the machine; what was enabled before stays so."""
    if units and shutil.which("systemctl"):
        say(f"Not to start with the machine: {' '.join(units)}")
        subprocess.run([*prefix, "systemctl", "--no-reload", "--quiet", "disable", *units], check=False)


def _installed(name: str) -> bool:
    query = ["dpkg-query", "-W", "-f", "${Status}", name]
    with contextlib.suppress(FileNotFoundError):
        return subprocess.run(query, capture_output=True, check=False, text=True).stdout.endswith(" installed")
    return False


def _as_root() -> list[str] | None:
    """What to put before a command that root must run; ``None`` when this user cannot become root unasked."""
    if os.geteuid() == 0:
        return []
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return ["sudo", "-n"]
    return None


@contextlib.contextmanager
def _services_stay_stopped(prefix: list[str]) -> Iterator[None]:
    """Tell Debian not to start the daemons it installs: the tests start their own, elsewhere."""
    if POLICY.exists():
        yield
        return
    subprocess.run(
        [*prefix, "sh", "-c", f"printf '#!/bin/sh\\nexit 101\\n' > {POLICY} && chmod 755 {POLICY}"], check=True
    )
    try:
        yield
    finally:
        subprocess.run([*prefix, "rm", "-f", str(POLICY)], check=True)


def say(text: str) -> None:
    """Tell what is being done."""
    print(f"--- {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

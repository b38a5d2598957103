"""Taking results in: checks evaluated and stored a CPU second (Python and PostgreSQL), as the probe delivers them.

python -m bench.ingest [--checks 10000] [--rounds 30] [--bad 0.001] [--out FILE]

Makes a database of its own with an organisation, a probe and the checks. Each round every check has one result with
one metric; ``--bad`` is the share of results that change state.
"""

import argparse
import json
import sys
from pathlib import Path

from bench.house import own_database
from drifta.site.commands.environment import load


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checks", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--bad", type=float, default=0.001)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with own_database():
        measures = load("bench.monitoring.taking_in:measure")(options.checks, options.rounds, options.bad)
    for name, value in measures.items():
        print(f"{name:30} {value:14,.2f}")
    if options.out:
        options.out.write_text(json.dumps(measures, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())

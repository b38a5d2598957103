"""Time series: bytes a sample after compaction, samples stored a CPU second (database included), 30 days read.

python -m bench.series [--series 1000] [--ticks 5760] [--out FILE]

Data: gauges with one decimal (base + daily sine + noise) and whole-number counters with log-uniform rates, fixed
seed, one sample every 15 s, as in the measurements of Prometheus and VictoriaMetrics that the budgets come from.
Makes a database of its own.
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
    parser.add_argument("--series", type=int, default=1000)
    parser.add_argument("--ticks", type=int, default=5760)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with own_database():
        results = load("bench.monitoring.series:measure")(options.series, options.ticks)
    for name, measures in results.items():
        for measure, value in measures.items():
            print(f"{name:10} {measure:36} {value:14,.3f}")
    if options.out:
        options.out.write_text(json.dumps(results, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())

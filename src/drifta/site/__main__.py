"""``python -m drifta.site`` is the command ``drifta``."""

import sys

from drifta.site.cli import main

sys.exit(main())

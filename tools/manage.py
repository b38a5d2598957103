"""Django's own commands for developers: ``python -m tools.manage makemigrations desk``."""

from __future__ import annotations

import os
import sys
import tempfile

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "drifta.site.settings")
    os.environ.setdefault("DRIFTA_DATA", tempfile.gettempdir())
    execute_from_command_line(["tools.manage", *sys.argv[1:]])

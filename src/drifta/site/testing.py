"""A pytest plug-in: gives the tests a real PostgreSQL and a data directory of their own, before Django is set up.

Loaded with ``-p drifta.site.testing``. The controlling process starts one cluster; parallel workers share it, each
with a database of its own. With ``DRIFTA_DATABASE_URL`` set, that server is used instead.
"""

import atexit
import contextlib
import os
import shutil
import tempfile
from pathlib import Path

from drifta.site.postgres.cluster import embedded


def _start() -> None:
    if "PYTEST_XDIST_WORKER" in os.environ or os.environ.get("DRIFTA_TEST_DATA"):
        return
    data = Path(tempfile.mkdtemp(prefix="drifta-test-", dir="/tmp"))
    data.chmod(0o755)
    atexit.register(shutil.rmtree, data, ignore_errors=True)
    os.environ["DRIFTA_TEST_DATA"] = os.environ["DRIFTA_DATA"] = str(data)
    if "DRIFTA_DATABASE_URL" not in os.environ:
        stack = contextlib.ExitStack()
        os.environ["DRIFTA_DATABASE_URL"] = stack.enter_context(embedded(data / "postgresql")).url
        atexit.register(stack.close)


_start()

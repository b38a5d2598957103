"""One task in a process of its own, so that what it loads does not stay in the memory of the parent."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from typing import Any

from drifta.site.commands.words import Trouble
from drifta.site.supervisor.supervisor import run_child
from drifta.words import gettext_noop as _


def in_child(task: Callable[[], Any]) -> Any:
    """Run ``task`` in a forked process and return its answer, which must be JSON.

    Raises ``Trouble`` when it failed; it has said why on standard error.
    """
    answer_end, write_end = os.pipe()
    lifeline, keep = os.pipe()
    parent = os.getpid()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        os.close(keep)
        os.close(answer_end)
        run_child(lambda: _answer(task, write_end), parent, lifeline)
    os.close(write_end)
    os.close(lifeline)
    with os.fdopen(answer_end, encoding="utf-8") as pipe:
        text = pipe.read()
    _pid, status = os.waitpid(pid, 0)
    os.close(keep)
    if status:
        raise Trouble(_("Drifta could not be prepared for its start; the lines above say why."))
    return json.loads(text)


def _answer(task: Callable[[], Any], write_end: int) -> None:
    with os.fdopen(write_end, "w", encoding="utf-8") as pipe:
        json.dump(task(), pipe)

"""``drifta up``: one parent that starts the processes of Drifta, restarts what dies, and leaves nothing
behind.

Django is imported once, here, and the children are forked: they share its memory and start at once. The
parent opens no database connection that a child could inherit, and runs no threads.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field

from drifta.site.commands.words import Trouble, say
from drifta.site.supervisor.child import become_child
from drifta.words import gettext_noop as _

SIGNALS = {signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
FIRST_PAUSE = 0.25
LONGEST_PAUSE = 30.0
STEADY = 60.0
"""Seconds of life after which a process counts as steady, and its next end as the first one."""
CLEAN_STOP = 15.0
"""Seconds that processes get to finish what they are doing."""
MOST_FAILURES = 5
"""Ends in a row before the ready line after which the start is given up."""
POLL = 0.03


@dataclass
class Part:
    """One kind of process: ``run`` is called in the child, ``answers`` in the parent to see if it works."""

    name: str
    run: Callable[[], None]
    answers: Callable[[], bool]
    pid: int | None = None
    started: float = 0.0
    failures: int = 0
    resume: float = 0.0
    answered: bool = field(default=False)

    def note_end(self, now: float) -> float:
        """Take note that the process has ended; return the seconds to wait before it is started again."""
        if now - self.started > STEADY:
            self.failures = 0
        pause = min(FIRST_PAUSE * 2.0**self.failures, LONGEST_PAUSE)
        self.failures += 1
        self.pid = None
        self.resume = now + pause
        return pause


class Supervisor:
    """Starts ``parts`` and keeps them running until a signal asks for the end.

    ``database`` is asked in every round to see to itself (the embedded PostgreSQL restarts in it).
    """

    def __init__(self, parts: list[Part], database: Callable[[], None]) -> None:
        self.parts = parts
        self.database = database
        self.stopping = False
        self._lifeline, self._keep = os.pipe()

    def run(self, ready: Callable[[], None]) -> None:
        """Start everything, call ``ready`` when every part answers, and return after a clean stop.

        Signals stay blocked afterwards, so that impatience does not cut off what the caller still has to
        stop.
        """
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        try:
            if self._start_up():
                ready()
                self._watch()
        finally:
            self._stop()

    def _start_up(self) -> bool:
        """Start the parts and wait until all answer; false when a signal came first."""
        for part in self.parts:
            self._start(part)
        while not self.stopping:
            self._round(POLL)
            if all(self._answered(part) for part in self.parts):
                return True
            self._give_up_on_failures()
        return False

    def _answered(self, part: Part) -> bool:
        part.answered = part.answered or (part.pid is not None and part.answers())
        return part.answered

    def _give_up_on_failures(self) -> None:
        for part in self.parts:
            if part.failures >= MOST_FAILURES:
                raise Trouble(_("The %(name)s process does not start; the lines above say why."), name=part.name)

    def _watch(self) -> None:
        while not self.stopping:
            self._round(1.0)

    def _round(self, seconds: float) -> None:
        """Wait up to ``seconds`` for a signal, then see to what has ended and what is due again."""
        waiting = [part.resume for part in self.parts if part.pid is None]
        until = min([time.monotonic() + seconds, *waiting])
        found = signal.sigtimedwait(SIGNALS, max(0.0, until - time.monotonic()))
        if found is not None and found.si_signo != signal.SIGCHLD:
            self.stopping = True
            return
        self.database()
        self._reap()
        for part in self.parts:
            if part.pid is None and part.resume <= time.monotonic():
                self._start(part)

    def _reap(self) -> None:
        for part in self.parts:
            if part.pid is None:
                continue
            pid, status = os.waitpid(part.pid, os.WNOHANG)
            if pid:
                _kill_group(pid, signal.SIGKILL)
                pause = part.note_end(time.monotonic())
                say(
                    _("The %(name)s process ended (%(how)s). It starts again in %(pause).1f s."),
                    name=part.name,
                    how=_how_it_ended(status),
                    pause=pause,
                )

    def _start(self, part: Part) -> None:
        parent = os.getpid()
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            os.close(self._keep)
            run_child(part.run, parent, self._lifeline)
        with contextlib.suppress(PermissionError, ProcessLookupError):
            os.setpgid(pid, pid)
        part.pid = pid
        part.started = time.monotonic()

    def _stop(self) -> None:
        """Ask every process to stop, wait for the clean stop, and kill what has not managed it."""
        self._tell_all(signal.SIGTERM)
        deadline = time.monotonic() + CLEAN_STOP
        while any(part.pid for part in self.parts) and time.monotonic() < deadline:
            for part in self.parts:
                if part.pid and os.waitpid(part.pid, os.WNOHANG)[0]:
                    _kill_group(part.pid, signal.SIGKILL)
                    part.pid = None
            if self._second_signal():
                break
        self._tell_all(signal.SIGKILL)
        for part in self.parts:
            if part.pid:
                os.waitpid(part.pid, 0)
        os.close(self._keep)
        os.close(self._lifeline)

    def _second_signal(self) -> bool:
        """Wait a moment; true when somebody has lost patience and asked for the end again."""
        found = signal.sigtimedwait(SIGNALS, POLL)
        return found is not None and found.si_signo == signal.SIGINT

    def _tell_all(self, number: signal.Signals) -> None:
        for part in self.parts:
            if part.pid:
                _kill_group(part.pid, number)


def run_child(run: Callable[[], None], parent: int, lifeline: int) -> None:
    """Run ``run`` as a child of ``parent`` in the freshly forked process; never returns."""
    code = 1
    try:
        become_child(parent, lifeline)
        run()
        code = 0
    except Trouble as trouble:
        say("%(line)s", line=trouble.translated())
    except KeyboardInterrupt:
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _kill_group(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def _how_it_ended(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"

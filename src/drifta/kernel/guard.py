"""The write guard: in tests, a write to the database outside an action fails."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_writing: ContextVar[bool] = ContextVar("drifta_writing", default=False)
_STATEMENT = re.compile(r'^\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+"?([a-z_0-9]+)"?', re.IGNORECASE)

#: Tables of the framework and of the libraries, which write them by themselves, and the two documented
#: exceptions of our own: presence (nobody's data) and measurements (written by ``monitoring/store.py``).
ALLOWED = re.compile(
    r"^(django_|auth_|procrastinate_|account_|mfa_|usersessions_|kernel_presence|kernel_jobfailure|kernel_seal"
    r"|monitoring_(checkstate|statechange|sample|chunk|series|batch|probe))"
)


class WriteOutsideAction(AssertionError):
    """Something other than an action wrote to the database."""


@contextmanager
def writing() -> Iterator[None]:
    """Mark the enclosed code as an action (or a test's factory): it may write."""
    token = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(token)


def wrapper(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Refuse writes outside actions; installed by the tests as a wrapper around every statement of a connection."""
    match = _STATEMENT.match(str(sql))
    if match and not _writing.get() and not ALLOWED.match(match.group(1)):
        raise WriteOutsideAction(f"Only actions write; this statement is outside one: {str(sql)[:200]}")
    return execute(sql, params, many, context)

"""Regular expressions given by people: refused when they could run for ever.

Python's engine tries alternatives one after the other; a repetition inside a repetition, such as ``(a+)+``, can take
longer than the universe on a text that does not match, and a probe that hangs watches nothing.
"""

import re
from collections.abc import Iterator
from re import _constants as codes  # type: ignore[attr-defined] # the parser is not in the type stubs
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from drifta.words import gettext_noop as _

_REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT)
NESTED = _("The expression repeats a repetition, which can take for ever. Write it without nesting + * or {}.")


def compile_safely(pattern: str) -> re.Pattern[str]:
    """Compile ``pattern``; raises ValueError for a wrong or dangerous one."""
    try:
        tree = parser.parse(pattern)
        compiled = re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(str(error)) from None
    if _nested(tree, inside=False):
        raise ValueError(NESTED)
    return compiled


def _nested(tree: Any, *, inside: bool) -> bool:
    """Tell whether an unbounded repetition stands inside another one."""
    for code, argument in tree:
        repeats = code in _REPEATS and argument[1] > 16
        if repeats and inside:
            return True
        if any(_nested(part, inside=inside or repeats) for part in _parts(argument)):
            return True
    return False


def _parts(argument: Any) -> Iterator[Any]:
    """Yield the sub-patterns inside an argument of the parse tree."""
    if isinstance(argument, parser.SubPattern):
        yield argument
    elif isinstance(argument, (tuple, list)):
        for part in argument:
            yield from _parts(part)

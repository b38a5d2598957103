"""Text of format=flowed (RFC 3676) put back into paragraphs."""

from __future__ import annotations

import re

_MARKS = re.compile(r">*")


def unflow(text: str, *, delete_space: bool = False) -> str:
    """Join the lines that end in a space with the next one of the same quotation depth.

    ``delete_space``: the DelSp parameter; the space at the join belongs to the wrapping, not to the text.
    """
    result: list[str] = []
    open_depth = -1
    for line in text.split("\n"):
        depth, content = _unstuffed(line)
        flowed = content.endswith(" ") and content != "-- "
        kept = content[:-1] if flowed and delete_space else content
        if depth == open_depth and content != "-- ":
            result[-1] += kept
        else:
            result.append((">" * depth + " " if depth else "") + kept)
        open_depth = depth if flowed else -1
    return "\n".join(result)


def _unstuffed(line: str) -> tuple[int, str]:
    """Quotation depth and content without marks and the one stuffed space."""
    match = _MARKS.match(line)
    depth = match.end() if match else 0
    content = line[depth:]
    return depth, content.removeprefix(" ")

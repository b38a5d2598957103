"""PostgreSQL's binary COPY format made from numpy columns: one array operation instead of a call per value.

Format: PostgreSQL documentation, "COPY", section "Binary Format". Pure arithmetic: no database, no Django.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TAIL = b"\xff\xff"


def packed(*columns: NDArray[np.generic]) -> bytes:
    """Return columns of equal length as a whole COPY stream; integers and floats keep their width."""
    fields = [("fields", ">i2")]
    for index, column in enumerate(columns):
        kind = column.dtype.newbyteorder(">").str
        fields += [(f"length{index}", ">i4"), (f"value{index}", kind)]
    table = np.empty(len(columns[0]), np.dtype(fields))
    table["fields"] = len(columns)
    for index, column in enumerate(columns):
        table[f"length{index}"] = column.dtype.itemsize
        table[f"value{index}"] = column
    return HEAD + table.tobytes() + TAIL


def unpacked(stream: bytes, *kinds: str) -> list[NDArray[np.generic]]:
    """Return the columns of a COPY stream without NULLs; ``kinds`` are numpy's names ("i4", "f8")."""
    fields = [("fields", ">i2")]
    for index, kind in enumerate(kinds):
        fields += [(f"length{index}", ">i4"), (f"value{index}", ">" + kind)]
    row = np.dtype(fields)
    count = (len(stream) - len(HEAD) - len(TAIL)) // row.itemsize
    table = np.frombuffer(stream, row, count=count, offset=len(HEAD))
    return [table[f"value{index}"] for index in range(len(kinds))]

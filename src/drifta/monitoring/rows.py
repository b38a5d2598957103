"""PostgreSQL's binary COPY format made from numpy columns: one array operation instead of a call per value.

Format: PostgreSQL documentation, "COPY", section "Binary Format". Pure arithmetic: no database, no Django.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TAIL = b"\xff\xff"


def packed(*columns: NDArray[np.generic]) -> bytes:
    """Return columns of equal length as a whole COPY stream; int16, int32, int64 and float64 keep their width."""
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

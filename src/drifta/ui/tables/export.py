"""Lists as files: CSV and JSON, streamed row by row, with nothing that a spreadsheet would run as a formula."""

import csv
import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models.query import QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone

from drifta.ui.tables.columns import Column

#: Characters with which spreadsheets begin a formula (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
CHUNK = 1000


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def plain(value: Any) -> str | int | float | bool | None:
    """Return a value as files carry it: times in ISO 8601 with their zone, everything unknown as text."""
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat() if timezone.is_aware(value) else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def safe(value: Any) -> Any:
    """Return a value for a cell of a CSV file; a text that a spreadsheet would run gets an apostrophe in front."""
    found = plain(value)
    return f"'{found}" if isinstance(found, str) and found.startswith(FORMULA) else found


def csv_response(columns: Sequence[Column], rows: QuerySet[Any], name: str) -> StreamingHttpResponse:
    """Stream ``rows`` as CSV (RFC 4180, UTF-8 with a byte order mark, so that spreadsheets read å, ä, ö)."""
    return _response(_csv_lines(columns, rows), "text/csv; charset=utf-8", f"{name}.csv")


def json_response(columns: Sequence[Column], rows: QuerySet[Any], name: str) -> StreamingHttpResponse:
    """Stream ``rows`` as one JSON array of objects."""
    return _response(_json_lines(columns, rows), "application/json", f"{name}.json")


def _response(lines: Iterator[str], kind: str, name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(lines, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _csv_lines(columns: Sequence[Column], rows: QuerySet[Any]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow([safe(str(column.label)) for column in columns])
    for row in rows.iterator(chunk_size=CHUNK):
        yield writer.writerow([safe(column.exported(row)) for column in columns])


def _json_lines(columns: Sequence[Column], rows: QuerySet[Any]) -> Iterator[str]:
    before = "[\n"
    for row in rows.iterator(chunk_size=CHUNK):
        yield before + json.dumps({column.name: plain(column.exported(row)) for column in columns}, ensure_ascii=False)
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"

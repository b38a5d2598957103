"""What all REST resources share: pages by key, problem details (RFC 9457), entity tags, who may call."""

import base64
import binascii
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from ninja import Schema
from ninja.utils import check_csrf

from drifta.kernel.actor import Actor
from drifta.kernel.models import Versioned

T = TypeVar("T")
M = TypeVar("M", bound=Model)

#: Rows on a page, when the caller does not say and at most.
PAGE, LARGEST_PAGE = 50, 500


class Page(Schema, Generic[T]):
    """One page of a list; ``next`` is the cursor of the following page, null on the last one."""

    items: list[T]
    next: str | None = None


class Problem(Exception):
    """An error that the interface answers with problem details (RFC 9457)."""

    def __init__(self, status: int, title: str, detail: str = "", **extra: Any) -> None:
        super().__init__(title)
        self.status, self.title, self.detail, self.extra = status, title, detail, extra


def problem(status: int, title: str, detail: str = "", **extra: Any) -> HttpResponse:
    """Return an answer of type ``application/problem+json``."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **extra}
    return HttpResponse(
        json.dumps(body, ensure_ascii=False, default=str), status=status, content_type="application/problem+json"
    )


def authenticated(request: HttpRequest) -> Actor | None:
    """Ninja's question who calls: the bearer of a token, or who is signed in (then with the form's CSRF token)."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if actor.kind == "nobody":
        return None
    if actor.kind == "person" and check_csrf(request, lambda _request: None) is not None:
        raise Problem(403, _("The CSRF token is missing"), _("Send X-CSRFToken, or use an API token."))
    return actor


def encode_cursor(values: Iterable[Any]) -> str:
    """Pack the ordering values of a page's last row into a cursor."""
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, count: int) -> list[Any]:
    """Unpack a cursor of ``count`` values. Raises ``Problem`` 400 for anything that is not one."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if isinstance(values, list) and len(values) == count and all(_is_plain(value) for value in values):
            return values
    except (binascii.Error, ValueError, RecursionError):
        pass
    raise Problem(400, _("The cursor is not valid"), _("Take the cursor from “next” of the page before, unchanged."))


def _is_plain(value: object) -> bool:
    if isinstance(value, str):
        return "\0" not in value
    return value is None or (isinstance(value, int) and abs(value) < 2**63)


def paginate(
    rows: QuerySet[M], *, cursor: str | None, limit: int = PAGE, order: Iterable[str] = ("-id",)
) -> Page[Any]:
    """Return the page of ``rows`` after ``cursor``, in ``order`` (last field unique), without counting anything.

    ``order`` uses Django's names with "-" for descending; all fields in one direction, so that an index serves it.
    """
    fields = list(order)
    names = [field.lstrip("-") for field in fields]
    limit = max(1, min(limit, LARGEST_PAGE))
    if cursor:
        rows = rows.filter(_after(fields, names, decode_cursor(cursor, len(names))))
    found = list(rows.order_by(*fields)[: limit + 1])
    more = len(found) > limit
    last = [getattr(found[limit - 1], name) for name in names] if more else []
    return Page.model_construct(items=found[:limit], next=encode_cursor(last) if more else None)


def _after(fields: list[str], names: list[str], values: list[Any]) -> Q:
    """Build the condition “behind this row”: (a, b) < (x, y) written out, which PostgreSQL serves from the index."""
    condition = Q()
    for position, field in enumerate(fields):
        value = values[position]
        if isinstance(value, str) and (moment := _moment(value)) is not None:
            values[position] = value = moment
        step = Q(**{f"{names[position]}__{'lt' if field.startswith('-') else 'gt'}": value})
        for earlier in range(position):
            step &= Q(**{names[earlier]: values[earlier]})
        condition |= step
    bound = "lte" if fields[0].startswith("-") else "gte"
    return Q(**{f"{names[0]}__{bound}": values[0]}) & condition


def _moment(text: str) -> datetime | None:
    try:
        return parse_datetime(text)
    except ValueError:
        return None


def etag(row: Versioned) -> str:
    """Return the entity tag of a versioned row."""
    return f'"{row.version}"'


def with_etag(response: HttpResponse, row: Versioned) -> None:
    """Put the entity tag on an answer."""
    response["ETag"] = etag(row)


def based_on(request: HttpRequest, row: Versioned) -> None:
    """Let ``If-Match`` decide on which version the coming action is based; without it, on the present one.

    Raises ``Problem`` 400 when the header is no entity tag of ours. The action raises ``Conflict`` (412) if stale.
    """
    header = request.headers.get("If-Match", "*").strip()
    if header == "*":
        return
    version = header.removeprefix("W/").strip('"')
    if not version.isdecimal() or len(version) > 9:
        raise Problem(400, _("If-Match is not an entity tag of this resource"), _("Use the ETag of your last answer."))
    row.version = int(version)


def get_visible(rows: QuerySet[M], pk: int) -> M:
    """Return a row of an already narrowed queryset; 404 for what is not there, and for what may not be seen."""
    row = rows.filter(pk=pk).first() if 0 < pk < 2**63 else None
    if row is None:
        raise Http404
    return row

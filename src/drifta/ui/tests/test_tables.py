"""Lists: paging without counting, filters in the address, files that no spreadsheet runs."""

import csv
import io
import json
from typing import Any

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from drifta.kernel import guard
from drifta.kernel.models import LoggedEvent
from drifta.ui.tables import Column
from drifta.ui.tables.cursor import Cursor, Sort, page
from drifta.ui.tables.export import csv_response, json_response, safe
from drifta.ui.tables.rows import rows_html
from drifta.ui.tests.gallery import EventTable

pytestmark = pytest.mark.usefixtures("events")


def table(address: str = "/events") -> EventTable:
    return EventTable(RequestFactory().get(address), LoggedEvent.objects.all())


def expected(path: str, *, descending: bool) -> list[int]:
    """Return the keys as PostgreSQL itself sorts them."""
    sign = "-" if descending else ""
    return list(LoggedEvent.objects.order_by(f"{sign}{path}", f"{sign}pk").values_list("pk", flat=True))


@pytest.mark.parametrize("path", ["at", "name", "actor_id", "pk"])
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("size", [1, 10, 57, 100])
def test_pages_forward_and_back_show_every_row_once(path: str, descending: bool, size: int) -> None:
    sort, rows = Sort(path, descending), LoggedEvent.objects.all()
    shown, pages, cursor = [], [], None
    while True:
        found = page(rows, sort, cursor, size)
        pages.append([row.pk for row in found.rows])
        shown += pages[-1]
        if found.next is None:
            break
        cursor = Cursor.decode(found.next)
    assert shown == expected(path, descending=descending)
    for before in reversed(pages[:-1]):
        assert found.previous is not None
        found = page(rows, sort, Cursor.decode(found.previous), size)
        assert [row.pk for row in found.rows] == before
    assert found.previous is None


def test_a_page_does_not_count_and_asks_once() -> None:
    with CaptureQueriesContext(connection) as queries:
        assert len(table().page.rows) == 20
    assert len(queries) == 1
    assert "COUNT(" not in queries[0]["sql"]


@pytest.mark.parametrize("cursor", ["x", "%00", "W10", "bnVsbA", "WzAsInsiLDFd", "WzAsImEiLHt9XQ", "A" * 5000])
def test_a_damaged_cursor_shows_something_harmless(cursor: str) -> None:
    assert isinstance(table(f"/events?cursor={cursor}").page.rows, list)


def test_a_cursor_of_another_sort_shows_the_first_page() -> None:
    other = Cursor("subject", False, "no date", 3).encode()
    assert [row.pk for row in table(f"/events?sort=-at&cursor={other}").page.rows] == expected("at", descending=True)[
        :20
    ]


def test_a_cursor_that_somebody_made_up_is_no_cursor() -> None:
    assert Cursor.decode(Cursor("at", False, None, 3).encode() + "x") is None


def test_an_unknown_sort_gives_the_default() -> None:
    assert str(table("/events?sort=-data").sort) == "-at"


def test_filters_narrow_and_the_links_keep_the_rest() -> None:
    shown = table("/events?name=desk.closed&who=Cleo&sort=subject&cursor=abc")
    assert {(row.name, row.actor_name) for row in shown.rows} == {("desk.closed", "Cleo")}
    remove = next(chip.remove for chip in shown.chips if chip.filter.name == "name")
    assert "who=Cleo" in remove
    assert "sort=subject" in remove
    assert "desk.closed" not in remove
    assert "cursor" not in remove


def test_dates_include_both_days_in_the_time_zone_of_the_reader() -> None:
    rows = table("/events?at_from=2026-03-01&at_to=2026-03-01").rows
    assert {row.at.day for row in rows} == {1}
    assert rows.count() == 57
    assert table("/events?at_to=2026-02-28").rows.count() == 0
    assert table("/events?at_from=nonsense").rows.count() == 57


def test_the_search_field_narrows() -> None:
    assert [row.subject for row in table("/events?q=ticket:56").rows] == ["desk.ticket:56"]


@pytest.mark.parametrize("query", ["name=%00", "who=%00", "subject=%00", "size=-1", "size=99999999", "columns=zzz"])
def test_nonsense_in_the_address_does_not_fail(query: str) -> None:
    shown = table(f"/events?{query}")
    assert shown.body.count("<tr ") == len(shown.page.rows)


def test_what_people_wrote_is_escaped_in_rows() -> None:
    column = Column("text", "<b>Label</b>", value=lambda row: row)
    html = rows_html([column], [('key"', "/a?b&c", "<script>alert(1)</script>")], form="form", has_menu=True)
    assert "<script>" not in html
    assert "<b>" not in html
    assert 'data-row="key&quot;"' in html
    assert html.count("&lt;script&gt;") == 4  # the cell, and the labels of the box and of the button


def test_columns_are_chosen_in_the_address_and_the_link_stays() -> None:
    assert [column.name for column in table("/events?columns=at").shown_columns] == ["name", "at"]
    assert "organisation_id" not in [column.name for column in table().shown_columns]


@pytest.mark.parametrize("text", ["=1+1", "+46", "-2", "@SUM(A1)", "\t=1", "\r=1", "＝1"])
def test_a_text_that_a_spreadsheet_would_run_is_disarmed(text: str) -> None:
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("value", [-5, 3.5, True, "Åsa", None])
def test_other_values_stay_as_they_are(value: Any) -> None:
    assert safe(value) == value


def read(response: Any) -> str:
    return b"".join(response.streaming_content).decode("utf-8-sig")


def test_csv_carries_all_filtered_rows_beyond_the_page() -> None:
    with guard.writing():
        LoggedEvent.objects.create(name="=cmd|' /C calc'!A0", subject="desk.ticket:1", actor_kind="rule")
    response = table("/events?format=csv&size=10").response("ui/list.html")
    rows = list(csv.DictReader(io.StringIO(read(response))))
    assert len(rows) == 58
    assert rows[-1]["What"] == "'=cmd|' /C calc'!A0"
    assert response["Content-Disposition"] == 'attachment; filename="events.csv"'


def test_json_is_one_array_even_when_empty() -> None:
    columns = [Column("name", "Name"), Column("at", "At")]
    rows = json.loads(read(json_response(columns, LoggedEvent.objects.order_by("pk"), "events")))
    assert len(rows) == 57
    assert rows[0]["at"].startswith("2026-03-01T09:00:00+01:00")
    assert json.loads(read(json_response(columns, LoggedEvent.objects.none(), "events"))) == []


def test_a_header_that_is_a_formula_is_disarmed_too() -> None:
    assert read(csv_response([Column("name", "=x")], LoggedEvent.objects.none(), "x")) == "'=x\r\n"


@pytest.mark.usefixtures("gallery")
def test_htmx_gets_the_list_alone(client: Any) -> None:
    fragment = client.get("/gallery/events", headers={"HX-Request": "true", "HX-Target": "list-gallery-events"})
    assert fragment.content.decode().lstrip().startswith('<div class="table-block')
    assert "<html" in client.get("/gallery/events").content.decode()


@pytest.mark.usefixtures("gallery")
def test_an_empty_list_says_what_that_means(client: Any) -> None:
    assert "Nothing fits the filters" in client.get("/gallery/events?q=nothinglikeit").content.decode()


@pytest.mark.usefixtures("gallery")
def test_what_people_wrote_is_escaped(client: Any) -> None:
    with guard.writing():
        LoggedEvent.objects.create(name="<script>alert(1)</script>", subject="desk.ticket:9", actor_kind="rule")
    page_text = (
        client.get('/gallery/events?q="><script>&sort=-at').content.decode()
        + client.get("/gallery/events").content.decode()
    )
    assert "<script>alert" not in page_text
    assert '"><script>' not in page_text

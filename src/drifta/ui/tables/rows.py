"""The rows of a list as HTML.

Written here and not in a template: a page has fifty rows of ten cells, and a template takes ten times as long.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from drifta.ui.graphics import icon
from drifta.ui.tables.columns import Column


def rows_html(
    columns: Sequence[Column], rows: Iterable[tuple[str, str, Any]], *, form: str, has_menu: bool
) -> SafeString:
    """Return the rows, each given as its key, the address it leads to, and the object itself.

    With ``form`` (the id of the form that acts on several rows) each begins with a box that selects it; with
    ``has_menu`` it ends with a button that shows what can be done to it.
    """
    opened = [_opened(column) for column in columns]
    select, menu = escape(_("Select %(object)s")), escape(_("What can be done to %(object)s"))
    parts = []
    for key, url, row in rows:
        safe_key = escape(key)
        cells = [start + _content(column, safe_key, url, row) for column, start in zip(columns, opened, strict=True)]
        safe_name = {"object": escape(row)}
        box = _box(safe_key, select % safe_name, form) if form else ""
        end = _menu(safe_key, menu % safe_name) if has_menu else ""
        parts.append(f'<tr data-row="{safe_key}">{box}{"".join(cells)}{end}</tr>')
    return mark_safe("".join(parts))  # noqa: S308 - every value was escaped


def _opened(column: Column) -> str:
    """Return the beginning of a column's cells; on a narrow screen the label stands before the value."""
    css = f' class="{column.css}"' if column.css else ""
    return f'<th scope="row"{css}>' if column.link else f'<td{css} data-label="{escape(column.label)}">'


def _content(column: Column, key: str, url: str, row: Any) -> str:
    shown = conditional_escape(column.show(row))
    if not column.link:
        return f"{shown}</td>"
    return f'<a id="row-{key}" href="{escape(url)}">{shown}</a></th>' if url else f"{shown}</th>"


def _box(key: str, label: str, form: str) -> str:
    return (
        f'<td class="select-cell"><label><input type="checkbox" class="select-row" form="{form}" name="subject"'
        f' value="{key}"><span class="visually-hidden">{label}</span></label></td>'
    )


def _menu(key: str, label: str) -> str:
    return (
        f'<td class="row-menu-cell"><span class="row-actions"><button type="button" data-palette="{key}"'
        f' class="button button-quiet button-icon button-small" title="{label}">{icon("dots")}'
        f'<span class="visually-hidden">{label}</span></button></span></td>'
    )

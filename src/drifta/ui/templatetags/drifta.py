"""The tags that pages are written with; always loaded. ``docs/ui.md`` shows each of them."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django import forms, template
from django.http import HttpRequest
from django.template.context import Context
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from drifta.kernel.actions import Action, actions_for, catalogue
from drifta.kernel.models import Versioned, subject_key
from drifta.kernel.permissions import may as may_rule
from drifta.ui import assets, graphics, states, times
from drifta.ui.doing import is_fillable, needs_form, own_form
from drifta.ui.menu import actor_of
from drifta.ui.panels import slot as slot_named

register = template.Library()


def _request(context: Context) -> HttpRequest | None:
    found = context.get("request")
    return found if isinstance(found, HttpRequest) else None


@register.simple_tag
def asset(name: str) -> str:
    """``{% asset "app.css" %}``: the address of a built file."""
    return assets.url(name)


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """``{% icon "printer" %}``: a drawing from the sprite, silent for screen readers."""
    return graphics.icon(str(name), css)


@register.simple_tag
def state(key: Any, label: str = "", *, loud: bool = False) -> SafeString:
    """``{% state "bad" %}``: shape, word and colour; ``label`` says another word, ``loud`` colours the word too."""
    found = states.state(str(getattr(key, "value", key)))
    return _state(found.tone, icon(found.icon), str(label or found.label), loud=loud)


@lru_cache(maxsize=1000)
def _state(tone: str, drawn: SafeString, label: str, *, loud: bool) -> SafeString:
    css = f"state state-{tone}{' state-loud' if loud else ''}"
    return format_html('<span class="{}">{}<span>{}</span></span>', css, drawn, label)


@register.simple_tag
def state_icon(key: Any) -> SafeString:
    """``{% state_icon "bad" %}``: the shape alone; the word stays for screen readers and the pointer."""
    found = states.state(str(getattr(key, "value", key)))
    return _state_icon(found.tone, icon(found.icon), str(found.label))


@lru_cache(maxsize=1000)
def _state_icon(tone: str, drawn: SafeString, label: str) -> SafeString:
    inner = format_html('{}<span class="visually-hidden">{}</span>', drawn, label)
    return format_html('<span class="state state-{}" title="{}">{}</span>', tone, label, inner)


@register.simple_tag
def ago(when: datetime | None) -> SafeString:
    """``{% ago ticket.created_at %}``: relative, the absolute time on hover."""
    return times.ago(when)


@register.filter
def absolute(when: datetime | None) -> str | SafeString:
    """``{{ when|absolute }}``: date and time written out."""
    return times.absolute(when) if when is not None else times.missing()


@register.filter
def dash(value: Any) -> Any:
    """``{{ value|dash }}``: an en dash where there is nothing."""
    return times.missing() if value is None or value == "" else value


@register.simple_tag
def avatar(person: Any, *, large: bool = False) -> SafeString:
    """``{% avatar person %}``: initials."""
    return graphics.avatar(str(person), large=large)


@register.simple_tag
def person(who: Any, url: str = "") -> SafeString:
    """``{% person ticket.requester %}``: initials and name, a link when the person has a page; a dash for nobody."""
    if who is None or who == "":
        return times.missing()
    return _person(str(who), url or (who.get_absolute_url() if hasattr(who, "get_absolute_url") else ""))


@lru_cache(maxsize=1000, typed=True)  # a text that is marked as safe equals one that is not
def _person(name: str, address: str) -> SafeString:
    inner = format_html("{}<span>{}</span>", graphics.avatar(name), name)
    if address:
        return format_html('<a class="person" href="{}">{}</a>', address, inner)
    return format_html('<span class="person">{}</span>', inner)


@register.simple_tag
def history(slots: Sequence[str], label: str = "") -> SafeString:
    """``{% history check.slots %}``: a bar of up to 90 states, oldest first."""
    return graphics.history(slots, label)


@register.simple_tag
def sparkline(values: Sequence[float | None]) -> SafeString:
    """``{% sparkline values %}``: a small line."""
    return graphics.sparkline(values)


@register.simple_tag(takes_context=True)
def may(context: Context, name: str, obj: Any = None) -> bool:
    """``{% may "desk.close" ticket as can_close %}``: the rule's answer for whoever looks."""
    return may_rule(actor_of(_request(context)), name, obj)


@register.simple_tag(takes_context=True)
def slot(context: Context, name: str, obj: Any = None) -> SafeString:
    """``{% slot "ticket.context" ticket %}``: the panels that modules have put there."""
    request = _request(context)
    if request is None:
        return SafeString("")
    return mark_safe("".join(slot_named(name).render(request, obj)))  # noqa: S308 - templates escape


@register.simple_tag
def live(
    subject: Any, url: str, swap: str = "outerHTML", *, later: bool = False, together_with: str = ""
) -> SafeString:
    """``<section {% live ticket url %}>``: fetched again from ``url`` whenever the subject changes.

    The fetched answer must contain the element itself; give the element an id. What stands at the side waits with
    ``later=True`` until what people read has come. What the answer brings besides (out of band) is named by a
    selector in ``together_with``, so that nothing is replaced while somebody uses it.
    """
    name = getattr(subject, "subject_key", subject)
    mark = SafeString(" data-live-later" if later else "")
    if together_with:
        mark += format_html(' data-live-with="{}"', together_with)
    return format_html('data-live="{}"{} hx-trigger="live" hx-swap="{}" hx-get="{}"', name, mark, swap, url)


@register.inclusion_tag("ui/form.html", takes_context=True)
def form(context: Context, form: forms.BaseForm, submit: str = "", cancel: str = "") -> dict[str, Any]:
    """``{% form form submit=_("Save") cancel=url %}``: all fields, errors and buttons, inside your ``<form>``."""
    return {"form": form, "submit": submit, "cancel": cancel}


@register.inclusion_tag("ui/field.html")
def field(field: forms.BoundField) -> dict[str, Any]:
    """``{% field form.title %}``: one field with label, help and error."""
    widget = field.field.widget
    return {
        "field": field,
        "is_check": isinstance(widget, forms.CheckboxInput),
        "is_group": field.use_fieldset,
        "is_file": isinstance(widget, forms.FileInput),
    }


@register.inclusion_tag("ui/parts/error_summary.html")
def error_summary(form: forms.BaseForm) -> dict[str, Any]:
    """``{% error_summary form %}``: what is to be corrected, with links to the fields; takes the focus."""
    return {"form": form, "fields": [field for field in form if field.errors]}


@register.inclusion_tag("ui/table.html", takes_context=True)
def table(context: Context, table: Any) -> dict[str, Any]:
    """``{% table table %}``: a list with its tools."""
    return {"table": table, "request": context.get("request"), "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("ui/parts/empty.html")
def empty(title: str, text: str = "", icon: str = "inbox", url: str = "", link: str = "") -> dict[str, Any]:
    """``{% empty _("Nothing is broken.") %}``: what an empty place means, and what could be done."""
    return {"title": title, "text": text, "icon": icon, "url": url, "link": link}


@register.simple_block_tag
def card(
    content: str, title: str = "", count: int | None = None, icon_name: str = "", *, flush: bool = False
) -> SafeString:
    """``{% card _("Mine") count=7 %} ... {% endcard %}``; ``flush`` lets lines reach its edges."""
    head = ""
    if title:
        number = format_html('<span class="count">{}</span>', count) if count is not None else ""
        drawn = icon(icon_name) if icon_name else ""
        head = format_html('<header class="card-head">{}<h2>{}</h2>{}</header>', drawn, title, number)
    body = "card-body-flush" if flush else "card-body"
    return format_html('<section class="card">{}<div class="{}">{}</div></section>', head, body, mark_safe(content))  # noqa: S308


@register.simple_block_tag
def menu(
    content: str, label: str = "", icon_name: str = "", css: str = "", align: str = "start", key: str = ""
) -> SafeString:
    """``{% menu _("More") icon_name="dots" %} <a class="menu-item">...</a> {% endmenu %}``: a button with a menu.

    With an icon and a ``css`` of "button-icon" the label is for screen readers only.
    """
    name = f"menu-{get_random_string(8)}"
    hidden = "button-icon" in css
    drawn = icon(icon_name) if icon_name else ""
    word = format_html('<span class="{}">{}</span>', "visually-hidden" if hidden else "", label)
    tail = "" if hidden else icon("chevron-down")
    shortcut = format_html(' data-key="{}"', key) if key else ""
    title = format_html(' title="{}"', label) if hidden else ""
    return format_html(
        '<button type="button" class="button {}" popovertarget="{}"{}{}>{}{}{}</button>'
        '<div class="menu" id="{}" popover data-align="{}">{}</div>',
        css, name, shortcut, title, drawn, word, tail, name, align, mark_safe(content),  # noqa: S308
    )  # fmt: skip


@register.inclusion_tag("ui/parts/action_button.html", takes_context=True)
def action_button(
    context: Context,
    name: str,
    obj: Any,
    label: str = "",
    css: str = "",
    key: str = "",
    url: str = "",
    *,
    item: bool = False,
) -> dict[str, Any]:
    """``{% action_button "desk.close" ticket %}``: a button for an action of the catalogue; nothing for who may not.

    Asks for the action's parameters in a dialog when some have no default; ``url`` leads to a page that does so
    instead. ``item`` makes it an item of a menu. Dangerous actions ask first, and name the object.
    """
    entry = catalogue.get(name)
    request = _request(context)
    if entry is None or not may_rule(actor_of(request), name, obj):
        return {"shown": False}
    given = {"shown": True, "url": url, "key": key, "csrf_token": context.get("csrf_token")}
    return {**given, **_button(entry, obj, request), **_look(entry, label, css, item=item)}


def _look(entry: Action, label: str, css: str, *, item: bool) -> dict[str, Any]:
    shape = "menu-item" if item else "button"
    danger = (" danger" if item else " button-danger") if entry.danger else ""
    return {"label": label or entry.label, "icon": entry.icon, "css": f"{shape}{danger} {css}".strip(), "item": item}


def _button(entry: Action, obj: Any, request: HttpRequest | None) -> dict[str, Any]:
    subject = subject_key(type(obj), obj.pk)
    here = request.get_full_path() if request is not None else "/"
    query = {"action": entry.name, "subject": subject, "next": here}
    question = _("%(action)s: %(object)s?") % {"action": entry.label, "object": obj}
    return {
        "asks": needs_form(entry),
        "own_form": own_form(entry, obj),
        "form_url": f"{reverse('ui:act')}?{urlencode(query)}",
        "act_url": reverse("ui:act"),
        "action": entry.name,
        "subject": subject,
        "version": obj.version if entry.versioned and isinstance(obj, Versioned) else None,
        "next": here,
        "question": question if entry.danger else "",
    }


@register.simple_tag(takes_context=True)
def actions_of(context: Context, obj: Any, leave_out: str = "") -> list[Action]:
    """``{% actions_of ticket as actions %}``: the actions that the viewer may do to the object, for a menu."""
    out = set(leave_out.split())
    found = actions_for(actor_of(_request(context)), obj)
    return [entry for entry in found if entry.name not in out and (is_fillable(entry) or own_form(entry, obj))]


@register.inclusion_tag("ui/parts/range.html", takes_context=True)
def range_picker(context: Context, chosen: str = "") -> dict[str, Any]:
    """``{% range_picker %}``: 1 h to 1 y as links that set ``range`` in the address; 24 h unless chosen."""
    request = _request(context)
    query = request.GET.copy() if request is not None else None
    now = chosen or (query.get("range", "24h") if query is not None else "24h")
    ranges = []
    for name, label in (
        ("1h", _("1 h")),
        ("6h", _("6 h")),
        ("24h", _("24 h")),
        ("7d", _("7 d")),
        ("30d", _("30 d")),
        ("1y", _("1 y")),
    ):
        if query is not None:
            query["range"] = name
        ranges.append((f"?{query.urlencode()}" if query is not None else f"?range={name}", label, name == now))
    return {"ranges": ranges}


@register.simple_tag
def chart(url: str, title: str = "", subject: Any = "", height: int = 200) -> SafeString:
    """``{% chart url title=metric.label subject=check %}``: a curve; drawn again when the subject changes."""
    name = getattr(subject, "subject_key", subject)
    listens = format_html(' data-live="{}"', name) if name else ""
    return format_html(
        '<div class="chart" data-chart="{}" data-title="{}" data-height="{}"{}><span class="skeleton"></span></div>',
        url, title, height, listens,
    )  # fmt: skip


@register.simple_tag
def copy_button(text: str) -> SafeString:
    """``{% copy_button token %}``: puts the text on the clipboard."""
    return format_html(
        '<button type="button" class="button button-quiet button-icon button-small" data-copy="{}" title="{}">{}'
        '<span class="visually-hidden">{}</span></button>',
        text, _("Copy"), icon("copy"), _("Copy"),
    )  # fmt: skip


@register.filter
def asks(entry: Action) -> bool:
    """``{% if entry|asks %}``: whether the action needs something from the person before it can run."""
    return needs_form(entry)

"""A page that is one form: shown, checked, saved, and shown again with what stood in the way."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from drifta.kernel.actions import Conflict, Refused


def save(form: forms.BaseForm, do: Callable[[], Any]) -> bool:
    """Run ``do`` when the form was sent and is valid; True when it went well.

    A refusal is shown above the form. A conflict keeps what was typed, says at each field what is so now, and lets the
    person send again; the form's hidden field ``version`` then names the version that was seen.
    """
    if not form.is_bound or not form.is_valid():
        return False
    try:
        do()
    except Refused as refusal:
        form.add_error(None, refusal.messages)
    except Conflict as conflict:
        _explain(form, conflict)
    else:
        return True
    return False


def _explain(form: forms.BaseForm, conflict: Conflict) -> None:
    for name, value in list(form.cleaned_data.items()):
        current = getattr(conflict.current, name, value)
        if name != "version" and current != value:
            form.add_error(name, _("Somebody else wrote here: “%(value)s”.") % {"value": _shown(current)})
    form.add_error(
        None,
        _(
            "%(object)s was changed by somebody else in the meantime."
            " What you typed is still here: compare, then save again."
        )
        % {"object": conflict.current},
    )
    if "version" in form.fields:
        data = QueryDict(mutable=True)
        data.update(form.data)
        data[form.add_prefix("version")] = str(conflict.current.version)
        form.data = data


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return "–" if value in (None, "") else str(value)


def form_page(
    request: HttpRequest,
    form: forms.BaseForm,
    title: str | Promise,
    *,
    submit: str | Promise = "",
    cancel: str = "",
    text: str | Promise = "",
    template: str = "ui/form_page.html",
    **context: Any,
) -> HttpResponse:
    """Show a form on a page of its own; 422 when it was sent and is not right."""
    values = {"form": form, "title": title, "submit": submit or _("Save"), "cancel": cancel, "text": text, **context}
    return render(request, template, values, status=422 if form.is_bound and form.errors else 200)

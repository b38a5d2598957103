"""Form fields that choose people: found as one types, never a list of fifty thousand."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse_lazy

from drifta.kernel.actor import Actor
from drifta.people.models import Person

if TYPE_CHECKING:
    OneOf = forms.ModelChoiceField[Person]
    SeveralOf = forms.ModelMultipleChoiceField[Person]
else:
    OneOf, SeveralOf = forms.ModelChoiceField, forms.ModelMultipleChoiceField


class _Chooser(OneOf):
    def narrow(self, actor: Actor, chosen: Iterable[Any]) -> None:
        """Allow whom the actor may know of; list only those already chosen."""
        self.queryset = Person.objects.visible_to(actor).present()
        numbers = [int(one) for one in chosen if str(one or "").isdecimal() and len(str(one)) < 19]
        listed = [(person.pk, person.name) for person in self.queryset.filter(pk__in=numbers)]
        self.widget.choices = listed if isinstance(self.widget, forms.SelectMultiple) else [("", ""), *listed]


class PersonField(_Chooser):
    """One person. Call ``narrow`` in the form's ``__init__``."""

    def __init__(self, **options: Any) -> None:
        widget = forms.Select(attrs={"data-chooser": True, "data-url": reverse_lazy("people:choices")})
        super().__init__(Person.objects.none(), widget=widget, **options)


class PersonsField(_Chooser, SeveralOf):
    """Several persons. Call ``narrow`` in the form's ``__init__``."""

    def __init__(self, **options: Any) -> None:
        widget = forms.SelectMultiple(attrs={"data-chooser": True, "data-url": reverse_lazy("people:choices")})
        forms.ModelMultipleChoiceField.__init__(self, Person.objects.none(), widget=widget, **options)


def narrow(form: forms.BaseForm, name: str, actor: Actor) -> None:
    """Call ``narrow`` of a form's field with what the form holds: what was sent, else what it began with."""
    field = form.fields[name]
    assert isinstance(field, _Chooser)
    key = form.add_prefix(name)
    if form.is_bound:
        chosen = form.data.getlist(key) if hasattr(form.data, "getlist") else [form.data.get(key)]
    else:
        value = form.initial.get(name)
        chosen = list(value) if isinstance(value, list | tuple | set) else [value]
    field.narrow(actor, [getattr(one, "pk", one) for one in chosen])

"""Mails about somebody's access: the invitation with its link, and that a second factor was removed."""

from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from drifta.people.models import Person


def link(secret: str) -> str:
    """Return the address at which a password is chosen."""
    return f"{settings.BASE_URL}{reverse('people:accept-invitation', args=[secret])}"


def invite(person: Person, secret: str, lasts: timedelta) -> None:
    """Send the invitation."""
    _send(person, "invitation", {"link": link(secret), "days": lasts.days})


def tell_second_factor_removed(person: Person, by: str) -> None:
    """Tell somebody that an administrator removed their second factor; who has no mail address is not told."""
    if person.email:
        _send(person, "second_factor_removed", {"by": by, "link": f"{settings.BASE_URL}{reverse('people:profile')}"})


def _send(person: Person, name: str, values: dict[str, object]) -> None:
    """Send a mail in the person's language, through the outbox."""
    assert person.email
    context = {"person": person, **values}
    with translation.override(person.language):
        subject = render_to_string(f"people/mail/{name}_subject.txt", context).strip()
        text = render_to_string(f"people/mail/{name}.txt", context)
    EmailMultiAlternatives(subject, text, settings.DEFAULT_FROM_EMAIL, [person.email]).send()

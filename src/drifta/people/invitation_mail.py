"""The mail that invites somebody, and the link in it."""

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


def send(person: Person, secret: str, lasts: timedelta) -> None:
    """Send the invitation in the person's language, through the outbox."""
    assert person.email
    context = {"person": person, "link": link(secret), "days": lasts.days}
    with translation.override(person.language):
        subject = render_to_string("people/mail/invitation_subject.txt", context).strip()
        text = render_to_string("people/mail/invitation.txt", context)
    EmailMultiAlternatives(subject, text, settings.DEFAULT_FROM_EMAIL, [person.email]).send()

"""Tickets for tests, made by the ordinary action."""

from typing import Any

from django.test import Client

from drifta.desk import actions
from drifta.desk.attached import AttachedFile
from drifta.desk.models import Ticket
from drifta.kernel import files, guard
from drifta.people.models import Person


def report(person: Person, subject: str = "Skrivaren på plan 2 svarar inte", **values: Any) -> Ticket:
    """Let a person report something in their own organisation."""
    text = values.pop("text", "Hej, skrivaren gör ingenting.\n\nMvh")
    return actions.create(person.actor, organisation_id=person.organisation_id, subject=subject, text=text, **values)


def stored(filename: str, content: bytes, **values: Any) -> AttachedFile:
    """Store a file and return what an action attaches."""
    file = files.store(content)
    return AttachedFile(filename, file.sha256, file.size, file.media_type, **values)


def browser_of(person: Person) -> Client:
    """Return a browser in which the person is signed in."""
    client = Client()
    with guard.writing():
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def text_of(response: Any) -> str:
    """Return an answer's text, also of one that is sent piece by piece."""
    return b"".join(response.streaming_content if response.streaming else [response.content]).decode()

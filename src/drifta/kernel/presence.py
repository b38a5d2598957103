"""Who else has this page open, and who is typing: shown so that two people do not answer at once."""

from datetime import timedelta

from django.db import connection

from drifta.kernel import clock, live
from drifta.kernel.actor import Actor
from drifta.kernel.models import Presence

#: Somebody not heard of for this long has gone.
GONE_AFTER = timedelta(seconds=45)


def here(actor: Actor, subject: str, *, typing: bool) -> None:
    """Note that a person looks at (or types on) the page of ``subject``; tells the others only when that is news."""
    if actor.person_id is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_presence (subject, person_id, name, typing, seen_at) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT (subject, person_id) DO UPDATE SET typing = excluded.typing, seen_at = excluded.seen_at"
            " RETURNING (SELECT old.typing = %s AND old.seen_at > %s FROM kernel_presence old"
            " WHERE old.subject = kernel_presence.subject AND old.person_id = kernel_presence.person_id)",
            [subject, actor.person_id, actor.name, typing, clock.now(), typing, clock.now() - GONE_AFTER],
        )
        row = cursor.fetchone()
    if not (row and row[0]):
        live.tell(f"presence:{subject}", actor.organisation_id)


def leave(actor: Actor, subject: str) -> None:
    """Note that a person has closed the page."""
    if actor.person_id is None:
        return
    Presence.objects.filter(subject=subject, person_id=actor.person_id).delete()
    live.tell(f"presence:{subject}", actor.organisation_id)


def others(actor: Actor, subject: str) -> list[Presence]:
    """Return who else is there now, those who type first."""
    present = Presence.objects.filter(subject=subject, seen_at__gt=clock.now() - GONE_AFTER)
    return list(present.exclude(person_id=actor.person_id or 0).order_by("-typing", "name"))

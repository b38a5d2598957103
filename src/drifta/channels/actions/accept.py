"""Making a message out of a mail: in the ticket that it belongs to, or in a new one."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from drifta.channels import language, queries
from drifta.channels.actions import letters
from drifta.channels.content import Content, content_of
from drifta.channels.filters.author import is_address
from drifta.channels.incoming import Incoming
from drifta.channels.lookups import Lookups
from drifta.channels.mail import thread
from drifta.channels.mail.headers import Address
from drifta.channels.memory import Memory
from drifta.channels.models import RawMail
from drifta.desk import actions as desk
from drifta.kernel import unit
from drifta.kernel.actor import SYSTEM, Actor
from drifta.people import actions as people
from drifta.people import queries as persons

#: People in To and Cc who become watchers of a new ticket, and addresses that are noted for answers.
MOST_COPIES = 10


def accept(arrived: Incoming, raw: RawMail, house: Lookups) -> Any:
    """Make the message; returns it. The mail has been through all filters."""
    content = content_of(arrived.mail)
    if arrived.ticket is not None:
        message = _join(arrived, raw, house, content, house.ticket(arrived.ticket))
    else:
        message = _open(arrived, raw, house, content)
    remember(arrived, message, house.memory)
    return message


def _join(arrived: Incoming, raw: RawMail, house: Lookups, content: Content, ticket: Any) -> Any:
    """Add the mail to its ticket. An agent's answer goes out to the requester only if it surely is the agent's."""
    sender = arrived.sender
    assert sender is not None
    is_answer = sender.is_agent and sender.id != ticket.requester_id
    if is_answer and (arrived.automatic or not arrived.is_proven):
        warning = _("This mail says that it is from %(address)s, which is not certain. It was not sent on.")
        text = f"{warning % {'address': raw.sender}}\n\n{content.text}"
        return desk.note(
            SYSTEM,
            ticket,
            text=text,
            attachments=content.attachments,
            automatic="mail-unproven",
            source=raw.subject_key,
        )
    return desk.reply(
        house.actor_of(sender.id, ticket.organisation_id),
        ticket,
        text=content.text,
        html=content.html,
        folded=content.folded,
        channel="mail",
        copies=copies(arrived),
        attachments=content.attachments,
        automatic=arrived.automatic,
        source=raw.subject_key,
    )


def _open(arrived: Incoming, raw: RawMail, house: Lookups, content: Content) -> Any:
    """Make a ticket of the mail, with warnings for the agents, and confirm it."""
    told = language.detect(arrived.original_text or content.text)
    actor, requester = _people(arrived, house, told)
    organisation_id = _organisation(arrived, requester)
    desk_address = arrived.desk
    is_own_desk = desk_address is not None and desk_address.organisation_id == organisation_id
    ticket = desk.create(
        house.actor_of(actor.person_id or 0, organisation_id) if actor.person_id else actor,
        organisation_id=organisation_id,
        subject=thread.without_tags(arrived.mail.subject) if not arrived.original else _subject_of(arrived),
        text=arrived.original_text or content.text,
        html="" if arrived.original else content.html,
        folded="" if arrived.original else content.folded,
        requester_id=requester.pk,
        channel="mail",
        category_id=desk_address.category_id if desk_address and is_own_desk else None,
        team_id=desk_address.team_id if desk_address and is_own_desk else None,
        watcher_ids=[] if arrived.is_quiet else list(_watchers(arrived, requester.pk)),
        language=told or requester.language,
        copies=copies(arrived),
        attachments=content.attachments,
        automatic=arrived.automatic,
        source=raw.subject_key,
    )
    _warn(arrived, raw, ticket)
    message = ticket.messages.order_by("pk").first()
    if not arrived.is_quiet:
        house.memory.letters += letters.acknowledge(
            ticket, message, requester, arrived, told or requester.language, house.memory
        )
    return message


def _people(arrived: Incoming, house: Lookups, told: str | None) -> tuple[Actor, Any]:
    """Return who acts and who is the requester: for forwarded mail the agent, and whoever wrote it first."""
    author = arrived.original or arrived.author
    assert author is not None
    requester = house.memory.person(author.address) or _stranger(arrived, author, told)
    house.memory.met(author.address, requester)
    if arrived.original is not None and arrived.sender is not None:
        return house.actor_of(arrived.sender.id, arrived.organisation_id), requester
    return requester.actor, requester


def _stranger(arrived: Incoming, author: Address, told: str | None) -> Any:
    """Make a person of somebody unknown: of the organisation that has the mail domain, else of the desk's."""
    domain = author.address.rpartition("@")[2].lower()
    claimed = unit.remembered(("mail domain", domain), lambda: persons.organisation_of_domain(domain))
    return people.recognise(
        SYSTEM,
        organisation_id=claimed.pk if claimed else arrived.organisation_id,
        email=author.address,
        name=author.name,
        language=told or (arrived.desk.language if arrived.desk else None),
    )


def _organisation(arrived: Incoming, requester: Any) -> int:
    """Return whose ticket it is: the requester's organisation if this desk's agents serve it, else the desk's."""
    own: int = requester.organisation_id
    if own == arrived.organisation_id:
        return own
    shared = persons.agents(own).filter(pk__in=persons.agents(arrived.organisation_id).values("pk"))
    return own if shared.exists() else arrived.organisation_id


def _subject_of(arrived: Incoming) -> str:
    return thread.without_prefixes(thread.without_tags(arrived.mail.subject))


def _others(arrived: Incoming) -> Iterator[Address]:
    """Everybody in To and Cc but the desk and the author."""
    named = [one for one in (*arrived.mail.to, *arrived.mail.cc) if is_address(one.address)][:50]
    author = arrived.author.address.lower() if arrived.author else ""
    for one in named:
        if one.address.lower() != author and not arrived.house.is_ours(one.address):
            yield one


def _watchers(arrived: Incoming, requester_id: int) -> Iterator[int]:
    for one in list(_others(arrived))[:MOST_COPIES]:
        person = persons.person_by_email(one.address)
        if person is not None and person.pk != requester_id:
            yield person.pk


def copies(arrived: Incoming) -> list[str]:
    """Return the addresses that got the mail too; an agent sees them when answering."""
    return [one.address.lower() for one in _others(arrived)][:MOST_COPIES]


def _warn(arrived: Incoming, raw: RawMail, ticket: Any) -> None:
    """Tell the agents what is doubtful, and tie the ticket to the one that the mail names."""
    if arrived.refused_ticket is not None:
        desk.link(SYSTEM, ticket, target=f"desk.ticket:{arrived.refused_ticket}")
    lines = [queries.words_of(warning) for warning in arrived.warnings]
    if arrived.refused_ticket is not None:
        lines.append(f"#{arrived.refused_ticket}")
    if arrived.comment:
        lines.append(arrived.comment)
    if lines:
        desk.note(SYSTEM, ticket, text="\n".join(lines), automatic="mail-warning", source=raw.subject_key)


def remember(arrived: Incoming, message: Any, memory: Memory) -> None:
    """Note which Message-IDs belong to the ticket: the mail's own, and those it refers to."""
    own = arrived.mail.message_id
    if own:
        memory.refer(own, message, is_own=True)
    if arrived.refused_ticket is None:
        for identifier in arrived.identifiers:
            if identifier != own:
                memory.refer(identifier, message, is_own=False)

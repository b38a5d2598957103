"""Tables of tickets, messages, attachments, categories and saved views."""

from collections.abc import Iterable, Sequence
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from drifta.kernel import clock
from drifta.kernel.actor import Actor
from drifta.kernel.models import Subject, Versioned, VisibleQuerySet
from drifta.kernel.permissions import may


class Level(models.IntegerChoices):
    """Impact and urgency, as ITIL has them."""

    HIGH = 1, _("High")
    MEDIUM = 2, _("Medium")
    LOW = 3, _("Low")


class Priority(models.IntegerChoices):
    """How soon something is to be done, from impact × urgency (``desk/priority.py``)."""

    CRITICAL = 1, pgettext_lazy("priority", "Critical")
    HIGH = 2, pgettext_lazy("priority", "High")
    MEDIUM = 3, pgettext_lazy("priority", "Medium")
    LOW = 4, pgettext_lazy("priority", "Low")
    PLANNING = 5, pgettext_lazy("priority", "Planning")


class Category(Versioned):
    """What a ticket is about, on two levels (“Printing / Paper”)."""

    resource = "categories"

    organisation = models.ForeignKey("people.Organisation", models.PROTECT, related_name="categories")
    name = models.CharField(_("name"), max_length=100)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    team = models.ForeignKey("people.Team", models.SET_NULL, null=True, blank=True, related_name="+")
    is_active = models.BooleanField(_("in use"), default=True)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "parent", "name"], name="desk_category_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return self.path

    @property
    def path(self) -> str:
        """The name with that of its parent: “Printing / Paper”."""
        return category_path(self.name, self.parent.name if self.parent else None)

    def get_absolute_url(self) -> str:
        """Return the address of the category's page."""
        return reverse("desk:category", args=[self.pk])


def category_path(name: str, parent: str | None) -> str:
    """Return how people read a category: with the name of its parent, if there is one."""
    return f"{parent} / {name}" if parent else name


OPEN = Q(state__in=["new", "open", "waiting"])


def _ordered(*fields: str) -> list[models.Index]:
    """Return an index per field that gives its tickets in the order of the list: what changed last comes first."""
    return [
        models.Index(F(field), F("updated_at").desc(), F("id").desc(), name=f"desk_ticket_of_{field}")
        for field in fields
    ]


class TicketQuerySet(VisibleQuerySet["Ticket"]):
    """Tickets, narrowed to what an actor may know."""

    def visible_to(self, actor: Actor) -> Self:
        """Readers see their organisations' tickets; requesters those they reported or watch."""
        rows = super().visible_to(actor)
        if may(actor, "desk.read_all"):
            return rows
        person_id = actor.person_id or 0
        watched = Watcher.objects.filter(person_id=person_id).values("ticket_id")
        return rows.filter(Q(requester_id=person_id) | Q(pk__in=watched))

    def open(self) -> Self:
        """Those that somebody still has to do something about."""
        return self.filter(state__in=Ticket.OPEN_STATES)


class Ticket(Versioned):
    """One thing to be done for somebody: incident, request, problem, change or task. Its number is its id."""

    class Kind(models.TextChoices):
        """ITIL's kinds of tickets."""

        INCIDENT = "incident", _("Incident")
        REQUEST = "request", _("Request")
        PROBLEM = "problem", _("Problem")
        CHANGE = "change", pgettext_lazy("ticket kind", "Change")
        TASK = "task", _("Task")

    class State(models.TextChoices):
        """Where the ticket is on its way."""

        NEW = "new", pgettext_lazy("ticket state", "New")
        OPEN = "open", pgettext_lazy("ticket state", "Open")
        WAITING = "waiting", _("Waiting")
        RESOLVED = "resolved", _("Resolved")
        CLOSED = "closed", _("Closed")

    class Channel(models.TextChoices):
        """How the ticket or message came in or went out."""

        MAIL = "mail", _("mail")
        PORTAL = "portal", _("portal")
        PHONE = "phone", _("phone")
        WEB = "web", _("web")
        API = "api", _("API")
        MONITORING = "monitoring", _("monitoring")

    #: The noun in the addresses of the REST interface.
    resource = "tickets"

    OPEN_STATES = (State.NEW, State.OPEN, State.WAITING)

    organisation = models.ForeignKey("people.Organisation", models.PROTECT, related_name="tickets")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.INCIDENT)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.NEW)
    subject = models.CharField(_("subject"), max_length=250)
    impact = models.PositiveSmallIntegerField(_("impact"), choices=Level, default=Level.LOW)
    urgency = models.PositiveSmallIntegerField(_("urgency"), choices=Level, default=Level.MEDIUM)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority, default=Priority.LOW)
    category = models.ForeignKey(Category, models.SET_NULL, null=True, blank=True, related_name="tickets")
    team = models.ForeignKey("people.Team", models.PROTECT, null=True, blank=True, related_name="tickets")
    owner = models.ForeignKey("people.Person", models.SET_NULL, null=True, blank=True, related_name="owned_tickets")
    requester = models.ForeignKey(
        "people.Person", models.PROTECT, null=True, blank=True, related_name="requested_tickets"
    )
    site = models.ForeignKey("inventory.Site", models.SET_NULL, null=True, blank=True, related_name="+")
    channel = models.CharField(max_length=12, choices=Channel, default=Channel.WEB)
    language = models.CharField(max_length=5, default="en")
    #: Until when nothing is to be done, and why; set while waiting.
    hold_until = models.DateTimeField(null=True, blank=True)
    hold_reason = models.CharField(max_length=300, blank=True)
    resolution = models.TextField(_("resolution"), blank=True)
    parent = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="children")
    assets = models.ManyToManyField("inventory.Asset", blank=True, related_name="tickets")
    services = models.ManyToManyField("inventory.Service", blank=True, related_name="tickets")
    watchers = models.ManyToManyField("people.Person", through="Watcher", blank=True, related_name="watched_tickets")
    #: The beginning of the last public message, for lists.
    excerpt = models.CharField(max_length=200, blank=True)
    #: Whether the requester wrote last, for lists: who waits for whom.
    last_from_requester = models.BooleanField(default=True)
    #: Whether a person (not the system) has worked on it; an untouched one may be resolved by its alert's end.
    is_touched = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)
    resolved_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = TicketQuerySet.as_manager()

    class Meta:
        indexes = [
            *_ordered("organisation", "owner", "team", "requester", "category"),
            models.Index(F("updated_at").desc(), F("id").desc(), name="desk_ticket_by_update"),
            models.Index(F("updated_at").desc(), F("id").desc(), name="desk_ticket_open", condition=OPEN),
            models.Index(fields=["priority", "id"], name="desk_ticket_by_priority"),
            models.Index(fields=["priority", "id"], name="desk_ticket_open_by_priority", condition=OPEN),
            models.Index(F("team"), F("id").desc(), name="desk_ticket_team_open", condition=OPEN),
            models.Index(F("owner"), F("id").desc(), name="desk_ticket_owner_open", condition=OPEN),
            models.Index(fields=["organisation", "created_at", "id"], name="desk_ticket_created"),
            models.Index(fields=["hold_until"], name="desk_ticket_hold", condition=Q(state="waiting")),
            models.Index(fields=["resolved_at"], name="desk_ticket_resolved", condition=Q(state="resolved")),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.subject}"

    @property
    def priority_state(self) -> str:
        """The key of the state that shows the priority."""
        return {1: "critical", 2: "high", 3: "medium"}.get(self.priority, "low")

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something about it."""
        return self.state in self.OPEN_STATES


class Watcher(models.Model):
    """Somebody who is kept informed about a ticket."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="watching")
    person = models.ForeignKey("people.Person", models.CASCADE, related_name="watching")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "person"], name="desk_watcher_once")]


class TicketLink(models.Model):
    """A ticket's tie to something of another module (an alert, a call), by subject key; “also see” between tickets."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="links")
    #: The subject key of the other thing, such as ``monitoring.alert:7`` or ``desk.ticket:41``.
    target = models.CharField(max_length=120)
    relation = models.CharField(max_length=30, default="related")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "target"], name="desk_ticketlink_once")]
        indexes = [models.Index(fields=["target"], name="desk_ticketlink_target")]


class MessageQuerySet(models.QuerySet["Message"]):
    """Messages, narrowed to what an actor may read."""

    def visible_to(self, actor: Actor) -> Self:
        """Those of the tickets the actor sees; internal notes only for readers."""
        rows = self.filter(ticket__in=Ticket.objects.visible_to(actor))
        return rows if may(actor, "desk.read_all") else rows.exclude(direction=Message.Direction.INTERNAL)


#: The headings of what a hand-over says, in the order in which it says it.
HEADINGS = {"situation": _("Situation"), "tried": _("Tried so far"), "expected": _("Expected of you")}


def headed(parts: Iterable[Sequence[str]]) -> str:
    """Return the parts of a hand-over as one text, with headings in the reader's language."""
    return "\n\n".join(f"{HEADINGS[heading]}: {text}" for heading, text in parts)


class Message(Subject):
    """Something said in a ticket: by the requester, by an agent, or as an internal note."""

    class Direction(models.TextChoices):
        """From outside, to outside, or between agents."""

        IN = "in", _("incoming")
        OUT = "out", _("outgoing")
        INTERNAL = "internal", _("internal note")

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="messages")
    author = models.ForeignKey("people.Person", models.SET_NULL, null=True, blank=True, related_name="+")
    #: The name as it stood when the message was written; also for writers that are no persons.
    author_name = models.CharField(max_length=200, blank=True)
    channel = models.CharField(max_length=12, choices=Ticket.Channel, default=Ticket.Channel.WEB)
    direction = models.CharField(max_length=10, choices=Direction)
    #: What was written, without quotations and signature.
    text = models.TextField()
    #: A hand-over's parts as [heading, text]; ``text`` has them too, in the language of whoever wrote it.
    parts = models.JSONField(null=True, blank=True)
    #: Quoted text and signature, folded on the page.
    folded = models.TextField(blank=True)
    #: Sanitised HTML of a mail, when it says more than the text.
    html = models.TextField(blank=True)
    #: Further mail addresses a reply goes to (cc).
    copies = ArrayField(models.EmailField(max_length=254), default=list, blank=True)
    #: Set for what was written by a machine (out of office, bounce), with its kind.
    automatic = models.CharField(max_length=30, blank=True)
    #: The subject key of the raw source, such as ``channels.rawmail:12``.
    source = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    objects = MessageQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["ticket", "id"], name="desk_message_ticket")]

    def __str__(self) -> str:
        return f"{self.author_name}: {self.text[:60]}"

    @property
    def organisation_id(self) -> int:
        """The organisation of its ticket."""
        return self.ticket.organisation_id

    @property
    def shown_text(self) -> str:
        """The text as the reader is to see it."""
        return headed(self.parts) if self.parts else self.text

    @property
    def is_internal(self) -> bool:
        """Whether only insiders may read it."""
        return self.direction == self.Direction.INTERNAL


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    """Attachments, narrowed to what an actor may open."""

    def visible_to(self, actor: Actor) -> Self:
        """Those of the messages the actor may read."""
        return self.filter(message__in=Message.objects.visible_to(actor))


class Attachment(Subject):
    """A file that came with or was added to a message; its content lies in the file store."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="attachments")
    filename = models.CharField(max_length=255)
    #: What the content looks like, whatever the sender called it.
    media_type = models.CharField(max_length=120)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    #: The mail's Content-ID, for images inside its HTML.
    content_id = models.CharField(max_length=250, blank=True)
    is_inline = models.BooleanField(default=False)

    objects = AttachmentQuerySet.as_manager()

    def __str__(self) -> str:
        return self.filename


class SavedViewQuerySet(VisibleQuerySet["SavedView"]):
    """Saved views, narrowed to what an actor may use."""

    def visible_to(self, actor: Actor) -> Self:
        """Their own, their teams', and those that are for everybody."""
        mine = Q(owner_id=actor.person_id) | Q(team_id__in=actor.team_ids) | Q(owner=None, team=None)
        return super().visible_to(actor).filter(mine)


class SavedView(Versioned):
    """A list of tickets that a person (or a team) has named: its filters and order, as they stand in the address."""

    organisation = models.ForeignKey("people.Organisation", models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=80)
    query = models.CharField(max_length=2000)
    owner = models.ForeignKey("people.Person", models.CASCADE, null=True, blank=True, related_name="saved_views")
    team = models.ForeignKey("people.Team", models.CASCADE, null=True, blank=True, related_name="saved_views")

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Draft(models.Model):
    """What a person is writing in a ticket, saved as they type; nobody else's change ever touches it."""

    person = models.ForeignKey("people.Person", models.CASCADE, related_name="+")
    subject = models.CharField(max_length=120)
    value: Any = models.JSONField(default=dict)
    saved_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "subject"], name="desk_draft_once")]


class NoticesSeen(models.Model):
    """How far a person has looked through what concerns them: the number of an event, and when they looked."""

    person = models.OneToOneField("people.Person", models.CASCADE, primary_key=True, related_name="+")
    until = models.BigIntegerField(default=0)
    at = models.DateTimeField(default=clock.now)

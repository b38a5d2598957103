"""Tables of mail in and out, and of webhooks."""

from typing import Any, Self, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from drifta.channels.troubles import told
from drifta.kernel import clock
from drifta.kernel.actor import Actor
from drifta.kernel.models import Subject, Versioned, VisibleQuerySet
from drifta.kernel.permissions import may

M = TypeVar("M", bound=models.Model)


class TriageQuerySet(VisibleQuerySet[M]):
    """Rows that agents may know of; to everybody else they do not exist."""

    def visible_to(self, actor: Actor) -> Self:
        """Return the rows of the actor's organisations."""
        return super().visible_to(actor) if may(actor, "channels.triage") else self.none()


class AdministeredQuerySet(VisibleQuerySet[M]):
    """Rows that administrators may know of; to everybody else they do not exist."""

    def visible_to(self, actor: Actor) -> Self:
        """Return the rows of the actor's organisations."""
        return super().visible_to(actor) if may(actor, "channels.configure") else self.none()


class DeskAddress(Versioned):
    """A mail address that people write to; mail to it becomes a ticket of its organisation and team."""

    organisation = models.ForeignKey("people.Organisation", models.PROTECT, related_name="desk_addresses")
    #: Lower case, without a display name.
    address = models.EmailField(_("mail address"), max_length=254, unique=True)
    name = models.CharField(_("sender's name"), max_length=100, blank=True)
    team = models.ForeignKey(
        "people.Team", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("team")
    )
    category = models.ForeignKey(
        "desk.Category", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("category")
    )
    language = models.CharField(_("language of answers to strangers"), max_length=5, default="en")
    #: Mail of the organisation goes out from here unless a team has its own address.
    is_default = models.BooleanField(_("used for outgoing mail"), default=False)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = AdministeredQuerySet.as_manager()

    class Meta:
        ordering = ["address"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(is_default=True), name="channels_deskaddress_default"
            )
        ]

    def __str__(self) -> str:
        return self.address

    def get_absolute_url(self) -> str:
        """Where its page is."""
        return reverse("channels:address", args=[self.pk])


class Mailbox(Versioned):
    """An IMAP mailbox that Drifta empties: every mail in ``folder`` is taken in and moved to ``done_folder``."""

    class Security(models.TextChoices):
        """How the connection is protected."""

        TLS = "tls", _("TLS")
        STARTTLS = "starttls", _("STARTTLS")
        NONE = "none", _("none (only inside a trusted network)")

    organisation = models.ForeignKey("people.Organisation", models.PROTECT, related_name="mailboxes")
    host = models.CharField(_("server"), max_length=253)
    port = models.PositiveIntegerField(_("port"), default=993)
    security = models.CharField(_("security"), max_length=10, choices=Security, default=Security.TLS)
    user = models.CharField(_("user name"), max_length=254)
    #: Sealed by ``kernel.secrets``.
    secret = models.TextField(blank=True, editable=False)
    folder = models.CharField(_("folder"), max_length=200, default="INBOX")
    done_folder = models.CharField(_("folder for mail that was taken in"), max_length=200, default="Drifta")
    is_active = models.BooleanField(_("in use"), default=True)
    last_ok_at = models.DateTimeField(null=True, blank=True, editable=False)
    error = models.TextField(blank=True, editable=False)
    error_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = AdministeredQuerySet.as_manager()

    class Meta:
        ordering = ["host", "user"]
        verbose_name_plural = "mailboxes"
        constraints = [models.UniqueConstraint(fields=["host", "user", "folder"], name="channels_mailbox_once")]

    def __str__(self) -> str:
        return f"{self.user} ({self.host})"

    @property
    def trouble(self) -> str:
        """What is the matter, in the reader's language."""
        return told(self.error, gettext)

    def get_absolute_url(self) -> str:
        """Where its page is."""
        return reverse("channels:mailbox", args=[self.pk])


class RawMail(Subject):
    """A mail as it came in, stored before anything else happened to it. Its bytes lie in the file store."""

    class State(models.TextChoices):
        """How far it has come."""

        RECEIVED = "received", _("received")
        PROCESSED = "processed", _("processed")
        #: Deliberately without a ticket (a duplicate, an out-of-office answer), with the reason.
        IGNORED = "ignored", _("ignored")
        #: Somebody has to look at it.
        UNPROCESSED = "unprocessed", _("unprocessed")
        DISCARDED = "discarded", _("discarded")

    organisation = models.ForeignKey("people.Organisation", models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    received_at = models.DateTimeField(default=clock.now)
    #: ``smtp``, ``lmtp`` or ``imap``.
    via = models.CharField(max_length=8)
    #: The sending server's address, or the mailbox's subject key.
    peer = models.CharField(max_length=120, blank=True)
    #: For mailboxes: mailbox, UIDVALIDITY and UID, so that a mail that could not be moved is not taken twice.
    origin = models.CharField(max_length=120, null=True, unique=True)
    envelope_from = models.CharField(max_length=320, blank=True)
    envelope_to = ArrayField(models.CharField(max_length=320), default=list)
    #: Mails of one sender share a lane, and a lane is worked through in order.
    lane = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=12, choices=State, default=State.RECEIVED)
    #: The reason of a mail that ended the worker whenever it was read.
    CRASH = "crash"
    #: Machine code of what happened, such as ``duplicate``, ``bounce``, ``no-sender``.
    reason = models.CharField(max_length=40, blank=True)
    detail = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sender = models.CharField(max_length=320, blank=True)
    subject = models.CharField(max_length=250, blank=True)
    #: Hash over identifier, sender, subject and date, by which the same mail is known again.
    fingerprint = models.CharField(max_length=32, blank=True)
    #: A machine wrote it.
    is_automatic = models.BooleanField(default=False)
    ticket = models.BigIntegerField(null=True, blank=True)
    message = models.BigIntegerField(null=True, blank=True)
    processed_at = models.DateTimeField(null=True, blank=True)

    objects = TriageQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["lane", "id"], name="channels_rawmail_waiting", condition=Q(state="received")),
            models.Index(fields=["state", "-id"], name="channels_rawmail_state"),
            models.Index(fields=["sender", "-id"], name="channels_rawmail_sender"),
            models.Index(fields=["fingerprint"], name="channels_rawmail_print", condition=~Q(fingerprint="")),
            models.Index(fields=["message"], name="channels_rawmail_message", condition=Q(message__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.subject or f"#{self.pk}"

    def get_absolute_url(self) -> str:
        """Where its page is."""
        return reverse("channels:mail", args=[self.pk])

    @property
    def may_be_read(self) -> bool:
        """Whether its content may be parsed. Whoever tries one that has ended the worker may end as well."""
        return self.reason != self.CRASH


class MailReference(models.Model):
    """A Message-ID that belongs to a ticket: its own mails, and every identifier they refer to."""

    message_id = models.CharField(max_length=250)
    ticket = models.BigIntegerField()
    message = models.BigIntegerField(null=True)
    #: The mail itself was taken in or sent by us; otherwise somebody only referred to it.
    is_own = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message_id", "ticket"], name="channels_mailreference_once")]


class OutgoingMail(Subject):
    """One mail to one recipient. What is sent is fixed when it is made, so that every attempt sends the same."""

    class Kind(models.TextChoices):
        """Why it is sent."""

        REPLY = "reply", _("reply")
        ACKNOWLEDGEMENT = "acknowledgement", _("acknowledgement")
        NOTIFICATION = "notification", _("notification")
        SYSTEM = "system", _("system mail")

    class State(models.TextChoices):
        """How far it has come."""

        WAITING = "waiting", _("waiting")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        BOUNCED = "bounced", _("came back")
        DISCARDED = "discarded", _("discarded")

    organisation = models.ForeignKey("people.Organisation", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=Kind)
    #: What it is about and to whom; makes each mail exist once, however often it is asked for.
    once = models.CharField(max_length=400, unique=True)
    ticket = models.BigIntegerField(null=True, blank=True)
    message = models.BigIntegerField(null=True, blank=True)
    person = models.ForeignKey("people.Person", models.SET_NULL, null=True, blank=True, related_name="+")
    address = models.CharField(max_length=320)
    name = models.CharField(max_length=200, blank=True)
    #: The desk address it comes from; empty for the installation's own sender.
    from_address = models.CharField(max_length=320, blank=True)
    from_name = models.CharField(max_length=200, blank=True)
    message_id = models.CharField(max_length=250, unique=True)
    in_reply_to = models.CharField(max_length=250, blank=True)
    references = ArrayField(models.CharField(max_length=250), default=list)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField(blank=True)
    #: Written by Drifta itself rather than by a person; nobody's program shall answer it.
    is_automatic = models.BooleanField(default=True)
    #: ``{"filename", "sha256", "media_type", "content_id", "is_inline"}`` of each file.
    attachments: Any = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=clock.now)
    next_attempt_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = AdministeredQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"], name="channels_outgoing_waiting", condition=Q(state="waiting")
            ),
            models.Index(fields=["ticket", "id"], name="channels_outgoing_ticket"),
            models.Index(fields=["state", "-id"], name="channels_outgoing_state"),
            models.Index(fields=["address", "-created_at"], name="channels_outgoing_address"),
        ]

    @property
    def trouble(self) -> str:
        """What is the matter, in the reader's language."""
        return told(self.error, gettext)

    def __str__(self) -> str:
        return self.subject

    def get_absolute_url(self) -> str:
        """Where its page is."""
        return reverse("channels:outgoing", args=[self.pk])


class WebhookEndpoint(Versioned):
    """A web address that is told of events."""

    organisation = models.ForeignKey("people.Organisation", models.CASCADE, related_name="webhooks")
    name = models.CharField(_("name"), max_length=100)
    url = models.URLField(_("address"), max_length=500)
    #: Sealed by ``kernel.secrets``; the receiver checks signatures with it.
    secret = models.TextField(editable=False)
    #: Event names; empty means every event of the organisation.
    events = ArrayField(models.CharField(max_length=80), default=list, blank=True, verbose_name=_("events"))
    is_active = models.BooleanField(_("in use"), default=True)
    #: Set by an administrator: the address may lie inside the own network.
    may_be_internal = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = AdministeredQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Where its page is."""
        return reverse("channels:webhook", args=[self.pk])


class WebhookDelivery(models.Model):
    """One event for one endpoint, with what the endpoint answered."""

    class State(models.TextChoices):
        """How far it has come."""

        WAITING = "waiting", _("waiting")
        DELIVERED = "delivered", _("delivered")
        FAILED = "failed", _("failed")

    endpoint = models.ForeignKey(WebhookEndpoint, models.CASCADE, related_name="deliveries")
    event = models.BigIntegerField()
    event_name = models.CharField(max_length=80)
    payload: Any = models.JSONField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    #: The last HTTP status, 0 when no answer came.
    status = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    next_attempt_at = models.DateTimeField(default=clock.now)
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["endpoint", "event"], name="channels_delivery_once")]
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"], name="channels_delivery_waiting", condition=Q(state="waiting")
            ),
            models.Index(fields=["endpoint", "-id"], name="channels_delivery_newest"),
        ]

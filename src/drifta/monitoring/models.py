"""Tables of monitoring: probes, checks and their states, alerts, and where measurements are kept."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from drifta.kernel import clock
from drifta.kernel.actor import Actor
from drifta.kernel.models import Subject, Versioned, VisibleQuerySet


class State(models.IntegerChoices):
    """What a check found; the numbers are those of the probe protocol."""

    GOOD = 0, _("Good")
    WARNING = 1, _("Warning")
    BAD = 2, _("Bad")
    UNKNOWN = 3, _("Unknown")


class ProbeQuerySet(VisibleQuerySet["Probe"]):
    """Probes; shared ones serve every organisation."""

    def usable_by(self, actor: Actor) -> Self:
        """Return the probes that may run the actor's checks."""
        if actor.organisation_ids is None:
            return self
        return self.filter(Q(organisation_id__in=actor.organisation_ids) | Q(shared=True))


class Probe(Subject):
    """A poller at one site: its key (as a hash), what it last said about itself, and whether it is silent.

    A ``shared`` one runs checks of every organisation; the ``local`` one belongs to the server itself.
    ``clock_offset`` is how many milliseconds its clock is ahead (0 within the tolerance).
    """

    organisation = models.ForeignKey("people.Organisation", models.PROTECT, null=True, blank=True, related_name="+")
    site = models.ForeignKey("inventory.Site", models.SET_NULL, null=True, blank=True, related_name="+")
    name = models.CharField(_("name"), max_length=100)
    key_hash = models.CharField(max_length=64, unique=True)
    key_made_at = models.DateTimeField(default=clock.now)
    local = models.BooleanField(default=False)
    shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)
    seen_at = models.DateTimeField(null=True)
    silent_since = models.DateTimeField(null=True)
    version = models.CharField(max_length=40, blank=True)
    host = models.CharField(max_length=255, blank=True)
    kinds = models.JSONField(default=list)
    clock_offset = models.BigIntegerField(default=0)
    report = models.JSONField(default=dict)
    revision = models.BigIntegerField(default=1)

    objects = ProbeQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["local"], condition=Q(local=True), name="monitoring_one_local_probe"),
            models.UniqueConstraint(fields=["organisation", "name"], name="monitoring_probe_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The probe's page."""
        return reverse("monitoring:probe", args=[self.pk])


class ProbeJournal(models.Model):
    """The highest batch number stored of one probe's journal: what is not above it is a repetition."""

    probe = models.ForeignKey(Probe, models.CASCADE, related_name="journals")
    journal = models.CharField(max_length=32)
    acknowledged = models.BigIntegerField(default=0)
    heard_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["probe", "journal"], name="monitoring_journal_once")]


class Check(Versioned):
    """Something that a probe looks at again and again. ``address``, ``port`` and ``layer`` tell where."""

    resource = "checks"

    organisation = models.ForeignKey("people.Organisation", models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=60)
    settings = models.JSONField(default=dict)
    asset = models.ForeignKey("inventory.Asset", models.SET_NULL, null=True, blank=True, related_name="+")
    probe = models.ForeignKey(Probe, models.PROTECT, related_name="checks")
    interval = models.FloatField(_("interval"), default=60)
    timeout = models.FloatField(_("timeout"), default=10)
    retries = models.PositiveSmallIntegerField(_("retries"), default=2)
    retry_interval = models.FloatField(_("retry interval"), default=10)
    flapping = models.BooleanField(_("detect flapping"), default=True)
    enabled = models.BooleanField(_("enabled"), default=True)
    depends_on = models.ManyToManyField("self", symmetrical=False, blank=True, related_name="dependants")
    address = models.CharField(max_length=255, blank=True)
    port = models.PositiveIntegerField(null=True)
    layer = models.PositiveSmallIntegerField(default=0)
    run_token = models.CharField(max_length=64, blank=True)
    run_token_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "name", "id"], name="monitoring_check_name"),
            models.Index(fields=["probe", "enabled"], name="monitoring_check_probe"),
            models.Index(fields=["asset"], name="monitoring_check_asset", condition=Q(asset__isnull=False)),
            models.Index(fields=["address"], name="monitoring_check_address"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The check's page."""
        return reverse("monitoring:check", args=[self.pk])


class CheckState(models.Model):
    """What is so now with a check: its newest state, and the last one that counts (hard).

    ``state`` is None before the first result. ``since`` is when the hard state began.
    """

    check_row = models.OneToOneField(Check, models.CASCADE, primary_key=True, db_column="check_id", related_name="now")
    state = models.PositiveSmallIntegerField(choices=State.choices, null=True)
    hard = models.BooleanField(default=True)
    attempt = models.PositiveSmallIntegerField(default=1)
    flapping = models.BooleanField(default=False)
    hard_state = models.PositiveSmallIntegerField(choices=State.choices, null=True)
    since = models.DateTimeField(default=clock.now)
    at = models.DateTimeField(null=True)
    code = models.CharField(max_length=64, blank=True)
    parameters = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(
                fields=["hard_state", "since"],
                name="monitoring_state_bad",
                condition=Q(hard_state__gt=State.GOOD),
            )
        ]


class StateChange(models.Model):
    """One change of a check's hard state: the history bar and the reports are made from these.

    Partitioned by month of ``at`` (see the first migration).
    """

    id = models.BigAutoField(primary_key=True)
    check_id = models.BigIntegerField()
    at = models.DateTimeField()
    state = models.PositiveSmallIntegerField(choices=State.choices)
    flapping = models.BooleanField(default=False)
    late = models.BooleanField(default=False)
    code = models.CharField(max_length=64, blank=True)
    parameters = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["check_id", "at"], name="monitoring_change_check")]


class Alert(Subject):
    """A period in which something was bad. With ``cause`` it is a symptom of another alert.

    ``settled`` is false until it has been decided whether it is a cause or a symptom; symptoms share the ticket of
    their cause. ``end_noted`` is true once the ticket has been told of the end.
    """

    resource = "alerts"

    class Source(models.TextChoices):
        """Who says so."""

        CHECK = "check", _("Check")
        PROBE = "probe", _("Probe")
        OUTSIDE = "outside", _("Another system")

    organisation = models.ForeignKey("people.Organisation", models.PROTECT, null=True, related_name="+")
    source = models.CharField(max_length=10, choices=Source.choices)
    check_row = models.ForeignKey(Check, models.SET_NULL, null=True, db_column="check_id", related_name="alerts")
    probe = models.ForeignKey(Probe, models.SET_NULL, null=True, related_name="alerts")
    fingerprint = models.CharField(max_length=64)
    title = models.CharField(max_length=300)
    severity = models.PositiveSmallIntegerField(choices=State.choices)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    settled = models.BooleanField(default=False)
    cause = models.ForeignKey("self", models.SET_NULL, null=True, related_name="symptoms")
    ticket_id = models.BigIntegerField(null=True)
    end_noted = models.BooleanField(default=False)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey("people.Person", models.SET_NULL, null=True, related_name="+")
    code = models.CharField(max_length=64, blank=True)
    parameters = models.JSONField(default=dict)
    labels = models.JSONField(default=dict)
    annotations = models.JSONField(default=dict)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["fingerprint"], condition=Q(ended_at=None), name="monitoring_alert_open_once"
            )
        ]
        indexes = [
            models.Index(fields=["organisation", "-id"], name="monitoring_alert_newest"),
            models.Index(fields=["check_row", "-id"], name="monitoring_alert_check"),
            models.Index(fields=["ticket_id"], name="monitoring_alert_ticket", condition=Q(ticket_id__isnull=False)),
            models.Index(fields=["id"], name="monitoring_alert_unsettled", condition=Q(settled=False)),
            models.Index(
                fields=["id"], name="monitoring_alert_untold", condition=Q(end_noted=False, ticket_id__isnull=False)
            ),
            models.Index(fields=["severity", "began_at"], name="monitoring_alert_open", condition=Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The alert's page."""
        return reverse("monitoring:alert", args=[self.pk])


class Series(models.Model):
    """One curve: a metric of a check, with the value of its label ("/srv") when it has one."""

    id = models.AutoField(primary_key=True)
    check_id = models.BigIntegerField()
    metric = models.CharField(max_length=100)
    label = models.CharField(max_length=200, blank=True)
    unit = models.CharField(max_length=20)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["check_id", "metric", "label"], name="monitoring_series_once")]


class Chunk(models.Model):
    """Packed samples of one series; times in whole seconds. Format: ``docs/formats/metrics.md``."""

    series = models.IntegerField()
    first = models.IntegerField()
    last = models.IntegerField()
    count = models.IntegerField()
    data = models.BinaryField()

    class Meta:
        indexes = [
            models.Index(fields=["series", "last"], name="monitoring_chunk_series"),
            models.Index(fields=["last"], name="monitoring_chunk_last"),
        ]

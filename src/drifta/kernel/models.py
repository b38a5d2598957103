"""What the tables of all modules share, and the kernel's own tables."""

from typing import Any, Self, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models.functions import Now

from drifta.kernel import clock
from drifta.kernel.actor import Actor

M = TypeVar("M", bound=models.Model)


class VisibleQuerySet(models.QuerySet[M]):
    """Rows that belong to an organisation. Modules narrow ``visible_to`` further where roles see less."""

    def visible_to(self, actor: Actor) -> Self:
        """Return the rows the actor may know of; everything else answers 404."""
        if actor.organisation_ids is None:
            return self
        return self.filter(organisation_id__in=actor.organisation_ids)


class Subject(models.Model):
    """A row that events, live pages and search speak of."""

    class Meta:
        abstract = True

    @property
    def subject_key(self) -> str:
        """The name of this row everywhere outside its table, such as ``desk.ticket:42``."""
        return subject_key(type(self), self.pk)


class Versioned(Subject):
    """A row edited by several people: each change counts, a change based on an old version is a conflict."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True


def subject_key(model: type[models.Model], pk: object) -> str:
    """Return the subject key of a row that need not be loaded."""
    return f"{model._meta.label_lower}:{pk}"


def change(obj: M, **values: Any) -> M:
    """Set ``values`` on a loaded row and save just those fields; counts the version of versioned rows."""
    for name, value in values.items():
        setattr(obj, name, value)
    fields = list(values)
    if isinstance(obj, Versioned):
        obj.version += 1
        fields.append("version")
    obj.save(update_fields=fields)
    return obj


class LoggedEvent(models.Model):
    """One fact in the append-only event log: audit log, timeline, and source of webhooks and live pages.

    The table is partitioned by month of ``at`` and refuses UPDATE and DELETE (see the first migration).
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(default=clock.now)
    recorded_at = models.DateTimeField(db_default=Now())
    name = models.CharField(max_length=80)
    subject = models.CharField(max_length=120)
    organisation_id = models.BigIntegerField(null=True)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=200)
    data = models.JSONField(default=dict)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        db_table = "kernel_event"
        indexes = [
            models.Index(fields=["subject", "id"], name="kernel_event_subject"),
            models.Index(fields=["organisation_id", "-id"], name="kernel_event_organisation"),
            models.Index(fields=["name", "-id"], name="kernel_event_name"),
        ]


class Seal(models.Model):
    """A finished stretch of the event log with the hash over it and over the seal before."""

    first_event = models.BigIntegerField()
    last_event = models.BigIntegerField(unique=True)
    count = models.PositiveIntegerField()
    digest = models.BinaryField(max_length=32)
    sealed_at = models.DateTimeField(default=clock.now)


class Setting(models.Model):
    """The stored values of one settings section; secrets inside are sealed."""

    section = models.CharField(max_length=80, primary_key=True)
    value = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)


class DataKey(models.Model):
    """A key that encrypts secrets, itself encrypted by the master key that is kept outside the database."""

    wrapped = models.BinaryField()
    created_at = models.DateTimeField(default=clock.now)


class JobFailure(models.Model):
    """Why an attempt of a background job failed; the newest row of a job tells what to mend."""

    job_id = models.BigIntegerField(db_index=True)
    at = models.DateTimeField(default=clock.now)
    error = models.TextField()
    traceback = models.TextField()


class SearchDocument(models.Model):
    """What the one search finds: the words of an object, once as everybody and once as insiders may read it."""

    source = models.CharField(max_length=40)
    object_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField(null=True)
    title = models.CharField(max_length=300)
    public = SearchVectorField()
    internal = SearchVectorField()
    people = ArrayField(models.BigIntegerField(), default=list)
    updated_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "kernel_search"
        constraints = [models.UniqueConstraint(fields=["source", "object_id"], name="kernel_search_object")]
        indexes = [
            GinIndex(fields=["public"], name="kernel_search_public"),
            GinIndex(fields=["internal"], name="kernel_search_internal"),
            GinIndex(fields=["title"], opclasses=["gin_trgm_ops"], name="kernel_search_title"),
            models.Index(fields=["source", "-object_id"], name="kernel_search_newest"),
        ]


class Presence(models.Model):
    """Who has a page about a subject open, and whether they are typing; forgotten after a minute."""

    subject = models.CharField(max_length=120)
    person_id = models.BigIntegerField()
    name = models.CharField(max_length=200)
    typing = models.BooleanField(default=False)
    seen_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "person_id"], name="kernel_presence_once")]


class UseCount(models.Model):
    """How often something was used in a window of time (requests of a token); unlogged, for it may be lost."""

    key = models.CharField(max_length=80, primary_key=True)
    ends_at = models.DateTimeField()
    used = models.PositiveIntegerField()


class IdempotentAnswer(models.Model):
    """The answer to a POST with an ``Idempotency-Key``, given again when the same request comes twice."""

    token_id = models.BigIntegerField()
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.BinaryField()
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token_id", "key"], name="kernel_idempotent_once")]

"""Tables of organisations, persons, teams, API tokens and invitations."""

from functools import cached_property
from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from drifta.kernel import clock
from drifta.kernel.actor import Actor
from drifta.kernel.models import Subject, Versioned, VisibleQuerySet
from drifta.kernel.permissions import granted, may
from drifta.people.roles import ADMINISTRATOR, AUDITOR, FIRST_LINE, MANAGER, REQUESTER, SECOND_LINE


class Language(models.TextChoices):
    """The languages of Drifta's pages and mails."""

    ENGLISH = "en", "English"
    SWEDISH = "sv", "Svenska"
    NORWEGIAN = "nb", "Norsk bokmål"


class Role(models.TextChoices):
    """What a person does here; each role grants the permissions that name it."""

    REQUESTER = REQUESTER, _("Requester")
    FIRST_LINE = FIRST_LINE, _("First line")
    SECOND_LINE = SECOND_LINE, _("Second line")
    MANAGER = MANAGER, _("Manager")
    ADMINISTRATOR = ADMINISTRATOR, _("Administrator")
    AUDITOR = AUDITOR, _("Auditor")


class TokenQuerySet(models.QuerySet["ApiToken"]):
    """API tokens, narrowed to what an actor may know."""

    def visible_to(self, actor: Actor) -> Self:
        """Everybody sees the own tokens, administrators those of their organisations' people."""
        if may(actor, "people.administer"):
            return self.filter(person__in=Person.objects.visible_to(actor))
        return self.filter(person_id=actor.person_id)


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """Organisations, narrowed to those an actor works for."""

    def visible_to(self, actor: Actor) -> Self:
        """Return the organisations the actor may know of."""
        return self if actor.organisation_ids is None else self.filter(pk__in=actor.organisation_ids)


class Organisation(Subject):
    """Whose people, assets and tickets these are: the own firm, or a customer."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    language = models.CharField(_("language"), max_length=5, choices=Language, default=Language.ENGLISH)
    #: Mail domains whose unknown senders belong here, lower case, without @.
    mail_domains = ArrayField(
        models.CharField(max_length=253), default=list, blank=True, verbose_name=_("mail domains")
    )
    is_demo = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    resource = "organisations"
    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the organisation's page."""
        return reverse("people:organisation", args=[self.pk])

    @property
    def organisation_id(self) -> int:
        """An organisation belongs to itself, so that rules and events need no special case."""
        return self.pk


class PersonQuerySet(VisibleQuerySet["Person"]):
    """Persons, narrowed to what an actor may know."""

    def visible_to(self, actor: Actor) -> Self:
        """Those who may look people up see their organisations' persons, everybody else only themselves."""
        rows = super().visible_to(actor)
        return rows if may(actor, "people.view") else rows.filter(pk=actor.person_id)

    def present(self) -> Self:
        """Leave out entries that were merged into others."""
        return self.filter(merged_into=None)


_REACH = """
SELECT ARRAY(SELECT organisation_id FROM people_person_serves WHERE person_id = %(person)s),
       ARRAY(SELECT team_id FROM people_team_members WHERE person_id = %(person)s)
"""


class PersonManager(BaseUserManager["Person"]):
    """Django's manager of users, on our querysets."""

    def get_queryset(self) -> PersonQuerySet:
        """Return all persons."""
        return PersonQuerySet(self.model, using=self._db)

    def visible_to(self, actor: Actor) -> PersonQuerySet:
        """See ``PersonQuerySet.visible_to``."""
        return self.get_queryset().visible_to(actor)


class Person(AbstractBaseUser, Versioned):
    """Somebody: an employee who reports, a technician, or a stranger who sent a mail. Few of them can sign in."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="persons")
    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("primary mail address"), max_length=254, null=True, blank=True, unique=True)
    language = models.CharField(_("language"), max_length=5, choices=Language, default=Language.ENGLISH)
    roles = ArrayField(models.CharField(max_length=20, choices=Role), default=list, verbose_name=_("roles"))
    title = models.CharField(_("title"), max_length=200, blank=True)
    manager = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="reports")
    site = models.ForeignKey("inventory.Site", models.SET_NULL, null=True, blank=True, related_name="people")
    serves = models.ManyToManyField(Organisation, blank=True, related_name="served_by")
    is_vip = models.BooleanField(_("VIP"), default=False)
    is_active = models.BooleanField(_("may sign in"), default=True)
    #: Made from a mail or a call by somebody unknown, until an agent has looked at it.
    is_stranger = models.BooleanField(default=False, editable=False)
    #: Set on an entry that turned out to be somebody who was known already; lists leave it out.
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="absorbed", editable=False
    )
    note = models.TextField(_("note"), blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    resource = "people"
    objects = PersonManager()

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "name", "id"], name="people_person_by_name"),
            models.Index(fields=["manager"], name="people_person_manager"),
        ]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def actor(self) -> Actor:
        """This person as the one who acts: teams, organisations and permissions as of now."""
        served, teams = self._reach()
        return Actor(
            kind="person",
            name=self.name,
            person_id=self.pk,
            organisation_id=self.organisation_id,
            organisation_ids=served | {self.organisation_id},
            team_ids=teams,
            roles=frozenset(self.roles),
            permissions=granted(self.roles),
            language=self.language,
        )

    def _reach(self) -> tuple[frozenset[int], frozenset[int]]:
        """The ids of the organisations served and of the teams; one statement, as every request asks for them."""
        if {"serves", "teams"} <= getattr(self, "_prefetched_objects_cache", {}).keys():
            return frozenset(row.pk for row in self.serves.all()), frozenset(row.pk for row in self.teams.all())
        with connection.cursor() as cursor:
            cursor.execute(_REACH, {"person": self.pk})
            served, teams = cursor.fetchone()
        return frozenset(served), frozenset(teams)

    @property
    def works_for(self) -> frozenset[int]:
        """The ids of the organisations whose rows this person may see: the own one and those served."""
        return self.actor.organisation_ids or frozenset()

    @property
    def can_sign_in(self) -> bool:
        """Whether there is a password and nobody has blocked the sign-in."""
        return self.is_active and self.has_usable_password()

    @property
    def role_labels(self) -> list[Any]:
        """The roles as people read them, in the order of responsibility."""
        labels = dict(Role.choices)
        return [labels.get(role, role) for role in self.roles]

    def get_absolute_url(self) -> str:
        """Return the address of the person's page."""
        return reverse("people:person", args=[self.pk])

    def has_perm(self, permission: str, obj: Any = None) -> bool:
        """Answer Django's question by Drifta's rules."""
        return self.is_active and may(self.actor, permission, obj)


class ContactPoint(models.Model):
    """A way to reach a person, and to recognise them: mail addresses in lower case, numbers in E.164."""

    class Kind(models.TextChoices):
        """What kind of address this is."""

        EMAIL = "email", _("mail")
        PHONE = "phone", _("phone")

    person = models.ForeignKey(Person, models.CASCADE, related_name="contact_points")
    kind = models.CharField(max_length=10, choices=Kind)
    value = models.CharField(max_length=254)
    label = models.CharField(max_length=60, blank=True)
    #: Mail to this address came back; shown to agents before they answer.
    bounced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["value"], condition=models.Q(kind="email"), name="people_contactpoint_email_once"
            ),
            models.UniqueConstraint(fields=["person", "kind", "value"], name="people_contactpoint_once"),
        ]
        indexes = [models.Index(fields=["kind", "value"], name="people_contactpoint_value")]

    def __str__(self) -> str:
        return self.value


class Team(Versioned):
    """People who work on the same queue of tickets, on one of the three lines."""

    class Line(models.IntegerChoices):
        """First line takes everything in, second line knows systems, third line is the vendor or developer."""

        FIRST = 1, _("First line")
        SECOND = 2, _("Second line")
        THIRD = 3, _("Third line")

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="teams")
    name = models.CharField(_("name"), max_length=100)
    line = models.PositiveSmallIntegerField(_("line"), choices=Line, default=Line.FIRST)
    members = models.ManyToManyField(Person, blank=True, related_name="teams")
    is_active = models.BooleanField(_("in use"), default=True)

    resource = "teams"
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["line", "name"]
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="people_team_name_once")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the team's page."""
        return reverse("people:team", args=[self.pk])


class ApiToken(Subject):
    """A key by which a program acts for a person. Only a hash is kept; the token itself is shown once."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("what for"), max_length=100)
    #: The first characters, by which people recognise it.
    prefix = models.CharField(max_length=16)
    digest = models.BinaryField(max_length=32, unique=True)
    #: Permission names the token is narrowed to; empty means everything its person may.
    scopes = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    resource = "tokens"
    objects = TokenQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @property
    def is_expired(self) -> bool:
        """Whether its time is over."""
        return self.expires_at is not None and self.expires_at <= clock.now()

    @property
    def organisation_id(self) -> int:
        """The organisation of the person it acts for."""
        return self.person.organisation_id


class Invitation(Subject):
    """A one-time link by which a person sets their first password; only a hash is kept."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="invitations")
    digest = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    @property
    def organisation_id(self) -> int:
        """The organisation of the invited person."""
        return self.person.organisation_id

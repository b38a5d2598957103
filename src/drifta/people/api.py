"""People, teams, organisations and tokens over REST; verbs come from the action catalogue."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from drifta.kernel import rest
from drifta.kernel.actor import Actor
from drifta.kernel.permissions import require
from drifta.kernel.rest import Page
from drifta.people import actions, queries
from drifta.people.models import ApiToken, Organisation, Person, Team

router = Router()

#: A row's number: PostgreSQL's bigint.
Number = Annotated[int, Field(ge=1, lt=2**63)]
LanguageCode = Literal["en", "sv", "nb"]
RoleName = Literal["requester", "first_line", "second_line", "manager", "administrator", "auditor"]


class ContactPointOut(Schema):
    """A way to reach a person; numbers in E.164."""

    id: int
    kind: str
    value: str
    label: str
    bounced_at: datetime | None


class PersonOut(Schema):
    """A person."""

    id: int
    organisation_id: int
    name: str
    email: str | None
    language: str
    title: str
    roles: list[str]
    manager_id: int | None
    site_id: int | None
    is_vip: bool
    is_active: bool
    is_stranger: bool
    can_sign_in: bool
    created_at: datetime
    version: int


class PersonDetail(PersonOut):
    """A person with addresses and teams."""

    contact_points: list[ContactPointOut]
    team_ids: list[int]

    @staticmethod
    def resolve_contact_points(person: Person) -> list[Any]:
        """Return the addresses, in the order they were added."""
        return list(person.contact_points.order_by("pk"))

    @staticmethod
    def resolve_team_ids(person: Person) -> list[int]:
        """Return the teams' numbers."""
        return list(person.teams.order_by("pk").values_list("pk", flat=True))


class PersonIn(Schema):
    """A new person; the first mail address is the primary one."""

    name: str = Field(min_length=1, max_length=200)
    organisation_id: Number | None = None
    emails: list[str] = Field(default=[], max_length=20)
    phones: list[str] = Field(default=[], max_length=20)
    language: LanguageCode | None = None
    title: str = Field(default="", max_length=200)
    manager_id: Number | None = None
    site_id: Number | None = None
    is_vip: bool = False
    note: str = Field(default="", max_length=20_000)
    roles: list[RoleName] = ["requester"]


class PersonChange(Schema):
    """New values of a person; what is missing stays, and null empties manager or site."""

    name: str | None = Field(default=None, min_length=1, max_length=200)
    email: str | None = Field(default=None, max_length=254)
    language: LanguageCode | None = None
    title: str | None = Field(default=None, max_length=200)
    manager_id: Number | None = None
    site_id: Number | None = None
    is_vip: bool | None = None
    note: str | None = Field(default=None, max_length=20_000)


class ContactPointIn(Schema):
    """A new way to reach a person."""

    kind: Literal["email", "phone"]
    value: str = Field(max_length=254)
    label: str = Field(default="", max_length=60)


class PeopleQuery(Schema):
    """What a list of people is narrowed by."""

    q: str = Field(default="", max_length=200)
    email: str = Field(default="", max_length=254)
    organisation_id: Number | None = None
    team_id: Number | None = None
    site_id: Number | None = None
    role: RoleName | None = None
    is_active: bool | None = None
    cursor: str | None = None
    limit: int = rest.PAGE


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def _person(request: HttpRequest, pk: int) -> Person:
    return rest.get_visible(Person.objects.visible_to(_actor(request)), pk)


@router.get("/people", response=Page[PersonOut], tags=["people"], summary="List people")
def people(request: HttpRequest, query: Query[PeopleQuery]) -> Page[Any]:
    """List the people you may know of, by number."""
    rows = _narrowed(Person.objects.visible_to(_actor(request)).present(), query)
    return rest.paginate(rows, cursor=query.cursor, limit=query.limit, order=("id",))


def _narrowed(rows: Any, query: PeopleQuery) -> QuerySet[Person]:
    given = {
        "organisation_id": query.organisation_id,
        "teams": query.team_id,
        "site_id": query.site_id,
        "is_active": query.is_active,
    }
    rows = rows.filter(**{name: value for name, value in given.items() if value is not None})
    if query.role:
        rows = rows.filter(roles__contains=[query.role])
    if query.email:
        rows = rows.filter(pk__in=queries.ids_by_email(query.email))
    found: QuerySet[Person] = queries.searched(rows, query.q.replace("\0", ""))
    return found


@router.post("/people", response={201: PersonDetail}, tags=["people"], summary="Add a person")
def create_person(request: HttpRequest, values: PersonIn, response: HttpResponse) -> Status[Person]:
    """Add a person."""
    given = values.model_dump(exclude={"organisation_id", "language"})
    organisation = values.organisation_id or _actor(request).organisation_id or 0
    person = actions.create(_actor(request), organisation_id=organisation, language=values.language or "", **given)
    response["Location"] = f"/api/v1/people/{person.pk}"
    rest.with_etag(response, person)
    return Status(201, person)


@router.get("/people/{int:pk}", response=PersonDetail, tags=["people"], summary="Show a person")
def person(request: HttpRequest, pk: int, response: HttpResponse) -> Person:
    """Show a person."""
    found = _person(request, pk)
    rest.with_etag(response, found)
    return found


@router.patch("/people/{int:pk}", response=PersonDetail, tags=["people"], summary="Change a person")
def change_person(request: HttpRequest, pk: int, values: PersonChange, response: HttpResponse) -> Person:
    """Change what is given; send the ETag in If-Match to be told of a conflict."""
    found = _person(request, pk)
    rest.based_on(request, found)
    given = values.model_dump(exclude_unset=True)
    clear = [name for name in ("manager_id", "site_id") if name in given and given[name] is None]
    changed = actions.edit(_actor(request), found, **given, clear=clear)
    rest.with_etag(response, changed)
    return changed


@router.post(
    "/people/{int:pk}/contact-points",
    response={201: ContactPointOut},
    tags=["people"],
    summary="Add a mail address or phone number",
)
def create_contact_point(request: HttpRequest, pk: int, values: ContactPointIn) -> Status[Any]:
    """Add a mail address or phone number to a person."""
    return Status(201, actions.add_contact_point(_actor(request), _person(request, pk), **values.model_dump()))


@router.delete(
    "/people/{int:pk}/contact-points/{int:point}",
    response={204: None},
    tags=["people"],
    summary="Remove a mail address or phone number",
)
def delete_contact_point(request: HttpRequest, pk: int, point: int) -> Status[None]:
    """Remove a mail address or phone number from a person."""
    actions.remove_contact_point(_actor(request), _person(request, pk), contact_point_id=min(point, 2**63 - 1))
    return Status(204, None)


class TeamOut(Schema):
    """A team."""

    id: int
    organisation_id: int
    name: str
    line: int
    is_active: bool
    member_ids: list[int]
    version: int

    @staticmethod
    def resolve_member_ids(team: Team) -> list[int]:
        """Return the members' numbers."""
        return sorted(member.pk for member in team.members.all())


class TeamIn(Schema):
    """A new team."""

    name: str = Field(min_length=1, max_length=100)
    organisation_id: Number | None = None
    line: Literal[1, 2, 3] = 1
    member_ids: list[Number] = Field(default=[], max_length=500)


class TeamChange(Schema):
    """New values of a team; what is missing stays."""

    name: str | None = Field(default=None, min_length=1, max_length=100)
    line: Literal[1, 2, 3] | None = None
    is_active: bool | None = None


def _teams(request: HttpRequest) -> QuerySet[Team]:
    require(_actor(request), "people.view")
    return Team.objects.visible_to(_actor(request)).prefetch_related("members")


@router.get("/teams", response=Page[TeamOut], tags=["teams"], summary="List teams")
def teams(request: HttpRequest, cursor: str | None = None, limit: int = rest.PAGE) -> Page[Any]:
    """List teams, by number."""
    return rest.paginate(_teams(request), cursor=cursor, limit=limit, order=("id",))


@router.post("/teams", response={201: TeamOut}, tags=["teams"], summary="Add a team")
def create_team(request: HttpRequest, values: TeamIn) -> Status[Team]:
    """Add a team."""
    organisation = values.organisation_id or _actor(request).organisation_id or 0
    given = values.model_dump(exclude={"organisation_id"})
    return Status(201, actions.create_team(_actor(request), organisation_id=organisation, **given))


@router.get("/teams/{int:pk}", response=TeamOut, tags=["teams"], summary="Show a team")
def team(request: HttpRequest, pk: int, response: HttpResponse) -> Team:
    """Show a team."""
    found = rest.get_visible(_teams(request), pk)
    rest.with_etag(response, found)
    return found


@router.patch("/teams/{int:pk}", response=TeamOut, tags=["teams"], summary="Change a team")
def change_team(request: HttpRequest, pk: int, values: TeamChange, response: HttpResponse) -> Team:
    """Change what is given."""
    found = rest.get_visible(_teams(request), pk)
    rest.based_on(request, found)
    changed = actions.edit_team(_actor(request), found, **values.model_dump(exclude_unset=True))
    rest.with_etag(response, changed)
    return changed


class OrganisationOut(Schema):
    """An organisation."""

    id: int
    name: str
    language: str
    mail_domains: list[str]
    created_at: datetime


class OrganisationIn(Schema):
    """A new organisation."""

    name: str = Field(min_length=1, max_length=200)
    language: LanguageCode = "en"
    mail_domains: list[str] = Field(default=[], max_length=100)


@router.get("/organisations", response=Page[OrganisationOut], tags=["organisations"], summary="List organisations")
def organisations(request: HttpRequest, cursor: str | None = None, limit: int = rest.PAGE) -> Page[Any]:
    """List the organisations you work for, by number."""
    return rest.paginate(queries.organisations(_actor(request)), cursor=cursor, limit=limit, order=("id",))


@router.post("/organisations", response={201: OrganisationOut}, tags=["organisations"], summary="Add an organisation")
def create_organisation(request: HttpRequest, values: OrganisationIn) -> Status[Organisation]:
    """Add an organisation; you work for it from now on."""
    return Status(201, actions.create_organisation(_actor(request), **values.model_dump()))


@router.get(
    "/organisations/{int:pk}", response=OrganisationOut, tags=["organisations"], summary="Show an organisation"
)
def organisation(request: HttpRequest, pk: int) -> Organisation:
    """Show an organisation."""
    return rest.get_visible(queries.organisations(_actor(request)), pk)


class TokenOut(Schema):
    """An API token, without the token itself."""

    id: int
    person_id: int
    name: str
    prefix: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class TokenMade(TokenOut):
    """A new API token; ``token`` is never shown again."""

    token: str


class TokenIn(Schema):
    """A new token of yours. Needs a signed-in person: tokens do not make tokens."""

    name: str = Field(min_length=1, max_length=100)
    scopes: list[str] = Field(default=[], max_length=200)
    expires_at: datetime | None = None


@router.get("/tokens", response=Page[TokenOut], tags=["tokens"], summary="List API tokens")
def tokens(request: HttpRequest, cursor: str | None = None, limit: int = rest.PAGE) -> Page[Any]:
    """List your tokens; as an administrator, everybody's."""
    return rest.paginate(ApiToken.objects.visible_to(_actor(request)), cursor=cursor, limit=limit)


@router.post("/tokens", response={201: TokenMade}, tags=["tokens"], summary="Make an API token")
def create_token(request: HttpRequest, values: TokenIn) -> Status[Any]:
    """Make a token that acts for you."""
    person = rest.get_visible(Person.objects.visible_to(_actor(request)), _actor(request).person_id or 0)
    row, secret = actions.create_token(_actor(request), person, **values.model_dump())
    return Status(201, {**TokenOut.from_orm(row).model_dump(), "token": secret})

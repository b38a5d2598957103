"""Tickets, messages and attachments over REST; verbs such as ``/tickets/42/close`` come from the action catalogue."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from ninja import File, Query, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import Field

from drifta.desk import actions, queries, uploads
from drifta.desk.listing import searched
from drifta.desk.models import Attachment, Category, Message, Ticket
from drifta.kernel import files, rest
from drifta.kernel.actions import catalogue
from drifta.kernel.actor import Actor
from drifta.kernel.rest import Page

router = Router(tags=["tickets"])

#: A row's number: PostgreSQL's bigint.
Number = Annotated[int, Field(ge=1, lt=2**63)]
SORTS = {
    "-updated_at": ("-updated_at", "-id"),
    "-id": ("-id",),
    "id": ("id",),
    "priority": ("priority", "id"),
}


class PersonOut(Schema):
    """A person as tickets name them."""

    id: int
    name: str


class TicketOut(Schema):
    """A ticket."""

    id: int
    subject: str
    kind: str
    state: str
    priority: int
    impact: int
    urgency: int
    organisation_id: int
    category_id: int | None
    team_id: int | None
    site_id: int | None
    owner: PersonOut | None
    requester: PersonOut | None
    channel: str
    language: str
    hold_until: datetime | None
    resolution: str
    created_at: datetime
    updated_at: datetime
    resolved_at: datetime | None
    closed_at: datetime | None
    version: int


class TicketDetail(TicketOut):
    """A ticket with what it is tied to."""

    asset_ids: list[int]
    service_ids: list[int]
    watcher_ids: list[int]
    #: Why agents let it wait; only for those who work on tickets.
    hold_reason: str

    @staticmethod
    def resolve_asset_ids(ticket: Ticket) -> list[int]:
        """Return the devices' numbers."""
        return list(ticket.assets.order_by("pk").values_list("pk", flat=True))

    @staticmethod
    def resolve_service_ids(ticket: Ticket) -> list[int]:
        """Return the services' numbers."""
        return list(ticket.services.order_by("pk").values_list("pk", flat=True))

    @staticmethod
    def resolve_watcher_ids(ticket: Ticket) -> list[int]:
        """Return the watchers' numbers."""
        return list(ticket.watching.order_by("pk").values_list("person_id", flat=True))

    @staticmethod
    def resolve_hold_reason(ticket: Ticket, context: Any) -> str:
        """Keep the reason among agents."""
        return ticket.hold_reason if context["request"].actor.has("desk.read_all") else ""


class TicketIn(Schema):
    """A new ticket. The requester is whoever calls unless an agent names another."""

    subject: str = Field(max_length=250)
    text: str = Field(default="", max_length=500_000)
    organisation_id: int | None = Field(default=None, ge=1, lt=2**63)
    kind: Literal["incident", "request", "problem", "change", "task"] = "incident"
    impact: int = Field(default=3, ge=1, le=3)
    urgency: int = Field(default=2, ge=1, le=3)
    requester_id: int | None = Field(default=None, ge=1, lt=2**63)
    category_id: int | None = Field(default=None, ge=1, lt=2**63)
    team_id: int | None = Field(default=None, ge=1, lt=2**63)
    owner_id: int | None = Field(default=None, ge=1, lt=2**63)
    site_id: int | None = Field(default=None, ge=1, lt=2**63)
    asset_ids: list[Number] = Field(default=[], max_length=100)
    service_ids: list[Number] = Field(default=[], max_length=100)
    watcher_ids: list[Number] = Field(default=[], max_length=100)
    attachments: list[str] = Field(default=[], max_length=50)


class TicketChange(Schema):
    """New values of a ticket; what is missing stays. 0 empties category, site or requester."""

    subject: str | None = Field(default=None, max_length=250)
    kind: Literal["incident", "request", "problem", "change", "task"] | None = None
    impact: int | None = Field(default=None, ge=1, le=3)
    urgency: int | None = Field(default=None, ge=1, le=3)
    category_id: int | None = Field(default=None, ge=0, lt=2**63)
    site_id: int | None = Field(default=None, ge=0, lt=2**63)
    requester_id: int | None = Field(default=None, ge=0, lt=2**63)
    asset_ids: list[Number] | None = Field(default=None, max_length=100)
    service_ids: list[Number] | None = Field(default=None, max_length=100)


class AttachmentOut(Schema):
    """A file of a message."""

    id: int
    filename: str
    media_type: str
    size: int


class UploadOut(Schema):
    """A file that is stored and belongs to no message yet; name it by ``reference`` within a day."""

    reference: str
    filename: str
    media_type: str
    size: int


class MessageOut(Schema):
    """Something said in a ticket."""

    id: int
    ticket_id: int
    author_id: int | None
    author_name: str
    direction: str
    channel: str
    text: str
    folded: str
    copies: list[str]
    automatic: str
    created_at: datetime
    attachments: list[AttachmentOut]

    @staticmethod
    def resolve_attachments(message: Message) -> list[Attachment]:
        """Return the files, which the query has fetched."""
        return list(message.attachments.all())


class MessageIn(Schema):
    """A new message: an answer, or with ``internal`` a note between agents."""

    text: str = Field(default="", max_length=500_000)
    internal: bool = False
    copies: list[str] = Field(default=[], max_length=50)
    attachments: list[str] = Field(default=[], max_length=50)


class BulkIn(Schema):
    """One action for many tickets."""

    verb: Literal["assign", "take", "hold", "resume", "resolve", "close", "reopen", "prioritise"]
    ticket_ids: list[Number] = Field(max_length=500)
    values: dict[str, Any] = {}


class BulkOut(Schema):
    """What became of one ticket; ``error`` is empty when it worked."""

    ticket_id: int
    subject: str
    error: str


class TicketFilter(Schema):
    """What a list of tickets can be narrowed by."""

    q: str | None = Field(default=None, max_length=200)
    state: list[Literal["new", "open", "waiting", "resolved", "closed"]] = []
    kind: list[Literal["incident", "request", "problem", "change", "task"]] = []
    priority: list[Annotated[int, Field(ge=1, le=5)]] = []
    team_id: list[Number] = []
    owner_id: list[Number] = []
    requester_id: list[Number] = []
    category_id: list[Number] = []
    organisation_id: list[Number] = []
    updated_since: datetime | None = None
    sort: Literal["-updated_at", "-id", "id", "priority"] = "-id"
    cursor: str | None = Field(default=None, max_length=400)
    limit: int = Field(default=50, ge=1, le=500)

    def narrow(self, actor: Actor, rows: QuerySet[Ticket]) -> QuerySet[Ticket]:
        """Return the tickets that fit."""
        for name in (
            "state",
            "kind",
            "priority",
            "team_id",
            "owner_id",
            "requester_id",
            "category_id",
            "organisation_id",
        ):
            values = getattr(self, name)
            if values:
                rows = rows.filter(**{f"{name}__in": values[:100]})
        if self.updated_since is not None:
            rows = rows.filter(updated_at__gte=self.updated_since)
        text = (self.q or "").replace("\0", "").strip()
        return searched(actor, rows, text) if text else rows


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def _ticket(request: HttpRequest, pk: int) -> Ticket:
    rows = Ticket.objects.visible_to(_actor(request)).select_related("owner", "requester")
    return rest.get_visible(rows, pk)


@router.get("/tickets", response=Page[TicketOut], summary="List tickets")
def list_tickets(request: HttpRequest, given: Query[TicketFilter]) -> Page[Any]:
    """Tickets that the caller sees, newest first unless ``sort`` says otherwise."""
    actor = _actor(request)
    rows = given.narrow(actor, Ticket.objects.visible_to(actor).select_related("owner", "requester"))
    return rest.paginate(rows, cursor=given.cursor, limit=given.limit, order=SORTS[given.sort])


@router.post("/tickets", response={201: TicketDetail}, summary="Report something")
def create_ticket(request: HttpRequest, response: HttpResponse, given: TicketIn) -> Status[Ticket]:
    """Make a ticket; ``text`` becomes its first message."""
    actor = _actor(request)
    values = given.model_dump(exclude={"attachments", "organisation_id"})
    ticket = actions.create(
        actor,
        organisation_id=given.organisation_id or actor.organisation_id or 0,
        channel="api",
        attachments=uploads.kept(given.attachments),
        **values,
    )
    rest.with_etag(response, ticket)
    response["Location"] = f"/api/v1/tickets/{ticket.pk}"
    return Status(201, ticket)


@router.post("/tickets/bulk", response=list[BulkOut], summary="One action for many tickets")
def bulk(request: HttpRequest, given: BulkIn) -> list[actions.BulkResult]:
    """Run an action on each of the tickets; one that is refused does not stop the others."""
    entry = catalogue[f"desk.{given.verb}"]
    values = entry.parameters.model_validate(given.values)
    chosen = {name: getattr(values, name) for name in values.model_fields_set}
    return actions.bulk(_actor(request), verb=given.verb, ticket_ids=given.ticket_ids, values=chosen)


@router.get("/tickets/{int:pk}", response=TicketDetail, summary="One ticket")
def get_ticket(request: HttpRequest, response: HttpResponse, pk: int) -> Ticket:
    """A ticket with its entity tag, for a later change."""
    ticket = _ticket(request, pk)
    rest.with_etag(response, ticket)
    return ticket


@router.patch("/tickets/{int:pk}", response=TicketDetail, summary="Edit a ticket")
def change_ticket(request: HttpRequest, response: HttpResponse, pk: int, given: TicketChange) -> Ticket:
    """Give fields new values; with ``If-Match`` only if nobody changed the ticket meanwhile."""
    ticket = _ticket(request, pk)
    rest.based_on(request, ticket)
    changed = actions.edit(_actor(request), ticket, **given.model_dump(exclude_unset=True))
    rest.with_etag(response, changed)
    return changed


@router.get("/tickets/{int:pk}/messages", response=Page[MessageOut], summary="What was said")
def list_messages(request: HttpRequest, pk: int, cursor: str | None = None, limit: int = 50) -> Page[Any]:
    """Messages that the caller may read, oldest first."""
    ticket = _ticket(request, pk)
    rows = Message.objects.visible_to(_actor(request)).filter(ticket=ticket).prefetch_related("attachments")
    return rest.paginate(rows, cursor=cursor, limit=limit, order=("id",))


@router.post("/tickets/{int:pk}/messages", response={201: MessageOut}, summary="Write")
def add_message(request: HttpRequest, pk: int, given: MessageIn) -> Status[Message]:
    """Answer, or leave an internal note."""
    ticket = _ticket(request, pk)
    attached = uploads.kept(given.attachments)
    actor = _actor(request)
    if given.internal:
        note = actions.note(actor, ticket, text=given.text, attachments=attached, channel="api")
        return Status(201, note)
    message = actions.reply(actor, ticket, text=given.text, copies=given.copies, attachments=attached, channel="api")
    return Status(201, message)


class CategoryOut(Schema):
    """A category; ``path`` is its name with that of the one above it."""

    id: int
    organisation_id: int
    name: str
    path: str
    parent_id: int | None
    team_id: int | None
    is_active: bool
    version: int


class CategoryIn(Schema):
    """A new category."""

    name: str = Field(min_length=1, max_length=100)
    organisation_id: Number | None = None
    parent_id: Number | None = None
    team_id: Number | None = None


class CategoryChange(Schema):
    """New values of a category; what is missing stays. 0 empties parent or team."""

    name: str | None = Field(default=None, min_length=1, max_length=100)
    parent_id: int | None = Field(default=None, ge=0, lt=2**63)
    team_id: int | None = Field(default=None, ge=0, lt=2**63)


def _categories(request: HttpRequest) -> QuerySet[Category]:
    return Category.objects.visible_to(_actor(request)).select_related("parent")


@router.get("/categories", response=Page[CategoryOut], summary="List categories", tags=["categories"])
def list_categories(
    request: HttpRequest, is_active: bool | None = None, cursor: str | None = None, limit: int = rest.PAGE
) -> Page[Any]:
    """Categories of the caller's organisations, by number; ``is_active=true`` leaves the archived ones out."""
    rows = _categories(request) if is_active is None else _categories(request).filter(is_active=is_active)
    return rest.paginate(rows, cursor=cursor, limit=limit, order=("id",))


@router.post("/categories", response={201: CategoryOut}, summary="Add a category", tags=["categories"])
def create_category(request: HttpRequest, response: HttpResponse, values: CategoryIn) -> Status[Category]:
    """Make a category."""
    actor = _actor(request)
    organisation_id = values.organisation_id or actor.organisation_id or 0
    given = values.model_dump(exclude={"organisation_id"})
    category = actions.create_category(actor, organisation_id=organisation_id, **given)
    response["Location"] = f"/api/v1/categories/{category.pk}"
    rest.with_etag(response, category)
    return Status(201, category)


@router.get("/categories/{int:pk}", response=CategoryOut, summary="Show a category", tags=["categories"])
def get_category(request: HttpRequest, response: HttpResponse, pk: int) -> Category:
    """A category with its entity tag, for a later change."""
    found = rest.get_visible(_categories(request), pk)
    rest.with_etag(response, found)
    return found


@router.patch("/categories/{int:pk}", response=CategoryOut, summary="Change a category", tags=["categories"])
def change_category(request: HttpRequest, response: HttpResponse, pk: int, values: CategoryChange) -> Category:
    """Rename a category, move it, or lead it to another team; archive it by its verb."""
    found = rest.get_visible(_categories(request), pk)
    rest.based_on(request, found)
    changed = actions.edit_category(_actor(request), found, **values.model_dump(exclude_unset=True))
    rest.with_etag(response, changed)
    return changed


@router.post("/attachments", response={201: UploadOut}, summary="Upload a file", tags=["attachments"])
def upload(request: HttpRequest, file: File[UploadedFile]) -> Status[dict[str, Any]]:
    """Store a file; its ``reference`` goes into ``attachments`` of a ticket or message."""
    stored = uploads.store([file])[0]
    described = {"filename": stored.filename, "media_type": stored.media_type, "size": stored.size}
    return Status(201, {"reference": uploads.keep(stored), **described})


@router.get("/attachments/{int:pk}", summary="Download a file", tags=["attachments"])
def download(request: HttpRequest, pk: int) -> FileResponse:
    """The content of an attachment, always as a file to be saved."""
    if not 0 < pk < 2**63:
        raise Http404
    try:
        found = queries.attachment(_actor(request), pk)
        content = files.open_file(found.sha256)
    except (Attachment.DoesNotExist, FileNotFoundError) as error:
        raise Http404 from error
    response = FileResponse(content, content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, found.filename) or "attachment"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response

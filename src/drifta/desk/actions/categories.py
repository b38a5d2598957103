"""Categories: what tickets are about. They are never deleted, as old tickets keep theirs; they are archived."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drifta.desk import references
from drifta.desk.events import CategoryArchived, CategoryCreated, CategoryEdited, CategoryRestored
from drifta.desk.models import Category
from drifta.desk.text import one_line
from drifta.kernel.actions import Refused, action
from drifta.kernel.actor import Actor
from drifta.kernel.events import emit
from drifta.kernel.models import change


@action("desk.create_category", label=gettext_lazy("New category"), icon="tag")
def create_category(
    actor: Actor, *, organisation_id: int, name: str, parent_id: int | None = None, team_id: int | None = None
) -> Category:
    """Make a category, under another one when ``parent_id`` is given; its tickets go to the team.

    Raises ``PermissionDenied`` for a foreign organisation, ``Refused`` for a name that is taken.
    """
    if not actor.sees_organisation(organisation_id):
        raise PermissionDenied(_("You cannot make categories for this organisation."))
    parent = _parent(organisation_id, parent_id)
    category = Category(organisation_id=organisation_id, parent=parent)
    category.name = _free_name(category, name)
    category.team = references.visible_or_none(actor, "people.Team", team_id)
    category.save()
    emit(actor, CategoryCreated(category.pk, category.path), subject=category)
    return category


@action("desk.edit_category", label=gettext_lazy("Edit category"), icon="pencil", versioned=True, own_page=True)
def edit_category(
    actor: Actor,
    category: Category,
    *,
    name: str | None = None,
    parent_id: int | None = None,
    team_id: int | None = None,
) -> Category:
    """Give a category another name, place or team. None leaves a side as it is, 0 empties parent or team.

    Raises ``Conflict`` when it has changed since the caller's copy, ``Refused`` for a name or place that is taken.
    """
    before = (category.name, category.parent_id, category.team_id)
    path = category.path
    if parent_id is not None:
        category.parent = _parent(category.organisation_id, parent_id, of=category)
    category.name = _free_name(category, category.name if name is None else name)
    if team_id is not None:
        category.team = references.visible_or_none(actor, "people.Team", team_id)
    if (category.name, category.parent_id, category.team_id) != before:
        change(category, name=category.name, parent=category.parent, team=category.team)
        emit(actor, CategoryEdited(category.pk, path, category.path), subject=category)
    return category


def is_in_use(_actor: Actor, category: Category) -> bool:
    """Whether it can be archived."""
    return category.is_active


def is_archived(_actor: Actor, category: Category) -> bool:
    """Whether it can be used again."""
    return not category.is_active


@action("desk.archive_category", label=gettext_lazy("Archive"), icon="archive", fits=is_in_use)
def archive_category(actor: Actor, category: Category) -> Category:
    """Offer a category, and those under it, for new tickets no more; tickets that have it keep it."""
    for one in [category, *category.children.select_related("parent").order_by("pk")]:
        if one.is_active:
            change(one, is_active=False)
            emit(actor, CategoryArchived(one.pk, one.path), subject=one)
    return category


@action("desk.restore_category", label=gettext_lazy("Use again"), icon="arrow-back-up", fits=is_archived)
def restore_category(actor: Actor, category: Category) -> Category:
    """Offer an archived category again. Raises ``Refused`` while the one above it is archived."""
    if category.parent is not None and not category.parent.is_active:
        raise Refused(_("“%(name)s” above it is archived. Use that one again first.") % {"name": category.parent.name})
    if not category.is_active:
        change(category, is_active=True)
        emit(actor, CategoryRestored(category.pk, category.path), subject=category)
    return category


def _parent(organisation_id: int, parent_id: int | None, of: Category | None = None) -> Category | None:
    """Return the category to stand under: one of the first level, as there are two."""
    if not parent_id:
        return None
    found = Category.objects.filter(organisation_id=organisation_id, parent=None, pk=parent_id).first()
    if found is None or (of is not None and (found.pk == of.pk or of.children.exists())):
        raise Refused(
            _("Categories have two levels, and one with others under it stays on the first. Choose another.")
        )
    return found


def _free_name(category: Category, name: str) -> str:
    wanted = one_line(name, 100)
    beside = Category.objects.filter(organisation_id=category.organisation_id, parent=category.parent)
    if not wanted or beside.filter(name__iexact=wanted).exclude(pk=category.pk).exists():
        raise Refused(_("A category needs a name that no other beside it has. Choose another name."))
    return wanted

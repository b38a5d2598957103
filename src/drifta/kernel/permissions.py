"""Who may do what: declared once by ``@rule``, asked everywhere by ``may`` and ``require``."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from drifta.kernel.actor import Actor

Condition = Callable[[Actor, Any], bool]


@dataclass(frozen=True)
class Permission:
    """A named permission: the roles that have it, and the condition an object must meet."""

    name: str
    roles: frozenset[str]
    condition: Condition


permissions: dict[str, Permission] = {}


def rule(*names: str, roles: Iterable[str]) -> Callable[[Condition], Condition]:
    """Declare permissions for ``roles``; the decorated function tells whether they hold for an object.

    The function is called only for actors that hold the permission and see the object's organisation.
    """

    def declare(condition: Condition) -> Condition:
        for name in names:
            if name in permissions:
                raise ValueError(f"The permission '{name}' is declared twice.")
            permissions[name] = Permission(name, frozenset(roles), condition)
        return condition

    return declare


def granted(roles: Iterable[str]) -> frozenset[str]:
    """Return the names of all permissions that any of ``roles`` has."""
    held = frozenset(roles)
    return frozenset(permission.name for permission in permissions.values() if permission.roles & held)


def may(actor: Actor, name: str, obj: Any = None) -> bool:
    """Whether ``actor`` holds permission ``name``, for ``obj`` when one is given. Unknown names are refused."""
    if actor.is_system:
        return True
    permission = permissions.get(name)
    if permission is None or name not in actor.permissions:
        return False
    if obj is None:
        return True
    if hasattr(obj, "organisation_id") and not actor.sees_organisation(obj.organisation_id):
        return False
    return permission.condition(actor, obj)


def require(actor: Actor, name: str, obj: Any = None) -> None:
    """Raise ``PermissionDenied`` unless ``may`` says yes."""
    if not may(actor, name, obj):
        raise PermissionDenied(
            _("You do not have the permission “%(permission)s”. Ask an administrator to give you a role that has it.")
            % {"permission": name}
        )


class RuleBackend:
    """Django's ``has_perm`` answered by the same rules, so that both ways always agree."""

    def authenticate(self, request: object, **credentials: object) -> None:
        """Never signs anyone in; this backend only answers questions about permissions."""

    def has_perm(self, user: Any, name: str, obj: Any = None) -> bool:
        """Answer Django's question through ``may``."""
        return bool(user.is_active) and may(user.actor, name, obj)

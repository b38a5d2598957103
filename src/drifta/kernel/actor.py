"""Who acts: a person, a token, an automation rule, a supplier, or the system itself."""

from dataclasses import dataclass
from typing import Literal

ActorKind = Literal["person", "token", "rule", "supplier", "system", "nobody"]


@dataclass(frozen=True)
class Actor:
    """Whoever performs an action, with everything that permissions ask about.

    ``organisation_ids`` is the set of organisations whose rows the actor may see; ``None`` means every one.
    ``permissions`` holds the permission names granted by the actor's roles (already narrowed to a token's scopes).
    """

    kind: ActorKind
    name: str
    person_id: int | None = None
    organisation_id: int | None = None
    organisation_ids: frozenset[int] | None = frozenset()
    team_ids: frozenset[int] = frozenset()
    roles: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    language: str = "en"
    token_id: int | None = None

    @property
    def is_system(self) -> bool:
        """Whether this is Drifta itself, to whom no rule applies."""
        return self.kind == "system"

    def sees_organisation(self, organisation_id: int | None) -> bool:
        """Whether rows of this organisation may be shown to the actor; ``None`` stands for rows of nobody."""
        return self.organisation_ids is None or organisation_id in self.organisation_ids

    def has(self, permission: str) -> bool:
        """Whether the actor's roles grant a permission, before any object is looked at."""
        return self.is_system or permission in self.permissions


SYSTEM = Actor(kind="system", name="Drifta", organisation_ids=None)
NOBODY = Actor(kind="nobody", name="")

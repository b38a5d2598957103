"""Registries: where parts of one kind (checks, mail filters, report sources ...) are known by name."""

from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from typing import Generic, Protocol, TypeVar


class Part(Protocol):
    """Anything that can be registered: it has a ``kind``, unique within its registry."""

    kind: str


P = TypeVar("P", bound=Part)


class Broken(Exception):
    """A plug-in that could not be loaded; ``drifta doctor`` shows these, start-up goes on."""


class Registry(Generic[P]):
    """Parts of one sort by their ``kind``; outside packages add theirs through the entry point group."""

    def __init__(self, group: str) -> None:
        self.group = group
        self.parts: dict[str, P] = {}
        self.broken: dict[str, Broken] = {}

    def register(self, part: P) -> P:
        """Add a part; usable as a decorator on a class. Raises ``ValueError`` when the kind is taken."""
        if part.kind in self.parts and self.parts[part.kind] is not part:
            raise ValueError(f"{self.group}: the kind '{part.kind}' is registered twice.")
        self.parts[part.kind] = part
        return part

    def load(self, package: str | None = None) -> None:
        """Import every file of ``package`` and every entry point of the group; the broken ones are kept aside."""
        if package is not None:
            folder = import_module(package)
            for module in iter_modules(folder.__path__):
                if module.name != "tests":
                    import_module(f"{package}.{module.name}")
        for point in entry_points(group=self.group):
            self._attempt(point.name, point.load)

    def _attempt(self, name: str, load: Callable[[], P]) -> None:
        try:
            self.register(load())
        except Exception as error:
            self.broken[name] = Broken(f"{type(error).__name__}: {error}")

    def __getitem__(self, kind: str) -> P:
        return self.parts[kind]

    def get(self, kind: str) -> P | None:
        """Return the part of this kind, or None."""
        return self.parts.get(kind)

    def __iter__(self) -> Iterator[P]:
        return iter(self.parts[kind] for kind in sorted(self.parts))

    def __contains__(self, kind: object) -> bool:
        return kind in self.parts

"""The kinds of checks this process knows.

The files in ``checks/`` and the plug-ins of the group ``drifta.checks``.
"""

import importlib
import pkgutil
from importlib import metadata
from typing import TypeVar

from drifta.probe.check import AnyCheck

GROUP = "drifta.checks"
KindT = TypeVar("KindT", bound=type[AnyCheck])


class Kinds:
    """Kinds by name. A broken file or plug-in is kept in ``broken`` and never stops the start."""

    def __init__(self) -> None:
        self._kinds: dict[str, type[AnyCheck]] = {}
        self.broken: dict[str, str] = {}
        self._loaded = False

    def register(self, kind: KindT) -> KindT:
        """Class decorator: enter a kind; raises ValueError if its name is taken by another class."""
        present = self._kinds.get(kind.kind)
        if present is not None and present.__qualname__ != kind.__qualname__:
            raise ValueError(f"The check kind {kind.kind!r} is already registered by {present.__module__}.")
        self._kinds[kind.kind] = kind
        return kind

    def load(self) -> "Kinds":
        """Import everything once; later calls do nothing."""
        if not self._loaded:
            self._loaded = True
            package = importlib.import_module("drifta.probe.checks")
            for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
                self._import(module.name)
            for point in metadata.entry_points(group=GROUP):
                self._plug_in(point)
        return self

    def names(self) -> list[str]:
        """Return the names of all kinds, sorted."""
        return sorted(self.load()._kinds)

    def get(self, name: str) -> type[AnyCheck] | None:
        """Return a kind, or None if nobody registered it."""
        return self.load()._kinds.get(name)

    def all(self) -> list[type[AnyCheck]]:
        """Return all kinds, sorted by name."""
        return [self._kinds[name] for name in self.names()]

    def _import(self, name: str) -> None:
        try:
            importlib.import_module(name)
        except Exception as error:  # a broken part must not take the others with it
            self.broken[name] = f"{type(error).__name__}: {error}"

    def _plug_in(self, point: metadata.EntryPoint) -> None:
        try:
            self.register(point.load())
        except Exception as error:  # the same for plug-ins of others
            self.broken[point.name] = f"{type(error).__name__}: {error}"


KINDS = Kinds()

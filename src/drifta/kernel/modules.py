"""What a module of the house is: a Django app whose fixed files are found by their names."""

from importlib import import_module
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.module_loading import module_has_submodule

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

#: Imported when the house is built up, in this order; see ``docs/where-things-go.md``.
FIXED_FILES = ("permissions", "events", "settings", "actions", "operations", "reactions", "jobs", "search", "slots")


class Module(AppConfig):
    """A room of the house. Subclasses give ``name``, ``label``, ``verbose_name`` and ``icon``."""

    #: Django takes the one class of a module's ``apps.py`` that is marked so; this base is imported there too.
    default = False
    icon: str = ""
    verbose_name: "str | _StrPromise"

    def __init_subclass__(cls) -> None:
        """Let Django find each module's own class."""
        cls.default = True

    def ready(self) -> None:
        """Import the module's fixed files, so that everything they declare is known."""
        for file in FIXED_FILES:
            if self.module is not None and module_has_submodule(self.module, file):
                import_module(f"{self.name}.{file}")

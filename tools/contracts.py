"""Contracts between the files of the house that import-linter does not bring (see ``[tool.importlinter]``)."""

from __future__ import annotations

from collections.abc import Iterator

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

Import = tuple[str, str]


class _Listing(Contract):
    """A contract that is broken by single imports, which it lists."""

    def broken(self, graph: ImportGraph) -> Iterator[Import]:
        """Yield every import that must not be, as importer and imported."""
        raise NotImplementedError

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002 - the linter's signature
        """Look at every import once."""
        found = sorted(set(self.broken(graph)))
        return ContractCheck(kept=not found, metadata={"broken": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print what is wrong, one import a line."""
        for importer, imported in check.metadata["broken"]:
            output.print_error(f"{importer} may not import {imported}")


def imports(graph: ImportGraph) -> Iterator[Import]:
    """Every direct import of the house, tests and migrations aside."""
    for importer in graph.modules:
        if not {"tests", "testing", "migrations", "conftest"} & set(importer.split(".")):
            for imported in graph.find_modules_directly_imported_by(importer):
                yield importer, imported


class Private(_Listing):
    """A module's inner files (``private``) are its own.

    ``free`` modules join the others and may look inside; ``common`` modules are the ground that all stand on.
    """

    type_name = "private"
    root = fields.StringField()
    private = fields.SetField(subfield=fields.StringField())
    free = fields.SetField(subfield=fields.StringField(), required=False, default=set())
    common = fields.SetField(subfield=fields.StringField(), required=False, default=set())

    def broken(self, graph: ImportGraph) -> Iterator[Import]:
        """Yield imports of a private file from another module."""
        for importer, imported in imports(graph):
            ours, theirs = importer.split("."), imported.split(".")
            inner = len(theirs) > 2 and theirs[0] == self.root and theirs[2] in self.private
            if inner and ours[:2] != theirs[:2] and ours[1] not in self.free and theirs[1] not in self.common:
                yield importer, imported


class Files(_Listing):
    """Files with certain names (``files``, third part of the module's name) do not import ``forbidden`` packages."""

    type_name = "files"
    files = fields.SetField(subfield=fields.StringField())
    forbidden = fields.SetField(subfield=fields.StringField())

    def broken(self, graph: ImportGraph) -> Iterator[Import]:
        """Yield imports of a forbidden package from one of the files."""
        for importer, imported in imports(graph):
            parts = importer.split(".")
            if len(parts) > 2 and parts[2] in self.files and _under(imported, self.forbidden):
                yield importer, imported


class Pure(_Listing):
    """Files that are none of the ``named`` ones are pure arithmetic: they import none of ``forbidden``.

    Only the modules in ``modules`` are looked at; ``except_for`` lists module names (with all below) that are let off.
    """

    type_name = "pure"
    modules = fields.SetField(subfield=fields.StringField())
    named = fields.SetField(subfield=fields.StringField())
    forbidden = fields.SetField(subfield=fields.StringField())
    except_for = fields.SetField(subfield=fields.StringField(), required=False, default=set())

    def broken(self, graph: ImportGraph) -> Iterator[Import]:
        """Yield imports of a forbidden package from a file with a name of its own."""
        for importer, imported in imports(graph):
            parts = importer.split(".")
            own = len(parts) > 2 and ".".join(parts[:2]) in self.modules and parts[2] not in self.named
            if own and not _under(importer, self.except_for) and _under(imported, self.forbidden):
                yield importer, imported


class Alone(_Listing):
    """Package ``package`` imports nothing of ``root`` but itself and ``allowed``."""

    type_name = "alone"
    root = fields.StringField()
    package = fields.StringField()
    allowed = fields.SetField(subfield=fields.StringField())

    def broken(self, graph: ImportGraph) -> Iterator[Import]:
        """Yield imports of other parts of the house."""
        for importer, imported in imports(graph):
            inside = _under(importer, {self.package})
            if inside and _under(imported, {self.root}) and not self._may(imported):
                yield importer, imported

    def _may(self, imported: str) -> bool:
        return imported == self.root or _under(imported, {self.package, *self.allowed})


def _under(module: str, packages: set[str]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)

"""Registries: one part per kind, and a broken plug-in stops nothing."""

from importlib.metadata import EntryPoint

import pytest

from drifta.kernel import registry
from drifta.kernel.registry import Registry


class Hammer:
    kind = "hammer"


class Saw:
    kind = "saw"


def test_parts_are_found_by_kind_in_order() -> None:
    tools: Registry[type] = Registry("test.tools")
    tools.register(Saw)
    tools.register(Hammer)
    tools.register(Hammer)
    assert list(tools) == [Hammer, Saw]
    assert (tools["saw"], tools.get("axe"), "hammer" in tools) == (Saw, None, True)


def test_a_kind_belongs_to_one_part() -> None:
    tools: Registry[type] = Registry("test.tools")
    tools.register(Saw)
    with pytest.raises(ValueError, match="registered twice"):
        tools.register(type("OtherSaw", (), {"kind": "saw"}))


def test_a_broken_plug_in_is_kept_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    points = [EntryPoint("axe", "no.such.module:Axe", "test.tools"), EntryPoint("sys", "sys:path", "test.tools")]
    monkeypatch.setattr(registry, "entry_points", lambda group: points)
    tools: Registry[type] = Registry("test.tools")
    tools.load()
    assert list(tools) == []
    assert set(tools.broken) == {"axe", "sys"}
    assert "no" in str(tools.broken["axe"])

"""Control groups (cgroups(7)) for machines with systemd, which keeps services apart and limits them with these.

Unlike everything else of a machine they outlive its process 1: empty groups stay until somebody removes them. They
are called ``drifta-lab-LAB/MACHINE`` in every hierarchy, so ``state.remove`` finds them by the lab's name.
Only the standard library is used: ``lab.init`` imports this file without a virtual environment.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from lab import namespaces

#: The controllers that systemd uses; in version 1 of control groups each has a hierarchy of its own.
CONTROLLERS = ("blkio", "cpu", "cpuacct", "devices", "io", "memory", "pids")
SYSTEMD = "name=systemd"


@dataclass(frozen=True)
class Hierarchy:
    """A tree of control groups: where it is mounted, and what it is for (empty for version 2, which is for all)."""

    place: Path
    controller: str = ""

    @property
    def kind(self) -> str:
        """The type of its file system."""
        return "cgroup" if self.controller else "cgroup2"

    @property
    def options(self) -> str:
        """The options to mount it with."""
        return f"none,{SYSTEMD}" if self.controller == SYSTEMD else self.controller

    def groups(self, lab: str) -> Path:
        """The group that holds those of a lab's machines."""
        return self.place / f"drifta-lab-{lab}"


def hierarchies() -> list[Hierarchy]:
    """The hierarchies of the surrounding machine that systemd has use for."""
    found = []
    for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines():
        _, place, kind, options, *_ = line.split()
        if kind == "cgroup2":
            found.append(Hierarchy(Path(place)))
        elif kind == "cgroup":
            wanted = [word for word in options.split(",") if word in (*CONTROLLERS, SYSTEMD)]
            found += [Hierarchy(Path(place), ",".join(wanted))] if wanted else []
    return found


def why_not() -> str:
    """Why no machine can have control groups here; empty when it can."""
    trees = hierarchies()
    if not any(tree.controller in ("", SYSTEMD) for tree in trees):
        return "systemd needs control groups, and none are mounted (below /sys/fs/cgroup)"
    if fixed := [str(tree.place) for tree in trees if not os.access(tree.place, os.W_OK)]:
        return f"systemd needs control groups of its own, and none can be made below {', '.join(fixed)}"
    return ""


def join(lab: str, machine: str) -> None:
    """Put this process, and with it all its children, into the groups of a machine."""
    for tree in hierarchies():
        group = tree.groups(lab) / machine
        group.mkdir(parents=True, exist_ok=True)
        if not tree.controller:
            share_controllers(tree.place, group)
        (group / "cgroup.procs").write_text("0", encoding="ascii")


def share_controllers(root: Path, group: Path) -> None:
    """Let the groups between ``root`` and ``group`` pass on the controllers that there are (version 2)."""
    for parent in reversed([one for one in group.parents if one.is_relative_to(root)]):
        offered = (parent / "cgroup.controllers").read_text(encoding="ascii").split()
        for name in set(offered).intersection(CONTROLLERS):
            with contextlib.suppress(OSError):
                (parent / "cgroup.subtree_control").write_text(f"+{name}", encoding="ascii")


def see_own() -> None:
    """Mount anew what systemd-nspawn looks at, so that it sees the groups of this control group namespace only."""
    for tree in hierarchies():
        if tree.controller in ("", SYSTEMD):
            namespaces.unmount(tree.place)
            namespaces.mount("cgroup", tree.place, tree.kind, options=tree.options)


def mount_controllers(place: Path) -> None:
    """Mount the hierarchies of version 1 that limit something below ``place``.

    systemd-nspawn would do it itself, but so that nothing can be limited.
    """
    trees = [tree for tree in hierarchies() if tree.controller not in ("", SYSTEMD)]
    if trees:
        namespaces.mount("cgroups", place, "tmpfs", options="mode=755")
    for tree in trees:
        (place / tree.place.name).mkdir()
        namespaces.mount("cgroup", place / tree.place.name, tree.kind, options=tree.options)


def remove(lab: str) -> list[str]:
    """Remove the groups of all machines of a lab; returns those that stay, because a process still lives in them."""
    for tree in hierarchies():
        for folder, _, _ in os.walk(tree.groups(lab), topdown=False):
            with contextlib.suppress(OSError):
                Path(folder).rmdir()
    return left(lab)


def left(lab: str) -> list[str]:
    """The groups of a lab that are there."""
    return [str(tree.groups(lab)) for tree in hierarchies() if tree.groups(lab).exists()]

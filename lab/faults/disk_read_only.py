"""The disk of the shares is mounted for reading only, as the kernel does after errors."""

from __future__ import annotations

from lab.breaking import shell
from lab.faults import Fault
from lab.symptoms import sees, user

FAULT = Fault(
    name="disk-read-only",
    area="storage",
    broken="/srv on the host files is mounted read-only.",
    symptom="Files can be read, but not saved; the program says that the disk is write-protected.",
    cause="The file system of the shares is mounted read-only.",
    fixes=("Look at the disk, and mount /srv for writing again.",),
    hosts=("files", "names", "work1"),
    hurts=frozenset({"files"}),
    inject=shell("files", "mount -o remount,ro /srv"),
    heal=shell("files", "mount -o remount,rw /srv"),
    shows=sees(user("files"), "WRITE_PROTECTED"),
)

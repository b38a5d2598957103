"""The folder behind the common share may be opened by nobody but root."""

from __future__ import annotations

from lab import symptoms
from lab.building import Premises
from lab.faults import Fault

FOLDER = "/srv/shares/everyone"


def inject(premises: Premises) -> None:
    """Take everybody's rights."""
    premises["files"].run("chmod", "700", FOLDER)


def heal(premises: Premises) -> None:
    """Give them back to the group."""
    premises["files"].run("chmod", "2770", FOLDER)


def shows(premises: Premises) -> str:
    """Somebody is refused."""
    error = symptoms.user_sees(premises, "files")
    return error if "ACCESS_DENIED" in error else ""


FAULT = Fault(
    name="share-permission-wrong",
    area="storage",
    broken=f"{FOLDER} on the host files has mode 700.",
    symptom="The common folder says that access is denied.",
    cause="The group everyone has lost its rights to the folder behind the share.",
    fixes=(f"Set the mode of {FOLDER} to 2770.",),
    hosts=("files", "names", "work1"),
    hurts=frozenset({"files"}),
    inject=inject,
    heal=heal,
    shows=shows,
)

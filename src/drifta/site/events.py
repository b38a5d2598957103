"""Facts about the installation itself."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from drifta.kernel.events import Event, event


@event("site.set_up", text=_("set Drifta up for %(organisation)s"))
@dataclass(frozen=True)
class SetUp(Event):
    """The first administrator has opened the one-time link."""

    organisation: str


@event("site.job_run_again", text=_("ran the failed job %(job)s (%(name)s) again"))
@dataclass(frozen=True)
class JobRunAgain(Event):
    """A failed job was put back into its queue."""

    job: int
    name: str


@event("site.job_discarded", text=_("discarded the failed job %(job)s (%(name)s)"))
@dataclass(frozen=True)
class JobDiscarded(Event):
    """A failed job was forgotten."""

    job: int
    name: str

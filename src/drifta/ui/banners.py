"""The one line under the top bar that everybody must see: a major incident, mail that cannot be sent."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise

from drifta.kernel.actor import Actor

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Banner:
    """What is wrong, and the link to the mend."""

    text: str | Promise
    level: Literal["bad", "warning", "information"] = "warning"
    url: str = ""
    link: str | Promise = ""

    @property
    def icon(self) -> str:
        """The drawing that says the level without colour."""
        return {"bad": "alert-circle", "warning": "alert-triangle", "information": "info-circle"}[self.level]


Source = Callable[[Actor], Banner | None]
_sources: list[Source] = []


def register(source: Source) -> Source:
    """Add a function that tells the banner for an actor, or None. It runs on every page, so it must be quick."""
    _sources.append(source)
    return source


def banners_for(actor: Actor) -> list[Banner]:
    """Return the banners for an actor; a source that fails is logged and left out, the page goes on."""
    found = []
    for source in _sources:
        try:
            banner = source(actor)
        except Exception:
            log.exception("A banner source failed")
            continue
        if banner is not None:
            found.append(banner)
    return sorted(found, key=lambda banner: banner.level != "bad")

"""What every page's frame shows, put into each template as ``shell``; nothing is looked up before it is used."""

from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language, get_language_info

from drifta.kernel.actor import Actor
from drifta.ui import banners, menu, words
from drifta.ui.menu import ShownEntry


class Shell:
    """The frame around a page, for one request."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def actor(self) -> Actor:
        """Who looks at the page."""
        return menu.actor_of(self.request)

    @property
    def signed_in(self) -> bool:
        """Whether anybody is signed in."""
        return self.actor.kind != "nobody"

    @cached_property
    def work(self) -> list[ShownEntry]:
        """The sidebar's main entries."""
        return menu.shown(self.request, "work")

    @cached_property
    def administration(self) -> list[ShownEntry]:
        """The sidebar's lower entries."""
        return menu.shown(self.request, "administration")

    @cached_property
    def new(self) -> list[ShownEntry]:
        """What can be made new."""
        return menu.shown(self.request, "new")

    @cached_property
    def user(self) -> list[ShownEntry]:
        """Pages about oneself."""
        return menu.shown(self.request, "user")

    @cached_property
    def phone(self) -> list[ShownEntry]:
        """The entries of the phone's bottom bar beside New and More: at most three."""
        return [shown for shown in self.work if shown.entry.phone][:3]

    @cached_property
    def banners(self) -> list[banners.Banner]:
        """The lines under the top bar."""
        return banners.banners_for(self.actor) if self.signed_in else []

    @property
    def languages(self) -> list[tuple[str, str, bool]]:
        """The languages as (code, own name, chosen)."""
        names = ((code, get_language_info(code)["name_local"].capitalize()) for code, _name in settings.LANGUAGES)
        return [(code, name, code == get_language()) for code, name in names]

    @property
    def words(self) -> dict[str, str]:
        """The texts of the browser side."""
        return words.browser_words()


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give every template the frame around its page."""
    return {"shell": Shell(request)}

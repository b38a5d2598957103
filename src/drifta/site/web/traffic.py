"""How many requests were answered, and how fast; counted in this process, over all its threads, for ``/metrics``."""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from time import perf_counter

from django.conf import settings
from django.http import HttpRequest, HttpResponse

View = Callable[[HttpRequest], HttpResponse]

#: Upper bounds of the classes of duration, in seconds; one more is for what took longer.
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
#: Methods that are counted by their names; a client can invent others, which count as one.
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@dataclass(frozen=True, order=True)
class Kind:
    """What requests are told apart by: method, name of the view, class of the status (``2xx``)."""

    method: str
    view: str
    status: str


@dataclass
class Tally:
    """The requests of one kind: how many in each class of duration, and their seconds altogether."""

    classes: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    seconds: float = 0.0


class Traffic:
    """Tallies by kind; may be used from every thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._tallies: dict[Kind, Tally] = {}

    def count(self, kind: Kind, seconds: float) -> None:
        """Count one request that took so many seconds."""
        with self._lock:
            tally = self._tallies.setdefault(kind, Tally())
            tally.classes[bisect_left(BOUNDS, seconds)] += 1
            tally.seconds += seconds

    def read(self) -> list[tuple[Kind, Tally]]:
        """Return a copy of the tallies as they are at one moment, in order."""
        with self._lock:
            return sorted((kind, Tally([*tally.classes], tally.seconds)) for kind, tally in self._tallies.items())


traffic = Traffic()


def counted(get_response: View) -> View:
    """Count every request that Django answers; the first of all middleware, so that it sees the whole time."""

    def middleware(request: HttpRequest) -> HttpResponse:
        begun = perf_counter()
        response = get_response(request)
        method = request.method if request.method in METHODS else "other"
        traffic.count(Kind(str(method), _view(request), f"{response.status_code // 100}xx"), perf_counter() - begun)
        return response

    return middleware


def _view(request: HttpRequest) -> str:
    """Return the name of the view; addresses that lead nowhere count as one, and so do static files."""
    if request.resolver_match is not None:
        return request.resolver_match.view_name
    return "static" if request.path.startswith(f"/{settings.STATIC_URL.strip('/')}/") else "none"

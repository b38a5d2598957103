"""HTTP and HTTPS: status, text, redirects, credentials and timing."""

import asyncio
import re
from collections.abc import Coroutine
from typing import Any, Literal, Self

from pydantic import ConfigDict, Field, SecretStr, field_validator, model_validator

from drifta.probe.check import (
    BatchedCheck,
    CheckSettings,
    Done,
    Metric,
    Metrics,
    Parameter,
    Result,
    State,
    connection_params,
    crashed,
    failure,
)
from drifta.probe.engines.stream import Stream, StreamEngine
from drifta.probe.fetch import Fetch, Fetched, FetchFailed, Timing, fetch, same_origin
from drifta.probe.http_message import ResponseReader, basic_credentials, build_request
from drifta.probe.launch import Launcher
from drifta.probe.patterns import compile_safely
from drifta.probe.registry import KINDS
from drifta.probe.thresholds import above, check_order, time_bad, time_warning
from drifta.probe.web_address import WebAddress, parse_address
from drifta.words import gettext_noop as _

_METHODS = ("GET", "HEAD", "POST", "PUT", "OPTIONS")
_REDIRECTS = (301, 302, 303, 307, 308)
STATUS_UNREADABLE = _("Write status codes from 100 to 599 and ranges of them, such as 200-299, 401.")
_FIELD_NAME = re.compile(r"^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$")


class HttpSettings(CheckSettings):
    """What to ask for and what to expect."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"url": "https://www.example.org/", "contains": "Welcome"}]}
    )

    url: str = Field(max_length=2000, title=_("Address"), description=_("Such as https://www.example.org/status."))
    method: Literal["GET", "HEAD", "POST", "PUT", "OPTIONS"] = Field(
        "GET",
        title=_("Method"),
        description=_("Usually GET."),
        json_schema_extra={"choices": [[one, one] for one in _METHODS]},
    )
    status: str = Field(
        "200-299",
        max_length=100,
        title=_("Expected status"),
        description=_("Status codes and ranges, such as 200-299, 401."),
    )
    contains: str = Field(
        "", max_length=1000, title=_("Text present"), description=_("Text that the page must contain.")
    )
    absent: str = Field(
        "", max_length=1000, title=_("Text absent"), description=_("Text that the page must not contain.")
    )
    regular: bool = Field(
        False,
        title=_("Texts are regular expressions"),
        description=_("Read “Text present” and “Text absent” as regular expressions."),
    )
    redirects: int = Field(
        5, ge=0, le=20, title=_("Redirects"), description=_("How many redirects to follow; 0: none.")
    )
    headers: list[str] = Field(
        default_factory=list,
        max_length=30,
        title=_("Headers"),
        description=_("Header fields to send, one per line, such as “Accept-Language: sv”."),
    )
    body: str = Field(
        "",
        max_length=100_000,
        title=_("Body"),
        description=_("Text to send with the request."),
        json_schema_extra={"widget": "textarea"},
    )
    token: SecretStr = Field(
        SecretStr(""), title=_("Token"), description=_("For “Authorization: Bearer …”; excludes a password.")
    )
    username: str = Field("", max_length=200, title=_("User name"), description=_("For basic authentication."))
    password: SecretStr = Field(SecretStr(""), title=_("Password"), description=_("For basic authentication."))
    verify: bool = Field(
        True, title=_("Verify the certificate"), description=_("Whether an untrusted certificate is bad.")
    )
    time_warning: float | None = time_warning()
    time_bad: float | None = time_bad()

    @field_validator("url")
    @classmethod
    def _readable_address(cls, url: str) -> str:
        parse_address(url)
        return url

    @field_validator("status")
    @classmethod
    def _readable_status(cls, status: str) -> str:
        parse_status(status)
        return status

    @field_validator("headers")
    @classmethod
    def _readable_headers(cls, headers: list[str]) -> list[str]:
        for line in headers:
            parse_header(line)
        return headers

    @field_validator("token")
    @classmethod
    def _sendable_token(cls, token: SecretStr) -> SecretStr:
        parse_header(f"Authorization: Bearer {token.get_secret_value()}")
        return token

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        check_order(self.time_warning, self.time_bad)
        if self.regular:
            compile_safely(self.contains)
            compile_safely(self.absent)
        return self


def parse_status(text: str) -> tuple[tuple[int, int], ...]:
    """Read ``200-299, 401`` as ranges, both ends included; raises ValueError."""
    ranges = []
    for part in text.split(","):
        low, _dash, high = part.strip().partition("-")
        if not (low.isdecimal() and (high or low).isdecimal()):
            raise ValueError(STATUS_UNREADABLE)
        first, last = int(low), int(high or low)
        if not 100 <= first <= last <= 599:
            raise ValueError(STATUS_UNREADABLE)
        ranges.append((first, last))
    return tuple(ranges)


def parse_header(line: str) -> tuple[str, str]:
    """Read ``Name: value``; raises ValueError for what would break the request (RFC 9110 §5)."""
    name, colon, value = line.partition(":")
    if not colon or not _FIELD_NAME.match(name) or not value.isprintable():
        raise ValueError(_("Write a header as “Name: value”, on one line."))
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        raise ValueError(_("A header's value may hold Latin-1 characters only.")) from None
    return name, value.strip()


class _Plan:
    """What follows from the settings and is the same in every run."""

    def __init__(self, settings: HttpSettings) -> None:
        self.settings = settings
        self.address = parse_address(settings.url)
        self.ranges = parse_status(settings.status)
        self.body = settings.body.encode() if settings.body else None
        self.headers = dict(map(parse_header, settings.headers)) | _credentials(settings)
        self.request = self._request(self.address)
        self.present = compile_safely(settings.contains) if settings.regular else None
        self.unwanted = compile_safely(settings.absent) if settings.regular else None

    def fetch(self, address: WebAddress) -> Fetch:
        """Return the request for ``address``; credentials go to the configured origin only."""
        request = self.request if address == self.address else self._request(address)
        return Fetch(address, request, self.settings.method == "HEAD", self.settings.verify)

    def expects(self, status: int) -> bool:
        """Tell whether a status code is among the expected ones."""
        return any(first <= status <= last for first, last in self.ranges)

    def _request(self, address: WebAddress) -> bytes:
        headers = self.headers if same_origin(address, self.address) else {}
        return build_request(self.settings.method, address.path, address.authority, headers, self.body)


def _credentials(settings: HttpSettings) -> dict[str, str]:
    if settings.token.get_secret_value():
        return {"Authorization": f"Bearer {settings.token.get_secret_value()}"}
    if settings.username:
        return {"Authorization": basic_credentials(settings.username, settings.password.get_secret_value())}
    return {}


@KINDS.register
class Http(BatchedCheck[HttpSettings]):
    """A web page. Plain HTTP runs in the batched engine; TLS and redirects in a coroutine."""

    kind = "http"
    label = _("Web page (HTTP)")
    icon = "world"
    description = _("Does a web address answer with the expected status and text, and how fast?")
    texts = {
        "http.good": _("The page answers with status %(status)s."),
        "http.status": _("Status %(status)s (%(reason)s) instead of %(expected)s."),
        "http.text_missing": _("The page does not contain the text “%(text)s”."),
        "http.text_unwanted": _("The page contains the text “%(text)s”, which it must not."),
        "http.redirects": _("Too many redirects; the last one leads to %(location)s."),
        "http.redirect_invalid": _("The redirect leads to an address that cannot be read: %(location)s."),
        "http.not_http": _("%(target)s does not speak HTTP."),
        "http.slow": _("The page answers slowly: %(milliseconds)s ms."),
    }
    metrics = (
        Metric("time", "s", _("Response time")),
        Metric("time.name", "s", _("Name look-up")),
        Metric("time.connect", "s", _("Connecting")),
        Metric("time.tls", "s", _("TLS handshake")),
        Metric("time.first_byte", "s", _("Waiting for the first byte")),
        Metric("size", "B", _("Size of the page")),
    )
    Settings = HttpSettings

    def __init__(self) -> None:
        self._engine: StreamEngine | None = None
        self._launcher: Launcher[HttpSettings] = Launcher(self._plain)
        self._plans: dict[int, _Plan] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, settings: HttpSettings, timeout: float, done: Done) -> None:
        """Ask for ``settings.url``."""
        plan = self._plan(settings)
        if plan.address.secure:
            self._spawn(self._fetch(plan, plan.address, Timing(), timeout, done))
        else:
            self._launcher.start(plan.address.host, settings, timeout, done)

    def close(self) -> None:
        """Stop watching sockets."""
        for task in self._tasks:
            task.cancel()
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    def _plan(self, settings: HttpSettings) -> _Plan:
        plan = self._plans.get(id(settings))
        if plan is None or plan.settings is not settings:
            if len(self._plans) > 100_000:
                self._plans.clear()
            plan = self._plans[id(settings)] = _Plan(settings)
        return plan

    def _plain(self, address: str, settings: HttpSettings, timeout: float, done: Done) -> None:
        if self._engine is None:
            self._engine = StreamEngine(asyncio.get_running_loop())
        plan = self._plan(settings)
        reader = ResponseReader(head_only=settings.method == "HEAD")

        def ended(stream: Stream) -> None:
            if stream.problem is not None:
                params = connection_params(plan.address.authority, timeout, stream.error)
                done(failure(stream.problem.value, params))
                return
            timing = Timing(connect=stream.connected, first_byte=stream.first_byte, total=stream.total)
            self._end(plan, Fetched(reader, timing), timeout, done)

        self._engine.open(address, plan.address.port, timeout, plan.request, reader, ended)

    def _end(self, plan: _Plan, fetched: Fetched, timeout: float, done: Done) -> None:
        """Judge the answer of a plain request, or go on where it redirects to."""
        reader = fetched.reader
        if reader.status in _REDIRECTS and plan.settings.redirects and not plan.expects(reader.status):
            self._spawn(self._go_on(plan, fetched, timeout, done))
        else:
            done(_judge(plan, fetched))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _go_on(self, plan: _Plan, fetched: Fetched, timeout: float, done: Done) -> None:
        outcome = _next_address(plan, plan.address, fetched.reader, 0)
        if isinstance(outcome, Result):
            done(outcome)
        else:
            await self._fetch(plan, outcome, fetched.timing, timeout, done)

    async def _fetch(self, plan: _Plan, address: WebAddress, before: Timing, timeout: float, done: Done) -> None:
        """Ask for ``address`` and follow redirects; ``before.total`` counts towards ``timeout``."""
        hops = int(before.total > 0)
        try:
            async with asyncio.timeout(max(0.05, timeout - before.total)):
                result = await _fetch_and_judge(plan, address, hops, before)
        except TimeoutError:
            result = Result(State.BAD, "timeout", connection_params(address.authority, timeout, ""))
        except FetchFailed as problem:
            result = failure(problem.code, problem.params)
        except Exception as error:  # nobody waits for this task: the fault must become the run's result
            result = crashed(error)
        done(result)


async def _fetch_and_judge(plan: _Plan, address: WebAddress, hops: int, timing: Timing) -> Result:
    while True:
        fetched = await fetch(plan.fetch(address), timing)
        timing = fetched.timing
        status = fetched.reader.status
        if status not in _REDIRECTS or plan.expects(status) or not plan.settings.redirects:
            return _judge(plan, fetched)
        outcome = _next_address(plan, address, fetched.reader, hops)
        if isinstance(outcome, Result):
            return outcome
        address, hops = outcome, hops + 1


def _next_address(plan: _Plan, address: WebAddress, reader: ResponseReader, hops: int) -> WebAddress | Result:
    location = reader.headers.get("location", "")
    if hops >= plan.settings.redirects:
        return Result(State.BAD, "http.redirects", {"location": location[:200]})
    try:
        return address.join(location)
    except ValueError:
        return Result(State.BAD, "http.redirect_invalid", {"location": location[:200]})


def _judge(plan: _Plan, fetched: Fetched) -> Result:
    reader, timing, settings = fetched.reader, fetched.timing, plan.settings
    if reader.broken:
        return Result(State.BAD, "http.not_http", {"target": plan.address.authority})
    metrics: Metrics = {"time": timing.total, "size": len(reader.body), **timing.parts()}
    if not plan.expects(reader.status):
        params: dict[str, Parameter] = {
            "status": reader.status,
            "reason": reader.reason[:100],
            "expected": settings.status,
        }
        return Result(State.BAD, "http.status", params, metrics)
    code, text = _text_problem(plan, reader)
    if code:
        return Result(State.BAD, code, {"text": text[:200]}, metrics)
    state = above(timing.total, settings.time_warning, settings.time_bad)
    if state is State.GOOD:
        return Result(state, "http.good", {"status": reader.status}, metrics)
    return Result(state, "http.slow", {"milliseconds": round(timing.total * 1000, 1)}, metrics)


def _text_problem(plan: _Plan, reader: ResponseReader) -> tuple[str, str]:
    """Return a text code and what text is missing or unwanted, or nothing."""
    settings = plan.settings
    if not settings.contains and not settings.absent:
        return "", ""
    text = reader.text()
    if settings.contains:
        found = plan.present.search(text) if plan.present else settings.contains in text
        if not found:
            return "http.text_missing", settings.contains
    if settings.absent:
        found = plan.unwanted.search(text) if plan.unwanted else settings.absent in text
        if found:
            return "http.text_unwanted", settings.absent
    return "", ""

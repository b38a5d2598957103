"""DNS: does a resolver answer, with the records expected, and how fast (RFC 1035)."""

import asyncio
import ipaddress
from time import perf_counter
from typing import Literal, Self

import dns.asyncquery
import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.resolver
from pydantic import ConfigDict, Field, field_validator, model_validator

from drifta.probe.check import (
    Check,
    CheckSettings,
    Metric,
    Metrics,
    Parameter,
    Result,
    State,
    connection_params,
    failure,
)
from drifta.probe.engines.stream import problem_of
from drifta.probe.registry import KINDS
from drifta.probe.thresholds import above, check_order, port_field, time_bad, time_warning
from drifta.words import gettext_noop as _

_SHOWN = 300
_RECORDS = ("A", "AAAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT", "CAA")
_UDP_SHARE = 0.45


class DnsSettings(CheckSettings):
    """What to ask whom, and what to hear."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "www.example.org", "record": "A", "expect": ["192.0.2.80"]}]}
    )

    name: str = Field(min_length=1, max_length=253, title=_("Name"), description=_("Such as www.example.org."))
    record: Literal["A", "AAAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT", "CAA"] = Field(
        "A",
        title=_("Record"),
        description=_("Type of record to ask for."),
        json_schema_extra={"choices": [[one, one] for one in _RECORDS]},
    )
    resolver: str = Field(
        "",
        max_length=45,
        title=_("Resolver"),
        description=_("Address of the server to ask. Empty: the one that the probe's machine uses."),
    )
    port: int = port_field(53)
    expect: list[str] = Field(
        default_factory=list,
        max_length=50,
        title=_("Expected answers"),
        description=_("One per line, as in a zone file: 192.0.2.80 or “10 mail.example.org”."),
    )
    exact: bool = Field(False, title=_("Nothing else"), description=_("Whether further answers are wrong as well."))
    time_warning: float | None = time_warning()
    time_bad: float | None = time_bad()

    @field_validator("name")
    @classmethod
    def _readable_name(cls, name: str) -> str:
        try:
            dns.name.from_text(name)
        except dns.exception.DNSException as error:
            raise ValueError(str(error)) from None
        return name

    @field_validator("resolver")
    @classmethod
    def _readable_address(cls, resolver: str) -> str:
        if resolver:
            ipaddress.ip_address(resolver)
        return resolver

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        check_order(self.time_warning, self.time_bad)
        return self


@KINDS.register
class Dns(Check[DnsSettings]):
    """A question to a name server."""

    kind = "dns"
    label = _("Name look-up (DNS)")
    icon = "address-book"
    description = _("Does a name server answer, with the expected records, and how fast?")
    texts = {
        "dns.good": _("%(resolver)s answers: %(answers)s."),
        "dns.nxdomain": _("%(resolver)s says that the name %(name)s does not exist."),
        "dns.empty": _("%(resolver)s knows %(name)s, but no record of type %(record)s."),
        "dns.rcode": _("%(resolver)s answers with the error %(rcode)s."),
        "dns.missing": _("Missing: %(missing)s. Answers: %(answers)s."),
        "dns.unexpected": _("Unexpected: %(unexpected)s. Answers: %(answers)s."),
        "dns.unreadable": _("%(resolver)s answers, but not readably: %(error)s."),
        "dns.no_resolver": _("The probe's machine has no name server configured. Name one in the check."),
        "dns.slow": _("%(resolver)s answers slowly: %(milliseconds)s ms."),
    }
    metrics = (Metric("time", "s", _("Response time")),)
    Settings = DnsSettings

    async def run(self, settings: DnsSettings, timeout: float) -> Result:
        """Ask once over UDP, and over TCP if the answer does not fit (RFC 7766)."""
        resolver = settings.resolver or _system_resolver()
        if not resolver:
            return Result(State.UNKNOWN, "dns.no_resolver")
        query = dns.message.make_query(dns.name.from_text(settings.name), settings.record)
        began = perf_counter()
        try:
            async with asyncio.timeout(timeout):
                answer = await _ask(query, resolver, settings.port, timeout)
        except (TimeoutError, dns.exception.Timeout):
            return Result(State.BAD, "timeout", connection_params(resolver, timeout, ""))
        except OSError as error:
            params = connection_params(resolver, timeout, error.strerror or str(error))
            return failure(problem_of(error).value, params)
        except (dns.exception.DNSException, EOFError, ValueError) as error:
            text = f"{type(error).__name__}: {error}"[:200]
            return Result(State.BAD, "dns.unreadable", {"resolver": resolver, "error": text})
        return _judge(settings, resolver, answer, perf_counter() - began)


async def _ask(query: dns.message.Message, resolver: str, port: int, timeout: float) -> dns.message.Message:
    """A lost datagram is asked once more: that is what every resolver does."""
    try:
        answer, _tcp = await dns.asyncquery.udp_with_fallback(query, resolver, timeout=timeout * _UDP_SHARE, port=port)
    except dns.exception.Timeout:
        answer, _tcp = await dns.asyncquery.udp_with_fallback(query, resolver, timeout=timeout * _UDP_SHARE, port=port)
    return answer


def _system_resolver() -> str:
    try:
        return str(next(iter(dns.resolver.Resolver().nameservers), ""))
    except dns.exception.DNSException:
        return ""


def _judge(settings: DnsSettings, resolver: str, answer: dns.message.Message, seconds: float) -> Result:
    metrics: Metrics = {"time": seconds}
    params: dict[str, Parameter] = {"resolver": resolver, "name": settings.name, "record": settings.record}
    rcode = answer.rcode()
    if rcode == dns.rcode.NXDOMAIN:
        return Result(State.BAD, "dns.nxdomain", params, metrics)
    if rcode != dns.rcode.NOERROR:
        return Result(State.BAD, "dns.rcode", params | {"rcode": dns.rcode.to_text(rcode)}, metrics)
    found = _answers(answer, settings.record)
    params["answers"] = ", ".join(sorted(found))[:_SHOWN]
    if not found:
        return Result(State.BAD, "dns.empty", params, metrics)
    expected = {_plain(one) for one in settings.expect}
    missing, unexpected = expected - found, found - expected
    if missing:
        return Result(State.BAD, "dns.missing", params | {"missing": ", ".join(sorted(missing))}, metrics)
    if settings.exact and expected and unexpected:
        extra = ", ".join(sorted(unexpected))[:_SHOWN]
        return Result(State.BAD, "dns.unexpected", params | {"unexpected": extra}, metrics)
    state = above(seconds, settings.time_warning, settings.time_bad)
    if state is State.GOOD:
        return Result(state, "dns.good", params, metrics)
    return Result(state, "dns.slow", params | {"milliseconds": round(seconds * 1000, 1)}, metrics)


def _answers(answer: dns.message.Message, record: str) -> set[str]:
    wanted = dns.rdatatype.from_text(record)
    return {_plain(data.to_text()) for part in answer.answer if part.rdtype == wanted for data in part}


def _plain(text: str) -> str:
    """Write records alike: lower case, without quotes and without the root's dot at the end of names."""
    return " ".join(word.strip('"').rstrip(".") for word in text.strip().lower().split())

"""TLS certificates: days left, chain, name and protocol, on any port, also after STARTTLS (RFC 3207, RFC 9051)."""

import asyncio
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter
from typing import Literal, Self

from cryptography import x509
from cryptography.x509.oid import NameOID
from pydantic import ConfigDict, Field, model_validator

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
from drifta.probe.fetch import failure_text
from drifta.probe.names import Unresolved, names
from drifta.probe.registry import KINDS
from drifta.probe.starttls import StartTlsRefused, negotiate
from drifta.probe.thresholds import WARNING_ABOVE_BAD, host_field, port_field
from drifta.probe.transport import lenient_context
from drifta.words import gettext_noop as _

_EXPIRED, _NOT_YET, _NAME, _ADDRESS = 10, 9, 62, 64
_ORDER = ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")


class TlsSettings(CheckSettings):
    """Whose certificate, and when to warn."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"host": "www.example.org", "days_left_warning": 21, "days_left_bad": 7}]}
    )

    host: str = host_field()
    port: int = port_field(443)
    starttls: Literal["none", "smtp", "imap"] = Field(
        "none",
        title=_("STARTTLS"),
        description=_("Protocol to speak before TLS begins."),
        json_schema_extra={"choices": [["none", "–"], ["smtp", "SMTP"], ["imap", "IMAP"]]},
    )
    server_name: str = Field(
        "",
        max_length=253,
        title=_("Name in the certificate"),
        description=_("If it differs from the host; sent as server name (SNI) as well."),
    )
    days_left_warning: int = Field(
        21, ge=0, le=3650, title=_("Days left for a warning"), description=_("Warn below this many days.")
    )
    days_left_bad: int = Field(
        7, ge=0, le=3650, title=_("Days left for bad"), description=_("Bad below this many days.")
    )
    trusted: bool = Field(
        True, title=_("Chain must be trusted"), description=_("Off for certificates of your own making.")
    )
    minimum: Literal["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"] = Field(
        "TLSv1.2",
        title=_("Oldest allowed protocol"),
        description=_("Warn if an older one is negotiated."),
        json_schema_extra={"choices": [[one, one] for one in _ORDER]},
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.days_left_bad > self.days_left_warning:
            raise ValueError(WARNING_ABOVE_BAD)
        return self

    @property
    def name(self) -> str:
        """The name that the certificate must carry."""
        return self.server_name or self.host


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a handshake showed. ``distrust``: OpenSSL's verification error, if there was one."""

    certificate: x509.Certificate
    protocol: str
    seconds: float
    distrust: ssl.SSLCertVerificationError | None


@KINDS.register
class Tls(Check[TlsSettings]):
    """A certificate."""

    kind = "tls"
    label = _("Certificate (TLS)")
    icon = "certificate"
    description = _("Is the certificate trusted, for the right name, and valid for long enough?")
    texts = {
        "tls.good": _("The certificate by %(issuer)s is valid for %(days)s more days."),
        "tls.expires": _("The certificate expires in %(days)s days, on %(date)s."),
        "tls.expired": _("The certificate expired on %(date)s."),
        "tls.not_yet": _("The certificate is not valid before %(date)s."),
        "tls.name": _("The certificate is for %(names)s, not for %(host)s."),
        "tls.protocol": _("%(target)s negotiates the outdated protocol %(protocol)s."),
        "tls.starttls": _("%(target)s does not offer STARTTLS: %(answer)s"),
    }
    metrics = (Metric("days_left", "d", _("Days left")), Metric("time", "s", _("Connecting and handshake")))
    Settings = TlsSettings

    async def run(self, settings: TlsSettings, timeout: float) -> Result:
        """Shake hands, and once more without verification if that failed, to see the certificate."""
        target = f"{settings.host}:{settings.port}"
        try:
            async with asyncio.timeout(timeout):
                seen = await _look(settings)
        except TimeoutError:
            return Result(State.BAD, "timeout", connection_params(target, timeout, ""))
        except StartTlsRefused as refusal:
            return Result(State.BAD, "tls.starttls", {"target": target, "answer": str(refusal)[:200]})
        except (Unresolved, OSError) as error:
            code, reason = failure_text(error)
            params = connection_params(target, timeout, reason) | {"host": settings.host}
            return failure(code, params)
        return _judge(settings, target, seen)


async def _look(settings: TlsSettings) -> _Seen:
    try:
        return await _shake_hands(settings, verify=True, distrust=None)
    except ssl.SSLCertVerificationError as error:
        return await _shake_hands(settings, verify=False, distrust=error)


async def _shake_hands(settings: TlsSettings, *, verify: bool, distrust: ssl.SSLCertVerificationError | None) -> _Seen:
    address = await names().address(settings.host)
    began = perf_counter()
    incoming, outgoing = await asyncio.open_connection(address, settings.port)
    try:
        await negotiate(settings.starttls, incoming, outgoing)
        await outgoing.start_tls(lenient_context(verify), server_hostname=settings.name)
        seconds = perf_counter() - began
        channel = outgoing.get_extra_info("ssl_object")
        certificate = x509.load_der_x509_certificate(channel.getpeercert(binary_form=True))
        return _Seen(certificate, channel.version() or "", seconds, distrust)
    finally:
        outgoing.transport.abort()


def _judge(settings: TlsSettings, target: str, seen: _Seen) -> Result:
    end = seen.certificate.not_valid_after_utc
    left = (end - datetime.now(UTC)).total_seconds() / 86400
    metrics: Metrics = {"days_left": left, "time": seen.seconds}
    params: dict[str, Parameter] = {"days": int(left), "date": end.date().isoformat()}
    if left < 0:
        return Result(State.BAD, "tls.expired", params, metrics)
    distrusted = _judge_trust(settings, target, seen)
    if distrusted is not None:
        return Result(State.BAD, *distrusted, metrics)
    if left < settings.days_left_warning:
        state = State.BAD if left < settings.days_left_bad else State.WARNING
        return Result(state, "tls.expires", params, metrics)
    if seen.protocol in _ORDER and _ORDER.index(seen.protocol) < _ORDER.index(settings.minimum):
        outdated: dict[str, Parameter] = {"target": target, "protocol": seen.protocol}
        return Result(State.WARNING, "tls.protocol", outdated, metrics)
    return Result(State.GOOD, "tls.good", params | {"issuer": _issuer(seen.certificate)}, metrics)


def _judge_trust(settings: TlsSettings, target: str, seen: _Seen) -> tuple[str, dict[str, Parameter]] | None:
    """Return text code and parameters if chain or name are wrong in a way that matters."""
    error = seen.distrust
    if error is None or error.verify_code == _EXPIRED:
        return None
    if error.verify_code == _NOT_YET:
        return "tls.not_yet", {"date": seen.certificate.not_valid_before_utc.date().isoformat()}
    if error.verify_code in (_NAME, _ADDRESS) or not _fits(settings.name, seen.certificate):
        found = ", ".join(_subject_names(seen.certificate)) or "–"
        return "tls.name", {"names": found[:200], "host": settings.name}
    if settings.trusted:
        return "tls.untrusted", {"target": target, "error": error.verify_message}
    return None


def _fits(name: str, certificate: x509.Certificate) -> bool:
    """Tell whether the certificate names ``name`` (RFC 9525: a wildcard stands for one whole left label)."""
    wanted = name.lower().rstrip(".")
    parent = "*." + wanted.partition(".")[2]
    return any(found.lower() in (wanted, parent) for found in _subject_names(certificate))


def _subject_names(certificate: x509.Certificate) -> list[str]:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    addresses = [str(address) for address in extension.get_values_for_type(x509.IPAddress)]
    return extension.get_values_for_type(x509.DNSName) + addresses


def _issuer(certificate: x509.Certificate) -> str:
    for kind in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
        found = certificate.issuer.get_attributes_for_oid(kind)
        if found:
            return str(found[0].value)[:100]
    return certificate.issuer.rfc4514_string()[:100]

"""Outgoing mail: a draft in, the bytes of a correct message out (RFC 5322, 2045 to 2047, 2231, 3834, 2919).

The header is written by hand: what stands in it is checked for control characters first, so that no value can add a
line, and message identifiers are never encoded or broken.
"""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from enum import StrEnum

from drifta.channels.mail.headers import Address
from drifta.channels.mail.parse import Attachment
from drifta.words import gettext_noop as _

MAX_REFERENCES = 30
"""Message identifiers in References: the first and the last ones (RFC 5322 allows shortening)."""
LINE_LENGTH = 76

_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")
_ATOM_TEXT = re.compile(r"[A-Za-z0-9 !#$%&'*+/=?^_`{|}~-]*")
_IDENTIFIER = re.compile(r"[!-;=?A-~]{1,400}@[!-;=?A-~]{1,400}")
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}")
_DOMAIN = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,100}")


class AutoSubmitted(StrEnum):
    """Who wrote the mail, for the Auto-Submitted field (RFC 3834)."""

    NO = "no"
    GENERATED = "auto-generated"
    REPLIED = "auto-replied"


class Unsendable(ValueError):
    """A draft that cannot become a mail. ``message`` is translated where it is shown, with ``values`` put in."""

    def __init__(self, message: str, **values: str) -> None:
        super().__init__(message % values)
        self.message = message
        self.values = values


@dataclass(frozen=True, slots=True)
class MailDraft:
    """A mail to be sent. Identifiers without angle brackets; ``date`` aware; attachments with ``inline`` belong to
    the HTML and need a content id. ``list_id``: ``(name, identifier)`` of RFC 2919. ``headers``: further fields.
    """

    from_: Address
    to: tuple[Address, ...]
    subject: str
    text: str
    message_id: str
    date: datetime
    html: str | None = None
    cc: tuple[Address, ...] = ()
    reply_to: Address | None = None
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    auto_submitted: AutoSubmitted = AutoSubmitted.NO
    list_id: tuple[str, str] | None = None
    attachments: tuple[Attachment, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def build(draft: MailDraft) -> bytes:
    """The message as it goes over SMTP, with CRLF line ends; raises Unsendable when a field cannot be sent."""
    if not draft.to and not draft.cc:
        raise Unsendable(_("The mail has no recipient. Add an address."))
    fields = [f"{name}: {value}" for name, value in _fields(draft)]
    return "\r\n".join([*fields, "MIME-Version: 1.0", ""]).encode("ascii") + _body(draft)


def address_field(address: Address) -> str:
    """One mailbox as a header field shows it: encoded name, domain in ASCII (RFC 5890)."""
    sendable = sendable_address(address.address)
    name = " ".join(_checked("From", address.name).split())
    if not name:
        return sendable
    if not name.isascii():
        return f"{_encoded_words(name)} <{sendable}>"
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f"{name} <{sendable}>" if _ATOM_TEXT.fullmatch(name) else f'"{escaped}" <{sendable}>'


def sendable_address(address: str) -> str:
    """The address with its domain in ASCII; raises Unsendable when no server would take it."""
    local, at, domain = address.strip().rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        ascii_domain = ""
    if not at or not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(ascii_domain):
        shown = _CONTROL.sub("?", address)
        raise Unsendable(_("“%(address)s” is no mail address that can be sent to. Correct it."), address=shown)
    return f"{local}@{ascii_domain}"


def _fields(draft: MailDraft) -> Iterator[tuple[str, str]]:
    yield "Date", format_datetime(draft.date)
    yield "From", address_field(draft.from_)
    for name, addresses in (("To", draft.to), ("Cc", draft.cc)):
        if addresses:
            yield name, ",\r\n ".join(address_field(one) for one in addresses)
    if draft.reply_to:
        yield "Reply-To", address_field(draft.reply_to)
    yield "Subject", _unstructured("Subject", draft.subject)
    yield "Message-ID", _identifier(draft.message_id)
    if draft.in_reply_to and _IDENTIFIER.fullmatch(draft.in_reply_to):
        yield "In-Reply-To", f"<{draft.in_reply_to}>"
    if references := _references(draft.references):
        yield "References", references
    yield from _conduct(draft)
    for name, value in draft.headers.items():
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,60}", name):
            raise Unsendable(_("“%(name)s” is no name of a header field."), name=_CONTROL.sub("?", name))
        yield name, _unstructured(name, value)


def _conduct(draft: MailDraft) -> Iterator[tuple[str, str]]:
    """Fields that tell other programs how to treat the mail; a person's answer is not marked as automatic."""
    if draft.auto_submitted is not AutoSubmitted.NO:
        yield "Auto-Submitted", draft.auto_submitted.value
        yield "X-Auto-Response-Suppress", "All"
    if draft.list_id:
        name, identifier = draft.list_id
        if not _DOMAIN.fullmatch(identifier):
            raise Unsendable(_("“%(name)s” is no list identifier."), name=_CONTROL.sub("?", identifier))
        yield "List-Id", f"{_unstructured('List-Id', name)} <{identifier}>"


def _identifier(identifier: str) -> str:
    if not _IDENTIFIER.fullmatch(identifier):
        raise Unsendable(_("“%(name)s” is no message identifier."), name=_CONTROL.sub("?", identifier))
    return f"<{identifier}>"


def _references(identifiers: tuple[str, ...]) -> str:
    """The identifiers of earlier mails, one on a line; those of others that are malformed are left out."""
    sound = [f"<{one}>" for one in dict.fromkeys(identifiers) if _IDENTIFIER.fullmatch(one)]
    if len(sound) > MAX_REFERENCES:
        sound = sound[:1] + sound[1 - MAX_REFERENCES :]
    return "\r\n ".join(sound)


def _checked(name: str, value: str) -> str:
    """Refuse control characters: a line break in a value would begin a field of somebody else's choice."""
    if _CONTROL.search(value):
        raise Unsendable(
            _("The field “%(name)s” contains a line break or another control character. Remove it."), name=name
        )
    return value


def _unstructured(name: str, value: str) -> str:
    value = _checked(name, value).strip()
    if value.isascii() and "=?" not in value and len(name) + len(value) < LINE_LENGTH:
        return value
    return _encoded_words(value)


def _encoded_words(value: str) -> str:
    """Encoded words of RFC 2047, each at most 75 characters, never splitting a character."""
    words: list[str] = []
    piece = b""
    for character in value:
        encoded = character.encode("utf-8", "replace")
        if len(piece) + len(encoded) > 42:
            words.append(_encoded_word(piece))
            piece = b""
        piece += encoded
    return "\r\n ".join([*words, _encoded_word(piece)])


def _encoded_word(piece: bytes) -> str:
    return f"=?utf-8?b?{base64.b64encode(piece).decode('ascii')}?="


# Bodies -------------------------------------------------------------------------------------------------------------


def _body(draft: MailDraft) -> bytes:
    """The rest of the header and the body: only as much structure as the draft needs."""
    inline = [one for one in draft.attachments if one.inline and one.content_id and draft.html is not None]
    others = [one for one in draft.attachments if one not in inline]
    body = _text("plain", draft.text)
    if draft.html is not None:
        html = _text("html", draft.html)
        if inline:
            html = _multipart("related", [html, *(_file(one, "inline") for one in inline)])
        body = _multipart("alternative", [body, html])
    if others:
        body = _multipart("mixed", [body, *(_file(one, "attachment") for one in others)])
    return body


def _text(subtype: str, text: str) -> bytes:
    data = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").encode("utf-8", "replace")
    if not data.endswith(b"\n"):
        data += b"\n"
    mostly_ascii = sum(byte > 126 for byte in data) * 4 < len(data)
    encoding, encoded = ("quoted-printable", _printable(data)) if mostly_ascii else ("base64", _base64(data))
    header = f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return header.encode("ascii") + encoded


def _printable(data: bytes) -> bytes:
    return binascii.b2a_qp(data, istext=True).replace(b"\n", b"\r\n")


def _base64(data: bytes) -> bytes:
    return base64.encodebytes(data).replace(b"\n", b"\r\n")


def _multipart(subtype: str, parts: list[bytes]) -> bytes:
    boundary = f"=_{secrets.token_hex(16)}"  # "=_" cannot occur in quoted-printable or base64
    delimiter = f"--{boundary}\r\n".encode("ascii")
    header = f'Content-Type: multipart/{subtype};\r\n boundary="{boundary}"\r\n\r\n'.encode("ascii")
    body = b"".join(delimiter + part.removesuffix(b"\r\n") + b"\r\n" for part in parts)
    return header + body + f"--{boundary}--\r\n".encode("ascii")


def _file(attachment: Attachment, disposition: str) -> bytes:
    media_type = attachment.media_type.lower()
    # RFC 2046 forbids base64 inside message/*; a mail as a file is sent as plain bytes.
    if not _MEDIA_TYPE.fullmatch(media_type) or media_type.startswith(("message/", "multipart/")):
        media_type = "application/octet-stream"
    name = _checked("filename", attachment.filename)
    lines = [
        f"Content-Type: {media_type}",
        "Content-Transfer-Encoding: base64",
        f"Content-Disposition: {disposition}" + (f";\r\n {_file_name(name)}" if name else ""),
    ]
    if attachment.content_id:
        lines.append(f"Content-ID: {_identifier_of_content(attachment.content_id)}")
    return "\r\n".join([*lines, "", ""]).encode("ascii") + _base64(attachment.content)


def _identifier_of_content(content_id: str) -> str:
    if not re.fullmatch(r"[!-;=?-~]{1,200}", content_id):
        raise Unsendable(_("“%(name)s” is no content identifier."), name=_CONTROL.sub("?", content_id))
    return f"<{content_id}>"


def _file_name(name: str) -> str:
    """The filename parameter: as it is when it is plain, else by RFC 2231 in pieces that fit a line."""
    if re.fullmatch(r"[A-Za-z0-9 ._()+-]{1,60}", name):
        return f'filename="{name}"'
    escaped = "".join(
        chr(byte) if chr(byte).isascii() and (chr(byte).isalnum() or chr(byte) in "._-") else f"%{byte:02X}"
        for byte in name.encode("utf-8", "replace")
    )
    pieces = re.findall(r"(?:%[0-9A-F]{2}|[^%]){1,18}", f"{escaped}")
    if len(pieces) == 1:
        return f"filename*=utf-8''{escaped}"
    first, *rest = pieces
    numbered = [f"filename*0*=utf-8''{first}", *(f"filename*{i}*={piece}" for i, piece in enumerate(rest, start=1))]
    return ";\r\n ".join(numbered)

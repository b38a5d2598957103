"""What an attachment is before it belongs to a message; the file itself is already in the store."""

from dataclasses import dataclass


@dataclass(frozen=True)
class AttachedFile:
    """A stored file under the name its sender gave it.

    ``sha256`` is its address in the file store (64 hex digits), ``size`` its bytes, ``content_id`` the mail's
    Content-ID without angle brackets (RFC 2392) for pictures inside HTML.
    """

    filename: str
    sha256: str
    size: int
    media_type: str
    content_id: str = ""
    is_inline: bool = False

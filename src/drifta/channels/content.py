"""What of a mail is shown in a ticket: the text without quotations, safe HTML, and the files."""

from dataclasses import dataclass

from drifta.channels.mail import quotes, sanitise
from drifta.channels.mail.parse import Attachment, Mail
from drifta.desk.attached import AttachedFile
from drifta.kernel import files

#: Files of one mail; more are an attack, and stay in the raw mail.
MOST_FILES = 200
#: Types that say little about a content, so that the sender's word counts more.
_VAGUE = frozenset({"application/octet-stream", "text/plain", "application/zip", "application/x-ole-storage"})
#: Types that browsers run; nobody's word makes a file one of these.
_ACTIVE = ("text/html", "image/svg", "application/xhtml", "text/xml", "application/xml", "text/javascript")


@dataclass(frozen=True)
class Content:
    """A mail as a message: ``folded`` holds quotations and signature, ``html`` is safe to show."""

    text: str
    folded: str
    html: str
    attachments: tuple[AttachedFile, ...]


def content_of(mail: Mail) -> Content:
    """Split and store the content of a mail."""
    split = quotes.split(mail.text)
    folded = "\n\n".join(filter(None, (split.quoted, split.signature)))
    text = split.reply or mail.text
    return Content(
        text=text,
        folded=folded if split.reply else "",
        html=_html(mail, quoted=bool(split.quoted)),
        attachments=tuple(_store(attachment) for attachment in mail.attachments[:MOST_FILES]),
    )


def _html(mail: Mail, *, quoted: bool) -> str:
    """Return the HTML where it says more than the text: pictures and tables, or anything that quotes nothing."""
    if not mail.html:
        return ""
    safe = sanitise.sanitise(mail.html)
    return safe.html if safe.content_ids or "<table" in safe.html or not quoted else ""


def _store(attachment: Attachment) -> AttachedFile:
    stored = files.store(attachment.content)
    told = attachment.media_type.lower()
    is_told = stored.media_type in _VAGUE and not told.startswith(_ACTIVE) and "/" in told
    return AttachedFile(
        filename=attachment.filename,
        sha256=stored.sha256,
        size=stored.size,
        media_type=told if is_told else stored.media_type,
        content_id=attachment.content_id,
        is_inline=attachment.inline,
    )

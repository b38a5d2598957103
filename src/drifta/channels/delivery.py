"""An outgoing mail as bytes: always the same for the same row, so that another attempt sends the same mail."""

from drifta.channels import mail_keys, queries
from drifta.channels.mail import compose
from drifta.channels.mail.compose import Unsendable
from drifta.channels.mail.headers import Address
from drifta.channels.mail.parse import Attachment
from drifta.channels.models import OutgoingMail
from drifta.channels.settings import MailSettings
from drifta.kernel import files, settings

__all__ = ["Unsendable", "content", "envelope_sender", "recipient"]


def sender_address(mail: OutgoingMail) -> str:
    """Return the address the mail comes from; the installation's own where no desk address is set."""
    return mail.from_address or f"drifta@{queries.host_name()}"


def answers_to(mail: OutgoingMail) -> str:
    """Return where answers go: the signed address of the ticket."""
    if mail.ticket is None or not mail.from_address:
        return ""
    return mail_keys.reply_address(mail.from_address, mail.ticket)


def envelope_sender(mail: OutgoingMail) -> str:
    """Return where undeliverable mail is returned to; automatic mail about no ticket has the null sender."""
    address = settings.get(MailSettings).bounce_address or answers_to(mail) or sender_address(mail)
    return compose.sendable_address(address)


def recipient(mail: OutgoingMail) -> str:
    """Return the address for the envelope. Raises ``Unsendable``."""
    return compose.sendable_address(mail.address)


def content(mail: OutgoingMail) -> bytes:
    """Return the mail as it is sent. Raises ``Unsendable`` for what no server would take."""
    sender = sender_address(mail)
    reply_to = answers_to(mail)
    name = " ".join(mail.from_name.split())
    return compose.build(
        compose.MailDraft(
            from_=Address(name, sender),
            to=(Address(" ".join(mail.name.split()), mail.address),),
            subject=mail.subject,
            text=mail.text,
            html=mail.html or None,
            message_id=mail.message_id,
            date=mail.created_at,
            reply_to=Address(name, reply_to) if reply_to else None,
            in_reply_to=mail.in_reply_to,
            references=tuple(mail.references),
            auto_submitted=_submission(mail),
            list_id=(name or sender, _list_id(sender)) if mail.ticket is not None else None,
            attachments=tuple(_files(mail)),
            headers={"X-Drifta-Installation": mail_keys.installation()},
        )
    )


def _submission(mail: OutgoingMail) -> compose.AutoSubmitted:
    if not mail.is_automatic:
        return compose.AutoSubmitted.NO
    is_answer = mail.kind == OutgoingMail.Kind.ACKNOWLEDGEMENT
    return compose.AutoSubmitted.REPLIED if is_answer else compose.AutoSubmitted.GENERATED


def _list_id(sender: str) -> str:
    """Return what mail programs can sort by (RFC 2919): the desk address with a dot for the @."""
    local, _, domain = compose.sendable_address(sender).rpartition("@")
    return f"{''.join(one if one.isalnum() and one.isascii() else '-' for one in local).strip('-') or 'desk'}.{domain}"


def _files(mail: OutgoingMail) -> list[Attachment]:
    return [
        Attachment(
            filename=one["filename"],
            media_type=one["media_type"],
            content=files.read(one["sha256"]),
            content_id=one["content_id"],
            inline=one["is_inline"] and bool(one["content_id"]),
        )
        for one in mail.attachments
    ]

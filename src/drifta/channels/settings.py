"""What people set about mail."""

from typing import Literal

from django.utils.translation import gettext_lazy
from pydantic import Field, SecretStr

from drifta.kernel.settings import Section, section
from drifta.words import gettext_noop as _


@section(
    "channels.mail",
    title=gettext_lazy("Mail"),
    description=gettext_lazy("The server that sends Drifta's mail, and how mail to the desk is taken in."),
    icon="mail",
    order=20,
)
class MailSettings(Section):
    """Sending, receiving and answering mail."""

    smtp_host: str = Field(
        "", max_length=253, title=_("Mail server"), description=_("Without one, mail waits in the outbox.")
    )
    smtp_port: int = Field(587, ge=1, le=65535, title=_("Port"))
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls",
        title=_("Security"),
        json_schema_extra={"choices": [["starttls", "STARTTLS"], ["tls", "TLS"], ["none", "–"]]},
    )
    smtp_user: str = Field("", max_length=254, title=_("User name"))
    smtp_secret: SecretStr = Field(SecretStr(""), title=_("Password"))
    from_name: str = Field(
        "", max_length=100, title=_("Sender's name"), description=_("Shown beside the desk address.")
    )
    bounce_address: str = Field(
        "",
        max_length=254,
        title=_("Address for returned mail"),
        description=_("Must reach Drifta. Empty: the signed reply address of each mail."),
    )
    size_limit_mb: int = Field(50, ge=1, le=500, title=_("Largest mail that is accepted (MB)"))
    acknowledge: bool = Field(True, title=_("Confirm mail that became a ticket"))
    acknowledgements_per_hour: int = Field(
        5,
        ge=1,
        le=100,
        title=_("Confirmations to one address per hour"),
        description=_("Ends loops between two desks."),
    )
    acknowledgement_text: str = Field(
        "", max_length=2000, title=_("Text added to confirmations"), description=_("For example, your opening hours.")
    )
    notify_owner: bool = Field(True, title=_("Tell owners by mail about assignments and answers"))
    notify_team: bool = Field(False, title=_("Tell teams by mail about new tickets"))
    treat_as_human: list[str] = Field(
        default_factory=list,
        title=_("Senders whose mail is never taken for automatic"),
        description=_("Addresses or domains of systems that mark people's mail as automatic."),
    )
    imap_poll_seconds: int = Field(60, ge=5, le=3600, title=_("Seconds between looks into mailboxes without IDLE"))
    tls_certificate: str = Field(
        "",
        max_length=500,
        title=_("Certificate file of the mail listener"),
        description=_("PEM file with the chain. With a certificate the listener offers STARTTLS."),
    )
    tls_key: str = Field("", max_length=500, title=_("Key file of the mail listener"))

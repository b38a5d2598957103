"""Settings of the desk."""

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from drifta.kernel.settings import Section, section
from drifta.words import gettext_noop


@section("desk", title=_("Desk"), description=_("How tickets live and end."), icon="ticket", order=20)
class DeskSettings(Section):
    """What an organisation may want otherwise about its tickets."""

    close_resolved_after_days: int = Field(
        default=7,
        ge=1,
        le=365,
        title=gettext_noop("Days until a resolved ticket closes"),
        description=gettext_noop("Until then an answer from the requester opens it again."),
    )
    reopen_closed_within_days: int = Field(
        default=14,
        ge=0,
        le=365,
        title=gettext_noop("Days within which an answer re-opens a closed ticket"),
        description=gettext_noop("Later answers become a new ticket that is linked to the old one."),
    )
    upload_limit_mb: int = Field(
        default=50,
        ge=1,
        le=1024,
        title=gettext_noop("Largest attachment, in megabytes"),
    )
    undo_seconds: int = Field(
        default=8,
        ge=0,
        le=60,
        title=gettext_noop("Seconds in which a sent answer can be called back"),
    )

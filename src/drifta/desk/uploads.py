"""Files that come with forms and requests: bounded in size, stored before anything refers to them."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from drifta.desk.attached import AttachedFile
from drifta.desk.settings import DeskSettings
from drifta.kernel import files, settings
from drifta.kernel.actions import Refused

#: Files of one message.
MOST = 50
SALT = "desk.uploads"
#: How long a form that was sent back keeps its files.
KEPT_SECONDS = 24 * 3600


def store(uploads: "Iterable[UploadedFile[Any]]") -> list[AttachedFile]:
    """Store uploaded files. Raises ``Refused`` for one that is too large, and for too many."""
    given = list(uploads)
    limit = settings.get(DeskSettings).upload_limit_mb
    if len(given) > MOST:
        raise Refused(
            _("At most %(most)s files fit into one message. Send the others with the next.") % {"most": MOST}
        )
    for upload in given:
        if (upload.size or 0) > limit * 1_000_000:
            raise Refused(
                _("“%(name)s” is larger than %(limit)s MB. Make it smaller, or share it in another way.")
                % {"name": upload.name, "limit": limit}
            )
    return [_stored(upload) for upload in given]


def _stored(upload: "UploadedFile[Any]") -> AttachedFile:
    file = files.store(upload.chunks())
    return AttachedFile(upload.name or "file", file.sha256, file.size, file.media_type)


def keep(attached: AttachedFile) -> str:
    """Return a sealed reference to a stored file, for a form that has to be sent once more."""
    return signing.dumps(asdict(attached), salt=SALT, compress=True)


def kept(references: Iterable[str]) -> list[AttachedFile]:
    """Open references made by ``keep``; forged and old ones are left out."""
    found = []
    for reference in list(references)[:MOST]:
        try:
            found.append(AttachedFile(**signing.loads(reference, salt=SALT, max_age=KEPT_SECONDS)))
        except (signing.BadSignature, TypeError):
            continue
    return found

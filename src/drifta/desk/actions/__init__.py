"""The desk's verbs, one file per noun; the only writers of its tables."""

from drifta.desk.actions.assign import assign, hand_over, take
from drifta.desk.actions.bulk import BulkResult, bulk
from drifta.desk.actions.categories import archive_category, create_category, edit_category, restore_category
from drifta.desk.actions.create import create
from drifta.desk.actions.edit import edit, prioritise
from drifta.desk.actions.follow import link, move_person, unlink, unwatch, watch
from drifta.desk.actions.held import held
from drifta.desk.actions.state import close, hold, reopen, resolve, resume
from drifta.desk.actions.views import remove_view, save_draft, save_view, see_notices
from drifta.desk.actions.write import annotate, note, reply

__all__ = [
    "BulkResult",
    "annotate",
    "archive_category",
    "assign",
    "bulk",
    "close",
    "create",
    "create_category",
    "edit",
    "edit_category",
    "hand_over",
    "held",
    "hold",
    "link",
    "move_person",
    "note",
    "prioritise",
    "remove_view",
    "reopen",
    "reply",
    "resolve",
    "restore_category",
    "resume",
    "save_draft",
    "save_view",
    "see_notices",
    "take",
    "unlink",
    "unwatch",
    "watch",
]

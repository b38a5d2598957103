"""The public corpora beside the repository: every mail parses, and the scores reached stay reached."""

import os
from pathlib import Path

import pytest

from bench import mail as bench

HERE = Path(__file__).resolve()
SHARED = Path(os.environ.get("DRIFTA_SHARED", HERE.parents[5] / "shared"))
CORPORA = SHARED / "corpora"

pytestmark = pytest.mark.skipif(
    not CORPORA.is_dir(), reason="the public corpora are not beside the repository (set DRIFTA_SHARED)"
)

LEAST = {
    ("flufl", "recipients"): 62,
    ("flufl", "permanent"): 62,
    ("flufl", "temporary"): 63,
    ("sisimai", "is a bounce"): 331,
    ("sisimai", "number of recipients"): 330,
    ("sisimai", "status class"): 342,
    ("sisimai", "is an automatic answer"): 4,
    ("sisimai", "hard"): 338,
    ("sisimai", "reason"): 307,
    ("sisimai", "status"): 255,
    ("sisimai", "reply code"): 244,
    ("mime4j", "header fields"): 39,
    ("mime4j", "number of bodies"): 39,
    ("mime4j", "body"): 87,
    ("stalwart", "header date"): 39,
    ("stalwart", "header received"): 170,
    ("stalwart", "header unstructured"): 29,
    ("stalwart", "text"): 32,
    ("stalwart", "number of attachments"): 34,
    ("stalwart", "from"): 24,
    ("stalwart", "subject"): 20,
    ("stalwart", "to"): 18,
    ("stalwart", "date"): 18,
    ("stalwart", "attachment bytes"): 20,
    ("stalwart", "attachment name"): 6,
    ("stalwart", "message id"): 6,
    ("stalwart", "reply_to"): 2,
    ("crisp", "visible text"): 3,
    ("crisp", "first fragment"): 32,
    ("crisp", "number of fragments"): 11,
    ("crisp", "fragment matches"): 12,
    ("crisp", "fragment hidden"): 4,
    ("discourse", "reply"): 26,
    ("discourse", "rest"): 26,
    ("discourse", "before"): 7,
    ("discourse", "embedded"): 7,
    ("github", "visible text"): 4,
    ("github", "fragment matches"): 7,
    ("github", "in time"): 1,
}
"""Matches that were reached; raise them when the code gets better, never lower them."""


@pytest.fixture(scope="module")
def score() -> bench.Score:
    """All corpora, run once."""
    found = bench.Score()
    for folder in ("mime", "bounces", "replies"):
        bench.run(CORPORA / folder, found)
    return found


@pytest.mark.parametrize(("layout", "expectation"), LEAST)
def test_corpora_are_understood_as_well_as_before(score: bench.Score, layout: str, expectation: str) -> None:
    assert score.matched[layout, expectation] >= LEAST[layout, expectation], "\n".join(
        miss for miss in score.misses if miss.startswith(f"{layout} | {expectation} |")
    )


def test_line_ends_do_not_change_what_is_understood() -> None:
    bsd = {path.name for path in (CORPORA / "bounces/sisimai/bsd").glob("*.eml")}
    for kind in ("dos", "mac"):
        for path in (CORPORA / "bounces/sisimai" / kind).glob("*.eml"):
            if path.name in bsd:
                twin = CORPORA / "bounces/sisimai/bsd" / path.name
                assert _summary(path) == _summary(twin), path


def _summary(path: Path) -> object:
    mail = bench.parse(path.read_bytes())
    bounce = bench.real_bounces.read(mail.root)
    found = [(one.recipient, one.status, one.reason) for one in bounce.failures] if bounce else None
    return mail.subject, mail.message_id, found

"""Texts and file names from outside."""

from hypothesis import given
from hypothesis import strategies as st

from drifta.desk.text import LONGEST_NAME, clean_filename, excerpt, one_line, plain


@given(st.text(max_size=400))
def test_a_file_name_is_always_harmless(name: str) -> None:
    clean = clean_filename(name)
    assert clean
    assert len(clean) <= LONGEST_NAME
    assert not set(clean) & set('/\\:*?"<>|\n\x00\u202e\u200f\u2066')
    assert clean not in {".", ".."}
    assert not clean.startswith(".")


def test_a_long_name_keeps_its_ending() -> None:
    assert clean_filename("x" * 500 + ".pdf").endswith("x.pdf")


@given(st.text())
def test_texts_are_fit_for_the_database(text: str) -> None:
    assert "\x00" not in plain(text)
    assert "\r" not in plain(text)
    assert len(one_line(text, 50)) <= 50
    assert "\n" not in one_line(text, 50)
    assert len(excerpt(text)) <= 200

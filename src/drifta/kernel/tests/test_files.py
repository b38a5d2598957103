"""The file store: by content, once, and only at addresses of its own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drifta.kernel import files


def test_a_file_is_stored_once_and_read_back() -> None:
    first, second = files.store(b"%PDF-1.7 hello"), files.store(iter([b"%PDF-1.7", b" hello"]))
    assert first == second
    assert (first.size, first.media_type) == (14, "application/pdf")
    assert files.read(first.sha256) == b"%PDF-1.7 hello"
    assert files.open_file(first.sha256).read(4) == b"%PDF"
    assert not list(files.path_of(first.sha256).parents[2].glob("incoming-*"))


@pytest.mark.parametrize("address", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 63 + "/"])
def test_foreign_addresses_are_refused(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        files.path_of(address)


@given(st.binary(max_size=200))
def test_any_content_has_a_type(content: bytes) -> None:
    assert "/" in files.sniff(content)


def test_html_is_not_called_an_image() -> None:
    assert "image" not in files.sniff(b"<html><script>alert(1)</script>")

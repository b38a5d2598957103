"""HTTP as bytes, addresses, expressions."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drifta.probe.http_message import BODY_LIMIT, ResponseReader, basic_credentials, build_request
from drifta.probe.patterns import compile_safely
from drifta.probe.web_address import parse_address

ANSWERS = [
    (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, b"hello"),
    (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
    (b"HTTP/1.0 500 Oh\r\ncontent-length:0\r\n\r\n", 500, b""),
    (b"HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n", 200, b"abcdefg"),
    (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Made\r\nContent-Length: 1\r\n\r\nx", 201, b"x"),
    (b"HTTP/1.1 302 Found\nLocation: /next\nContent-Length: 0\n\n", 302, b""),
]


@given(st.sampled_from(ANSWERS), st.lists(st.integers(1, 20), max_size=60))
def test_the_cuts_between_segments_do_not_matter(answer: tuple[bytes, int, bytes], cuts: list[int]) -> None:
    data, status, body = answer
    reader = ResponseReader()
    complete = False
    for cut in [*cuts, len(data)]:
        part, data = data[:cut], data[cut:]
        if part and not complete:
            complete = reader.feed(part)
    assert complete
    assert (reader.status, reader.body, reader.broken) == (status, body, False)


def test_a_body_without_length_ends_with_the_connection() -> None:
    reader = ResponseReader()
    assert not reader.feed(b"HTTP/1.1 200 OK\r\n\r\nall of ")
    assert not reader.feed(b"it")
    assert reader.end()
    assert reader.body == b"all of it"


@pytest.mark.parametrize(
    "data", [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", b"HTTP/1.1 200 OK\r\nServer: x"]
)
def test_an_answer_cut_off_is_not_complete(data: bytes) -> None:
    reader = ResponseReader()
    assert not reader.feed(data)
    assert not reader.end()


@pytest.mark.parametrize(
    "data",
    [
        b"SSH-2.0-OpenSSH_9\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n",
    ],
)
def test_what_is_not_http_is_broken(data: bytes) -> None:
    reader = ResponseReader()
    assert reader.feed(data)
    assert reader.broken


@given(st.binary(max_size=300))
def test_noise_never_raises(noise: bytes) -> None:
    reader = ResponseReader()
    for prefix in (b"", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"):
        reader = ResponseReader()
        if not reader.feed(prefix + noise):
            reader.end()
        assert isinstance(reader.text(), str)


def test_endless_bodies_are_cut() -> None:
    for head in (b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\n"):
        reader = ResponseReader()
        assert reader.feed(head + bytes(BODY_LIMIT + 1))


def test_text_follows_the_charset() -> None:
    reader = ResponseReader()
    data = "blåbærsyltetøy".encode("latin-1")
    reader.feed(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Length: 14\r\n\r\n" + data
    )
    assert reader.text() == "blåbærsyltetøy"


def test_a_request_says_what_it_must() -> None:
    request = build_request("POST", "/a?b=c", "example.org", {"Authorization": basic_credentials("dag", "å")}, b"xy")
    assert request.startswith(b"POST /a?b=c HTTP/1.1\r\nHost: example.org\r\n")
    assert b"\r\nContent-Length: 2\r\n" in request
    assert b"\r\nAuthorization: Basic ZGFnOsOl\r\n" in request
    assert request.endswith(b"\r\n\r\nxy")


def test_addresses() -> None:
    address = parse_address("https://Exämple.org:8443/ä b?q=å#part")
    assert (address.secure, address.port, address.authority) == (True, 8443, "xn--exmple-cua.org:8443")
    assert address.path == "/%C3%A4%20b?q=%C3%A5"
    assert parse_address("http://[2001:db8::1]/").authority == "[2001:db8::1]"
    assert address.join("/next").path == "/next"
    assert address.join("http://other/").secure is False


@pytest.mark.parametrize("text", ["", "ftp://x/", "http://", "example.org", "http://u:p@x/", "http://x:99999/"])
def test_what_is_no_web_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_address(text)


@pytest.mark.parametrize("pattern", ["(a+)+b", "(a*)*", "(?:x{1,99}y?)+", "((ab)*c?)*", "(", "[z-a]"])
def test_expressions_that_never_end_are_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        compile_safely(pattern)


@pytest.mark.parametrize("pattern", [r"status:\s*(ok|good)", "a+b+c*", r"(\d{1,3}\.){3}\d{1,3}", "(abc)+"])
def test_ordinary_expressions_are_taken(pattern: str) -> None:
    assert isinstance(compile_safely(pattern), re.Pattern)

"""HTML of strangers, shown without harm."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drifta.channels.mail.sanitise import sanitise, text_of, with_inline_images, with_remote_images


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        '<a href="data:text/html,<script>alert(1)</script>">x</a>',
        '<iframe src="https://x"></iframe>',
        '<form action="https://x"><input name=a><button>b</button></form>',
        '<meta http-equiv="refresh" content="0;url=https://x">',
        '<link rel=stylesheet href="https://x">',
        "<style>body{background:url(https://x)}</style>",
        '<div style="position:fixed;top:0;left:0;width:100%;height:100%">x</div>',
        '<p style="background:url(https://x)">x</p>',
        '<p style="color:red;background-image:url(https://x)">x</p>',
        '<table background="https://x"><tr><td background="https://x">x</td></tr></table>',
        '<video src="https://x" autoplay></video>',
        '<object data="https://x"></object>',
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        '<img src="https://x/pixel.gif">',
        '<img srcset="https://x/pixel.gif 1x" src="cid:a">',
        '<base href="https://x">',
    ],
)
def test_nothing_runs_loads_or_covers(html: str) -> None:
    shown = sanitise(html).html.lower()
    assert not re.search(r"<(script|iframe|form|input|meta|link|style|video|object|base|svg|math)", shown)
    assert not re.search(r"\son\w+=|javascript:|position|url\(|\ssrc=.?http|srcset|background=", shown)
    assert 'href="data:' not in shown


def test_links_open_apart_and_tell_nothing() -> None:
    shown = sanitise('<a href="https://x.se/?a=1&b=2">x</a>').html
    assert 'rel="noopener noreferrer nofollow"' in shown
    assert 'target="_blank"' in shown


def test_ordinary_looks_stay() -> None:
    cells = '<table><tr><td bgcolor="#eee">1</td></tr></table>'
    shown = sanitise(f'<p style="color: red"><b>Hej</b> <font color="blue">å</font></p>{cells}').html
    for part in ("color:", "<b>Hej</b>", 'color="blue"', 'bgcolor="#eee"'):
        assert part in shown


def test_remote_images_wait_to_be_asked_for() -> None:
    safe = sanitise('<img src="https://x.se/a.png?u=1&amp;v=2" alt="Logga"><img src="http://y.se/b">')
    assert safe.remote_images == 2
    assert " src=" not in safe.html
    assert ' src="https://x.se/a.png?u=1&amp;v=2"' in with_remote_images(safe.html)


def test_inline_images_get_their_address() -> None:
    safe = sanitise('<img src="cid:logo@x"><img src="CID:b"><img src="cid:missing">')
    assert safe.content_ids == ("logo@x", "b", "missing")
    addresses = {"logo@x": '/files/1?"', "b": "/files/2"}
    shown = with_inline_images(safe.html, addresses.get)
    assert 'src="/files/1?&quot;"' in shown
    assert 'src="/files/2"' in shown
    assert shown.count(" src=") == 2


def test_a_forged_mark_is_no_way_in() -> None:
    assert "data-remote" not in sanitise('<img data-remote="https://x" data-content-id="a">').html


def test_too_much_nesting_is_shown_as_text() -> None:
    safe = sanitise("<div>" * 50_000 + "Hej <b>du</b>")
    assert safe.truncated
    assert safe.html.startswith("<pre>")
    assert "Hej" in safe.html


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Hej</p><p>d&aring;</p>", "Hej\n\ndå"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("<ul><li>a<li>b</ul>", "- a\n- b"),
        ('<a href="https://x.se/">x.se</a>', "x.se"),
        ('<a href="https://x.se/a">här</a>', "här <https://x.se/a>"),
        ('<a href="mailto:a@b.se">a@b.se</a>', "a@b.se"),
        ("<blockquote>q<blockquote>qq</blockquote></blockquote>svar", "> q\n>> qq\n>\nsvar"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("<title>t</title><style>s</style>x", "x"),
        ("  a \n b  ", "a b"),
        ('<img alt="Logga" src="cid:x">', "[Logga]"),
        ("", ""),
    ],
)
def test_text_of_html(html: str, text: str) -> None:
    assert text_of(html) == text


@given(st.text(alphabet="<>/abdiv p=\"'&;!-x \n", max_size=200))
def test_nothing_makes_it_fail(html: str) -> None:
    sanitise(html)
    text_of(html)

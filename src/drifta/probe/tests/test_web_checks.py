"""HTTP and certificates against real servers."""

import asyncio
import ssl

import pytest
from aiohttp import web
from aiosmtpd.smtp import SMTP
from pydantic import ValidationError

from drifta.probe.check import Result, State
from drifta.probe.checks.http import HttpSettings
from drifta.probe.tests.conftest import measure, run
from drifta.probe.tests.peers import Authority, imap_server, listen, says


async def _who(request: web.Request) -> web.Response:
    return web.Response(text=f"{request.method} {request.headers.get('Authorization')} {await request.text()}")


def application() -> web.Application:
    app = web.Application()

    async def welcome(_request: web.Request) -> web.Response:
        return web.Response(text="Välkommen till Drifta")

    async def loop(_request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "/loop"})

    async def status(request: web.Request) -> web.Response:
        return web.Response(status=int(request.match_info["code"]))

    async def redirect(request: web.Request) -> web.Response:
        raise web.HTTPFound(request.query["to"])

    async def chunked(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        response.enable_chunked_encoding()
        await response.prepare(request)
        for part in (b"first ", b"second ", b"third"):
            await response.write(part)
        return response

    app.router.add_get("/", welcome)
    app.router.add_route("*", "/who", _who)
    app.router.add_get("/status/{code}", status)
    app.router.add_get("/to", redirect)
    app.router.add_get("/chunked", chunked)
    app.router.add_get("/loop", loop)
    return app


def get(path: str = "/", tls: ssl.SSLContext | None = None, host: str = "127.0.0.1", **settings: object) -> Result:
    async def go() -> Result:
        runner = web.AppRunner(application(), access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
        base = f"{'https' if tls else 'http'}://{host}:{runner.addresses[0][1]}"
        try:
            return await measure("http", url=base + path.replace("BASE", base), **settings)
        finally:
            await runner.cleanup()

    return run(go())


def test_a_page_that_answers() -> None:
    result = get(contains="Välkommen")
    assert (result.state, result.code, result.params) == (State.GOOD, "http.good", {"status": 200})
    assert set(result.metrics) == {"time", "size", "time.connect", "time.first_byte"}
    assert 0 < result.metrics["time.connect"] <= result.metrics["time.first_byte"] <= result.metrics["time"]
    assert result.metrics["size"] == len("Välkommen till Drifta".encode())


@pytest.mark.parametrize(
    ("path", "settings", "code"),
    [
        ("/status/503", {}, "http.status"),
        ("/status/200", {"status": "204, 300-399"}, "http.status"),
        ("/", {"contains": "Welcome"}, "http.text_missing"),
        ("/", {"absent": "Drifta"}, "http.text_unwanted"),
        ("/", {"contains": r"till\s+Dr[aei]fta$", "regular": True}, "http.good"),
        ("/", {"absent": r"\d+ errors", "regular": True}, "http.good"),
        ("/chunked", {"contains": "first second third"}, "http.good"),
        ("/", {"method": "HEAD"}, "http.good"),
        ("/status/401", {"status": "200-299, 401"}, "http.good"),
        ("/", {"time_warning": 1e-6}, "http.slow"),
        ("/loop", {}, "http.redirects"),
        ("/to?to=ftp://x/", {}, "http.redirect_invalid"),
        ("/to?to=/", {"contains": "Drifta"}, "http.good"),
        ("/to?to=/status/500", {}, "http.status"),
        ("/to?to=/", {"redirects": 0, "status": "302"}, "http.good"),
        ("/to?to=/", {"redirects": 0}, "http.status"),
    ],
)
def test_answers_are_judged(path: str, settings: dict, code: str) -> None:
    assert get(path, **settings).code == code


def test_a_text_that_is_missing_or_unwanted_is_named() -> None:
    assert get(contains="Welcome").params == {"text": "Welcome"}
    assert get(absent="Drifta").params == {"text": "Drifta"}


def test_credentials_headers_and_body_are_sent() -> None:
    basic = get("/who", username="dag", password="hunter2", contains="GET Basic ZGFnOmh1bnRlcjI=")
    bearer = get("/who", token="abc", contains="GET Bearer abc")
    post = get("/who", method="POST", body="blåbær", headers=["X-A: b"], contains="POST None blåbær")
    assert [one.code for one in (basic, bearer, post)] == ["http.good"] * 3


def test_credentials_do_not_follow_to_another_host() -> None:
    """127.0.0.1 sends on to localhost: another origin."""

    async def go() -> Result:
        app = application()
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        port = runner.addresses[0][1]
        url = f"http://127.0.0.1:{port}/to?to=http://localhost:{port}/who"
        try:
            return await measure("http", url=url, username="dag", password="x", contains="GET None")
        finally:
            await runner.cleanup()

    assert run(go()).code == "http.good"


def test_what_is_not_http_is_said() -> None:
    async def go() -> Result:
        async with listen(says(b"SSH-2.0-OpenSSH_9.2\r\n")) as port:
            return await measure("http", url=f"http://127.0.0.1:{port}/")

    assert run(go()).code == "http.not_http"


def test_an_answer_that_breaks_off_is_said() -> None:
    async def go() -> Result:
        async with listen(says(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")) as port:
            return await measure("http", url=f"http://127.0.0.1:{port}/")

    assert run(go()).code == "connection.reset"


def test_https_verifies_and_times(trusted: Authority) -> None:
    result = get(tls=trusted.context("localhost"), host="localhost", contains="Drifta")
    assert (result.state, result.code) == (State.GOOD, "http.good")
    assert result.metrics["time.tls"] > 0


def test_https_that_is_not_trusted(authority: Authority) -> None:
    context = authority.context("127.0.0.1")
    assert get(tls=context).code == "tls.untrusted"
    assert get(tls=context, verify=False).code == "http.good"


@pytest.mark.parametrize(
    "settings",
    [
        {"url": "ftp://x/"},
        {"url": "http://x/", "status": "2xx"},
        {"url": "http://x/", "headers": ["no colon"]},
        {"url": "http://x/", "headers": ["A: b\r\nC: d"]},
        {"url": "http://x/", "token": "a\nb"},
        {"url": "http://x/", "regular": True, "contains": "(a+)+"},
        {"url": "http://x/", "time_warning": 5, "time_bad": 1},
    ],
)
def test_wrong_settings_are_refused(settings: dict) -> None:
    with pytest.raises(ValidationError):
        HttpSettings.model_validate(settings)


# -- certificates ----------------------------------------------------------------------------------------------


def look(context: ssl.SSLContext, host: str = "localhost", **settings: object) -> Result:
    async def go() -> Result:
        async with listen(says(b"", wait=True), tls=context) as port:
            return await measure("tls", host=host, port=port, **settings)

    return run(go())


def test_a_good_certificate(trusted: Authority) -> None:
    result = look(trusted.context("localhost", last_day=60.5))
    assert (result.state, result.code) == (State.GOOD, "tls.good")
    assert result.params["issuer"] == "Lab Authority"
    assert result.params["days"] == 60
    assert result.metrics["days_left"] == pytest.approx(60.5, abs=0.01)


@pytest.mark.parametrize(("days", "state"), [(20.5, State.WARNING), (6.5, State.BAD), (22, State.GOOD)])
def test_the_end_comes_nearer(trusted: Authority, days: float, state: State) -> None:
    assert look(trusted.context("localhost", last_day=days)).state == state


def test_expired_not_yet_valid_and_wrong_name(trusted: Authority) -> None:
    expired = look(trusted.context("localhost", first_day=-30, last_day=-1))
    assert (expired.state, expired.code) == (State.BAD, "tls.expired")
    assert expired.metrics["days_left"] < 0
    assert look(trusted.context("localhost", first_day=2)).code == "tls.not_yet"
    wrong = look(trusted.context("mail.example.org", "192.0.2.1"))
    assert (wrong.code, wrong.params["names"]) == ("tls.name", "mail.example.org, 192.0.2.1")
    named = look(trusted.context("mail.example.org"), server_name="mail.example.org")
    assert named.code == "tls.good"


def test_an_authority_that_nobody_knows(authority: Authority) -> None:
    context = authority.context("localhost")
    assert look(context).code == "tls.untrusted"
    assert look(context, trusted=False).code == "tls.good"
    wrong = authority.context("other.example")
    assert look(wrong, trusted=False).code == "tls.name"


def test_an_old_protocol_is_a_warning(trusted: Authority) -> None:
    context = trusted.context("localhost")
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    assert look(context).code == "tls.good"
    result = look(context, minimum="TLSv1.3")
    assert (result.state, result.params["protocol"]) == (State.WARNING, "TLSv1.2")


def test_no_tls_at_all(trusted: Authority) -> None:
    async def go() -> Result:
        async with listen(says(b"220 plain text\r\n")) as port:
            return await measure("tls", host="localhost", port=port)

    assert run(go()).code in ("tls.failed", "connection.reset")


def test_starttls_of_a_mail_server(trusted: Authority) -> None:
    async def go(context: ssl.SSLContext | None) -> Result:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: SMTP(None, hostname="mail", tls_context=context, loop=loop), "127.0.0.1", 0
        )
        port = server.sockets[0].getsockname()[1]
        try:
            return await measure("tls", host="localhost", port=port, starttls="smtp")
        finally:
            server.close()

    assert run(go(trusted.context("localhost"))).code == "tls.good"
    assert run(go(None)).code == "tls.starttls"


def test_starttls_of_imap(trusted: Authority) -> None:
    async def go() -> Result:
        async with listen(imap_server(trusted.context("localhost"))) as port:
            return await measure("tls", host="localhost", port=port, starttls="imap")

    assert run(go()).code == "tls.good"

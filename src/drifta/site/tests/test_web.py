"""The web process with a small application: limits, slow clients, numbers of requests, clean stop."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import pytest

SERVER = """
import asyncio, socket, sys, threading, time
from drifta.site.web import server as web
from drifta.site.web import protocol as web_protocol

web.LARGEST_BODY = 1_000_000
web.THREADS = 2
web.CLEAN_STOP = 600
if "hasty-head" in sys.argv:
    web_protocol.SLOWEST_HEAD = 0.5
if "hasty-body" in sys.argv:
    web.SLOWEST_PAUSE = 0.5

def django(environ, start_response):
    body = environ["wsgi.input"].read()
    if environ["PATH_INFO"] == "/slow":
        print("begun", flush=True)
        time.sleep(0.7)
    if environ["PATH_INFO"] == "/large":
        start_response("200 OK", [])
        return (b"x" * 65536 for _ in range(2000))
    start_response("200 OK", [("content-type", "text/plain")])
    return [f"{len(body)} {environ.get('HTTP_X_REQUEST_ID')} {threading.active_count()}".encode()]

async def live(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"open", "more_body": True})
    await asyncio.sleep(600)

listening = socket.create_server(("127.0.0.1", 0))
print(listening.getsockname()[1], flush=True)
web.serve(web.Shell(django, {"/live": live}), [listening], "127.0.0.1")
"""


#: Seconds that an answer may take on a busy machine.
PATIENCE = 60


@dataclass
class Server:
    """A running server and its port."""

    process: subprocess.Popen[str]
    port: int

    def ask(
        self, path: str = "/", body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes, http.client.HTTPMessage]:
        """Send one request; returns status, body and headers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request("POST" if body is not None else "GET", path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers

    def connect(self) -> socket.socket:
        """Open a bare connection."""
        return socket.create_connection(("127.0.0.1", self.port), PATIENCE)


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Return a running server; it has the patience of a real one unless a test says where it shall have little."""
    words = [str(request.param)] if hasattr(request, "param") else []
    process = subprocess.Popen([sys.executable, "-c", SERVER, *words], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    yield Server(process, int(process.stdout.readline()))
    process.kill()
    process.communicate()


def test_every_answer_has_the_number_that_django_saw(server: Server) -> None:
    status, body, headers = server.ask()
    assert status == 200
    assert body.split()[1].decode() == headers["x-request-id"]
    assert len(headers["x-request-id"]) == 32


def test_a_proxy_may_number_requests_but_not_with_anything(server: Server) -> None:
    assert server.ask(headers={"X-Request-Id": "edge-0001"})[2]["x-request-id"] == "edge-0001"
    assert server.ask(headers={"X-Request-Id": "a b<script>"})[2]["x-request-id"] != "a b<script>"


def test_a_body_arrives_whole(server: Server) -> None:
    assert server.ask(body=b"x" * 900_000)[1].split()[0] == b"900000"


def test_a_body_that_is_too_large_is_refused(server: Server) -> None:
    status, body, headers = server.ask(headers={"Content-Length": "2000000"})
    assert (status, headers["content-type"]) == (413, "application/problem+json")
    assert b"at most" in body
    assert headers["x-request-id"]


def test_a_body_without_length_is_counted(server: Server) -> None:
    with server.connect() as client:
        client.sendall(b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n")
        try:
            for _ in range(20):
                client.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")
        except OSError:
            pass
        assert b" 413 " in client.recv(200)


def test_a_head_that_is_too_large_is_refused(server: Server) -> None:
    with server.connect() as client:
        with suppress(OSError):  # the server may have answered and closed before it has got everything
            client.sendall(b"GET / HTTP/1.1\r\nhost: x\r\na: " + b"b" * 70_000 + b"\r\n\r\n")
        assert b" 431 " in client.recv(200)


def is_let_go(client: socket.socket) -> bool:
    """Wait until the server ends a connection; whether it says nothing before."""
    try:
        return client.recv(10) == b""
    except ConnectionError:
        return True


@pytest.mark.parametrize("server", ["hasty-head"], indirect=True)
def test_clients_that_say_nothing_are_let_go(server: Server) -> None:
    with server.connect() as silent, server.connect() as half:
        with suppress(OSError):  # it may have been let go already
            half.sendall(b"GET / HTTP/1.1\r\nhost")
        assert is_let_go(silent)
        assert is_let_go(half)


@pytest.mark.parametrize("server", ["hasty-body"], indirect=True)
def test_a_body_that_stops_in_the_middle_holds_no_thread(server: Server) -> None:
    head = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf"
    clients = [server.connect() for _ in range(8)]
    for client in clients:
        client.sendall(head)
    assert server.ask()[0] == 200
    assert all(b" 408 " in client.recv(200) for client in clients)


@pytest.mark.slow
@pytest.mark.parametrize("server", ["hasty-body"], indirect=True)
def test_clients_that_do_not_read_hold_no_thread_for_long(server: Server) -> None:
    clients = [server.connect() for _ in range(4)]
    for client in clients:
        client.sendall(b"GET /large HTTP/1.1\r\nhost: x\r\n\r\n")
    assert server.ask()[0] == 200
    for client in clients:
        client.close()


@pytest.mark.slow
def test_a_clean_stop_finishes_requests_and_ends_streams(server: Server) -> None:
    answers: list[int] = []
    slow = threading.Thread(target=lambda: answers.append(server.ask("/slow")[0]))
    slow.start()
    assert server.process.stdout is not None
    assert server.process.stdout.readline() == "begun\n"
    with server.connect() as stream:
        stream.sendall(b"GET /live HTTP/1.1\r\nhost: x\r\n\r\n")
        received = b""
        while b"open" not in received:
            received += stream.recv(1000)
        server.process.send_signal(signal.SIGTERM)
        slow.join()
        assert server.process.wait(PATIENCE) == 0
    assert answers == [200]

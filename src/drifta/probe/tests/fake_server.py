"""A server that speaks docs/formats/probe-protocol.md and keeps what it was given: for tests and benchmarks."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from drifta.probe.batch import Body, Malformed, decode

KEY = "probe-key-for-tests"


def problem(status: int, name: str, **headers: str) -> web.Response:
    """Return problem details (RFC 9457)."""
    body = {"type": f"urn:drifta:probe:{name}", "title": name, "status": status, "detail": name}
    return web.json_response(body, status=status, content_type="application/problem+json", headers=headers)


class FakeServer:
    """Stores each (journal, sequence) once. Faults: ``fail`` = (status, times), ``lose_answers`` = times."""

    def __init__(self) -> None:
        self.key = KEY
        self.bodies: dict[tuple[str, int], Body] = {}
        self.duplicates = 0
        self.hellos: list[dict[str, Any]] = []
        self.ages: list[int] = []
        self.reports: list[dict[str, Any]] = []
        self.rows = 0
        self.size = 0
        self.created_at = 0
        self.acknowledged: dict[str, int] = {}
        self.checks: list[dict[str, Any]] = []
        self.revision = 0
        self.clock_offset = 0.0
        self.refresh = False
        self.fail: list[web.Response] = []
        self.lose_answers = 0
        self._changed = asyncio.Event()
        self._arrived = asyncio.Event()

    def assign(self, *checks: dict[str, Any]) -> None:
        """Replace the assignments and wake long polls."""
        self.checks = [{"version": 1, "interval": 60, "timeout": 5, **check} for check in checks]
        self.revision += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def until(self, condition: Any, seconds: float = 120.0) -> None:
        """Wait until ``condition()`` holds after some batch; raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while not condition():
                self._arrived.clear()
                await self._arrived.wait()

    def application(self) -> web.Application:
        """Return the web application."""
        application = web.Application(client_max_size=64 << 20)
        application.router.add_post("/probe/v1/hello", self._hello)
        application.router.add_get("/probe/v1/assignments", self._assignments)
        application.router.add_post("/probe/v1/results", self._results)
        return application

    def _now(self) -> int:
        return int((time.time() + self.clock_offset) * 1000)

    def _refused(self, request: web.Request) -> web.Response | None:
        if request.headers.get("Authorization") != f"Bearer {self.key}":
            return problem(401, "key")
        return None

    async def _hello(self, request: web.Request) -> web.Response:
        refused = self._refused(request)
        if refused is not None:
            return refused
        hello = await request.json()
        self.hellos.append(hello)
        self._arrived.set()
        return web.json_response(
            {
                "probe": 3,
                "name": "Oslo",
                "server_time": self._now(),
                "acknowledged": self.acknowledged.get(hello["journal"], 0),
                "refresh": self.refresh,
            }
        )

    async def _assignments(self, request: web.Request) -> web.Response:
        refused = self._refused(request)
        if refused is not None:
            return refused
        if request.headers.get("If-None-Match") == f'"{self.revision}"':
            changed = self._changed
            try:
                await asyncio.wait_for(changed.wait(), float(request.query.get("wait", 0)))
            except TimeoutError:
                return web.Response(status=304)
        answer = {
            "revision": str(self.revision),
            "full": True,
            "server_time": self._now(),
            "checks": self.checks,
        }
        return web.json_response(answer, headers={"ETag": f'"{self.revision}"'})

    async def _results(self, request: web.Request) -> web.Response:
        refused = self._refused(request)
        if refused is not None:
            return refused
        data = await request.read()
        if self.fail:
            return self.fail.pop(0)
        self.ages.append(int(request.headers["Drifta-Probe-Age"]))
        try:
            body = decode(data)
        except Malformed:
            return problem(400, "malformed")
        self._store(body, len(data))
        if self.lose_answers:
            self.lose_answers -= 1
            assert request.transport is not None
            request.transport.abort()
        answer = {"journal": body.journal, "acknowledged": self.acknowledged[body.journal]}
        return web.json_response(answer | {"server_time": self._now()})

    def _store(self, body: Body, size: int) -> None:
        last = self.acknowledged.get(body.journal, 0)
        if body.sequence <= last:
            self.duplicates += 1
            assert (body.journal, body.sequence) in self.bodies, "an acknowledged batch that was never stored"
        else:
            self.bodies[body.journal, body.sequence] = body
            self.acknowledged[body.journal] = body.sequence
            self.rows += body.rows
            self.size += size
            self.created_at = body.created_at
            if body.probe is not None:
                self.reports.append(body.probe)
        self._arrived.set()


@asynccontextmanager
async def serve(server: FakeServer, port: int = 0, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """Serve on loopback; yield the base URL."""
    runner = web.AppRunner(server.application(), access_log=None, shutdown_timeout=0.1, auto_decompress=False)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port, ssl_context=tls, reuse_address=True)
    await site.start()
    number = runner.addresses[0][1]
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{number}"
    finally:
        await runner.cleanup()

"""The office's web application: notices, kept in PostgreSQL. Runs on its machine with Debian's Python and psycopg2.

GET / lists the notices, POST / adds one (field ``text``), GET /health asks the database for a sign of life.
"""

from __future__ import annotations

import html
import os
import socketserver
import sys
import urllib.parse
import wsgiref.simple_server
from collections.abc import Callable, Iterable
from typing import Any

import psycopg2

PAGE = "<!doctype html><meta charset=utf-8><title>Intranet</title><h1>Anslagstavlan</h1><ul>{}</ul>"
Start = Callable[[str, list[tuple[str, str]]], object]


class Server(socketserver.ThreadingMixIn, wsgiref.simple_server.WSGIServer):
    """One thread for each request."""

    daemon_threads = True


def ask(statement: str, *values: str) -> list[tuple[Any, ...]]:
    """Run one statement on a connection of its own, and return its rows."""
    connection = psycopg2.connect(os.environ["DATABASE"])
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = '3s'")
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def application(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
    """Answer one request; without the database the answer is 503 and says why."""
    try:
        status, text = "200 OK", answer(environ)
    except psycopg2.Error as error:
        print(f"database: {error}", file=sys.stderr, flush=True)
        status, text = "503 Service Unavailable", f"<h1>Databasen svarar inte</h1><pre>{html.escape(str(error))}</pre>"
    start(status, [("Content-Type", "text/html; charset=utf-8")])
    return [text.encode()]


def answer(environ: dict[str, Any]) -> str:
    """The page for one request."""
    if environ["PATH_INFO"] == "/health":
        return str(ask("SELECT 'alive'")[0][0])
    if environ["REQUEST_METHOD"] == "POST":
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode()
        ask("INSERT INTO notice (text) VALUES (%s)", urllib.parse.parse_qs(body)["text"][0])
    rows = ask("SELECT text FROM notice ORDER BY id DESC LIMIT 50")
    return PAGE.format("".join(f"<li>{html.escape(text)}</li>" for (text,) in rows))


def main() -> None:
    """Make the table, then serve for ever."""
    ask("CREATE TABLE IF NOT EXISTS notice (id bigserial PRIMARY KEY, text text NOT NULL)")
    with wsgiref.simple_server.make_server("127.0.0.1", 8000, application, Server) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()

"""Clients that do not give up: they send again until they are told that it was done, as mail programs do."""

import http.client
import json
import smtplib
import threading
import time
from collections.abc import Callable, Mapping
from email.message import EmailMessage

#: Seconds between attempts, and how long somebody goes on trying.
PAUSE, STAMINA = 0.1, 240


def mail_until_accepted(port: int, mails: list[EmailMessage]) -> None:
    """Hand over each mail until the listener has confirmed it; a broken connection means the same mail again."""
    end = time.monotonic() + STAMINA
    waiting = list(mails)
    while waiting:
        try:
            with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
                while waiting:
                    client.send_message(waiting[0])
                    waiting.pop(0)
        except (OSError, smtplib.SMTPException):
            assert time.monotonic() < end, f"{len(waiting)} mails were not taken"
            time.sleep(PAUSE)


def post_until_answered(port: int, path: str, token: str, key: str, values: Mapping[str, object]) -> int:
    """POST with an idempotency key until an answer comes; returns its status."""
    end = time.monotonic() + STAMINA
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": key}
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            connection.request("POST", path, json.dumps(values), headers)
            status = connection.getresponse().status
            if status not in (409, 429, 500, 502, 503):
                return status
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        assert time.monotonic() < end, f"{path} was not answered"
        time.sleep(PAUSE)


class Crowd:
    """Several clients at the same time; an error of one is told when they are waited for."""

    def __init__(self, tasks: list[Callable[[], object]]) -> None:
        self.errors: list[BaseException] = []
        self.threads = [threading.Thread(target=self._run, args=(task,), daemon=True) for task in tasks]
        for thread in self.threads:
            thread.start()

    def _run(self, task: Callable[[], object]) -> None:
        try:
            task()
        except BaseException as error:
            self.errors.append(error)

    def wait(self) -> None:
        """Wait until all are done."""
        for thread in self.threads:
            thread.join(STAMINA + 30)
        assert not self.errors, self.errors
        assert not any(thread.is_alive() for thread in self.threads), "a client still waits"

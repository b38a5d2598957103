"""The settings of the processes: every one is a flag, or a ``DRIFTA_*`` variable that the flag overrides."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from drifta.words import gettext_noop as _
from drifta.words import translate

THIS_MACHINE = "127.0.0.1,::1"
EVERY_ADDRESS = {"", "0.0.0.0", "::"}  # noqa: S104 - compared with, not bound to


@dataclass(frozen=True)
class Options:
    """What every command knows; ports are TCP ports, ``database_url`` is empty for the embedded one."""

    data: Path
    host: str = "127.0.0.1"
    port: int = 8000
    smtp_host: str = "127.0.0.1"
    smtp_port: int = 2525
    lmtp: str = ""
    database_url: str = ""
    url: str = ""
    hosts: str = ""
    trusted_proxies: str = THIS_MACHINE
    time_zone: str = "Europe/Stockholm"
    master_key_file: Path | None = None
    signing_key_file: Path | None = None
    demo: bool = False

    @property
    def key_files(self) -> dict[str, Path]:
        """Where the keys are, by their names in a backup and below the data directory."""
        told = {"keys/master.key": self.master_key_file, "keys/signing.key": self.signing_key_file}
        return {name: path or self.data / name for name, path in told.items()}

    @property
    def is_reachable_locally(self) -> bool:
        """Whether the web process also listens on the loopback address."""
        return self.host in EVERY_ADDRESS or self.host.startswith("127.") or self.host in ("localhost", "::1")

    @property
    def local_url(self) -> str:
        """Address of the web process as seen from this machine, without a final slash."""
        host = "127.0.0.1" if self.host in EVERY_ADDRESS else self.host
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def public_url(self) -> str:
        """Address that people use, without a final slash."""
        return (self.url or self.local_url).rstrip("/")

    def environment(self, database_url: str) -> dict[str, str]:
        """The variables by which the Django settings learn of these options."""
        return {
            "DRIFTA_DATA": str(self.data),
            "DRIFTA_DATABASE_URL": database_url,
            "DRIFTA_MASTER_KEY_FILE": str(self.key_files["keys/master.key"]),
            "DRIFTA_SIGNING_KEY_FILE": str(self.key_files["keys/signing.key"]),
            "DRIFTA_URL": self.public_url,
            "DRIFTA_HOSTS": self.hosts,
            "DRIFTA_TIME_ZONE": self.time_zone,
            "DRIFTA_HOST": self.host,
            "DRIFTA_PORT": str(self.port),
            "DRIFTA_SMTP_HOST": self.smtp_host,
            "DRIFTA_SMTP_PORT": str(self.smtp_port),
            "DRIFTA_LMTP": self.lmtp,
        }


def port(text: str) -> int:
    """A TCP port from ``text``; raises ``ValueError`` outside 1 to 65535."""
    number = int(text)
    if not 1 <= number <= 65535:
        raise ValueError(text)
    return number


def directory(text: str) -> Path:
    """An absolute path from ``text``; ``~`` is the home directory."""
    return Path(text).expanduser().absolute()


def optional_file(text: str) -> Path | None:
    """An absolute path from ``text``, or nothing when it is empty."""
    return directory(text) if text else None


def time_zone(text: str) -> str:
    """The name of a time zone (IANA); raises ``ValueError`` for one that is unknown."""
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError(text) from error


def add_setting(
    parser: argparse.ArgumentParser, flag: str, default: str, read: Callable[[str], object], words: str
) -> None:
    """Add ``flag`` to ``parser``; its default is the variable of the same name (``DRIFTA_SMTP_PORT``)."""
    variable = "DRIFTA_" + flag.removeprefix("--").upper().replace("-", "_")
    current = os.environ.get(variable) or default
    metavar = variable.removeprefix("DRIFTA_")
    parser.add_argument(flag, default=current, type=read, metavar=metavar, help=translate(words))


def add_place(parser: argparse.ArgumentParser) -> None:
    """Add the settings that say where the data are."""
    add_setting(parser, "--data", "var", directory, _("directory for everything Drifta stores"))
    add_setting(parser, "--database-url", "", str, _("a PostgreSQL server instead of the embedded one"))
    add_setting(parser, "--url", "", str, _("address that people use, if another than host and port"))
    add_setting(parser, "--time-zone", "Europe/Stockholm", time_zone, _("time zone of pages and mails"))
    for name, words in (
        ("master", _("file with the master key, if not keys/master.key below the data directory")),
        ("signing", _("file with the signing key, if not keys/signing.key below the data directory")),
    ):
        add_setting(parser, f"--{name}-key-file", "", optional_file, words)


def add_listeners(parser: argparse.ArgumentParser) -> None:
    """Add the settings that say where Drifta listens."""
    add_setting(parser, "--host", "127.0.0.1", str, _("address to listen on for browsers"))
    add_setting(parser, "--port", "8000", port, _("port to listen on for browsers"))
    add_setting(parser, "--hosts", "", str, _("more names under which browsers may come, with commas between"))
    words = _("addresses of proxies that are believed when they name the client, with commas between")
    add_setting(parser, "--trusted-proxies", THIS_MACHINE, str, words)
    add_setting(parser, "--smtp-host", "127.0.0.1", str, _("address to listen on for mail"))
    add_setting(parser, "--smtp-port", "2525", port, _("port to listen on for mail"))
    add_setting(parser, "--lmtp", "", str, _("listen for mail by LMTP too: path of a socket, or HOST:PORT"))


def options_of(arguments: argparse.Namespace) -> Options:
    """Collect the settings that the command has."""
    names = [field.name for field in fields(Options)]
    return Options(**{name: getattr(arguments, name) for name in names if hasattr(arguments, name)})

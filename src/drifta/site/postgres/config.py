"""Settings of the embedded PostgreSQL: durable, at home on a small machine, quick on a larger one."""

from __future__ import annotations

import os
from pathlib import Path

MEGABYTE = 1024 * 1024


def configuration(sockets: Path, *, durable: bool, memory: int | None = None) -> str:
    """Text of ``drifta.conf`` for a machine with ``memory`` bytes (default: this one).

    It is written anew at every start; a ``local.conf`` beside it is read afterwards and never touched.
    """
    values = _common(sockets) | _sizes(memory or machine_memory()) | ({} if durable else _FORGETFUL)
    lines = [f"{name} = {_quoted(value)}" for name, value in sorted(values.items())]
    return (
        "# Written by Drifta at every start. Put changes into local.conf beside this file.\n" + "\n".join(lines) + "\n"
    )


def map_of_names(names: list[str]) -> str:
    """Text of ``pg_ident.conf``: each of the operating system users ``names`` may be any role."""
    return "".join(f'drifta "{name}" all\n' for name in names)


def machine_memory() -> int:
    """Bytes of memory of this machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _common(sockets: Path) -> dict[str, str]:
    return {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "lc_messages": "C",
        "log_checkpoints": "off",
        "log_line_prefix": "%m [%p] ",
        "jit": "off",
        "io_workers": "2",
        "wal_level": "replica",
        "wal_compression": "on",
        "checkpoint_timeout": "15min",
        "random_page_cost": "1.1",
        "effective_io_concurrency": "64",
        # Job and session rows live for seconds: clean up often, a little at a time.
        "autovacuum_naptime": "15s",
        "autovacuum_vacuum_scale_factor": "0.05",
        "autovacuum_vacuum_insert_scale_factor": "0.1",
        "autovacuum_analyze_scale_factor": "0.05",
        "autovacuum_vacuum_cost_limit": "1000",
        "idle_in_transaction_session_timeout": "10min",
        "client_connection_check_interval": "5s",
    }


def _sizes(memory: int) -> dict[str, str]:
    shared = min(max(memory // 16, 64 * MEGABYTE), 1024 * MEGABYTE)
    work = min(max(memory // 512, 4 * MEGABYTE), 32 * MEGABYTE)
    return {
        "shared_buffers": _megabytes(shared),
        "work_mem": _megabytes(work),
        "maintenance_work_mem": _megabytes(min(max(memory // 32, 64 * MEGABYTE), 512 * MEGABYTE)),
        "effective_cache_size": _megabytes(memory // 2),
        "max_wal_size": "1GB",
        "min_wal_size": "80MB",
    }


_FORGETFUL = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "checkpoint_timeout": "1h",
    "shared_buffers": "64MB",
}


def _megabytes(size: int) -> str:
    return f"{size // MEGABYTE}MB"


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"

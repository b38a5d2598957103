"""The process that takes mail in: SMTP, LMTP and mailboxes. It stores; everything else is a job in the worker."""

import asyncio
import logging
import os
import signal
from functools import partial

from drifta.channels import mailboxes, queries, smtp
from drifta.channels.recipients import Recipients
from drifta.channels.settings import MailSettings
from drifta.channels.storing import Store, in_thread
from drifta.kernel import settings

log = logging.getLogger(__name__)

#: How often settings and mailboxes are looked at anew.
REFRESH_SECONDS = 3.0


def run() -> None:
    """Run until told to stop (SIGTERM, SIGINT). What is not confirmed by then, its sender tries again."""
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    asyncio.run(_run())


async def _run() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop.set)
    store = Store()
    options: dict[str, object] = {"hostname": queries.host_name(), "size_limit": 0, "tls": None}
    recipients = Recipients()
    await _refresh(options, recipients)
    committing = asyncio.create_task(store.run())
    servers = await _listen(store, recipients, options)
    watchers = mailboxes.Watchers(store, loop)
    refreshing = asyncio.create_task(_keep_fresh(options, recipients, watchers))
    await stop.wait()
    for server in servers:
        server.close()
    refreshing.cancel()
    await asyncio.to_thread(watchers.stop)
    committing.cancel()


async def _listen(store: Store, recipients: Recipients, options: dict[str, object]) -> list[asyncio.Server]:
    loop = asyncio.get_running_loop()
    host, port = os.environ.get("DRIFTA_SMTP_HOST", "127.0.0.1"), int(os.environ.get("DRIFTA_SMTP_PORT", "2525"))
    servers = [
        await loop.create_server(smtp.factory(store, recipients, "smtp", options), host or None, port, backlog=512)
    ]
    lmtp = os.environ.get("DRIFTA_LMTP", "")
    if lmtp:
        servers.append(await _listen_lmtp(loop, lmtp, smtp.factory(store, recipients, "lmtp", options)))
    return servers


async def _listen_lmtp(loop: asyncio.AbstractEventLoop, place: str, factory: smtp.Factory) -> asyncio.Server:
    """Listen for LMTP on a socket in the file system (a path) or on ``host:port``."""
    if "/" in place:
        return await loop.create_unix_server(factory, place)
    host, _, port = place.rpartition(":")
    return await loop.create_server(factory, host or "127.0.0.1", int(port))


async def _refresh(options: dict[str, object], recipients: Recipients) -> None:
    await recipients.refresh()
    values = await in_thread(partial(settings.get, MailSettings))
    options["size_limit"] = values.size_limit_mb * 1024 * 1024
    options["tls"] = await asyncio.to_thread(smtp.tls_context, values.tls_certificate, values.tls_key)


async def _keep_fresh(options: dict[str, object], recipients: Recipients, watchers: mailboxes.Watchers) -> None:
    """Follow the settings, and start and stop the mailboxes' watchers."""
    while True:
        try:
            await _refresh(options, recipients)
            accounts, poll_seconds = await in_thread(queries.mailbox_accounts)
            await asyncio.to_thread(watchers.follow, accounts, poll_seconds)
        except Exception:
            log.exception("The mail settings could not be read; the intake goes on with those it has")
        await asyncio.sleep(REFRESH_SECONDS)

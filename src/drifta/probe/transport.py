"""TLS contexts for the client side; they are costly to make, hence kept."""

import ssl
from functools import lru_cache


@lru_cache(maxsize=8)
def client_context(verify: bool, ca_file: str | None = None) -> ssl.SSLContext:
    """Return a context that verifies chain and name, against ``ca_file`` if given, or one that verifies nothing."""
    context = ssl.create_default_context(cafile=ca_file)
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


@lru_cache(maxsize=2)
def lenient_context(verify: bool) -> ssl.SSLContext:
    """Return a context for looking at servers: it speaks old protocols too, so that they can be told about."""
    context = client_context.__wrapped__(verify)
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context

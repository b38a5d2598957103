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

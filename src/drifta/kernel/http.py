"""The request as views see it: with the one who acts on it."""

from django.http import HttpRequest

from drifta.kernel.actor import Actor


class Request(HttpRequest):
    """A request that has been through the middleware; ``csp_nonce`` lets the page carry a script or a style."""

    actor: Actor
    csp_nonce: str
    request_id: str

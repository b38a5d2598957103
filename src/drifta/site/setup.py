"""The first set-up: the one-time link, then three steps that can be skipped."""

from django.http import HttpRequest, HttpResponse


def begin(request: HttpRequest, token: str) -> HttpResponse:
    """Open the one-time link."""
    return HttpResponse("setup")


def resume(request: HttpRequest) -> HttpResponse:
    """Go on."""
    return HttpResponse("setup")


def step(request: HttpRequest, step: str) -> HttpResponse:
    """Show a step."""
    return HttpResponse("setup")

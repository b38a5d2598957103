"""Whether Drifta is alive and ready, and its measures in Prometheus' text format."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from drifta.kernel.permissions import may
from drifta.site.health import measures as measuring
from drifta.site.health import readiness


@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """Answer 200 as long as this process answers at all; asks nothing else."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 when everything a person needs works, else 503; names what does not."""
    findings = readiness.examine()
    good = all(finding.good for finding in findings)
    body = {"ready": good, "parts": {finding.part: finding.said for finding in findings}}
    return JsonResponse(body, status=200 if good else 503)


@require_safe
def measures(request: HttpRequest) -> HttpResponse:
    """Answer Prometheus: from this machine, or with the token of somebody who may manage jobs."""
    actor = request.actor  # type: ignore[attr-defined]
    here = request.META.get("REMOTE_ADDR") in ("127.0.0.1", "::1") and "X-Forwarded-For" not in request.headers
    if not here and not may(actor, "jobs.manage"):
        raise PermissionDenied
    return HttpResponse(measuring.text(), content_type="text/plain; version=0.0.4; charset=utf-8")

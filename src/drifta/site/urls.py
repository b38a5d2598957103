"""All addresses: those of the site itself, then each module's, which names whole paths (``tickets/<int:number>/``)."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from drifta.kernel.modules import Module
from drifta.site import views
from drifta.site.api.interface import api
from drifta.site.health import views as health
from drifta.site.pages import log, setup
from drifta.site.pages import settings as settings_pages

handler400 = "drifta.site.web.errors.bad_request"
handler403 = "drifta.site.web.errors.denied"
handler404 = "drifta.site.web.errors.missing"
handler500 = "drifta.site.web.errors.broken"

site_patterns: list[URLPattern | URLResolver] = [
    path("", views.today, name="today"),
    path("settings/", settings_pages.index, name="settings"),
    path("settings/roles/", settings_pages.roles, name="roles"),
    path("settings/jobs/", settings_pages.failed_jobs, name="jobs"),
    path("settings/jobs/<int:pk>/again/", settings_pages.run_job_again, name="job-again"),
    path("settings/jobs/<int:pk>/discard/", settings_pages.discard_job, name="job-discard"),
    path("settings/about/", settings_pages.about, name="about"),
    path("settings/section/<str:name>/", settings_pages.section, name="settings-section"),
    path("events/", log.event_list, name="events"),
    path("events/verify/", log.verify, name="verify-events"),
    path("setup/address/", setup.address, name="setup-address"),
    path("setup/watch/", setup.watch, name="setup-watch"),
    path("setup/<str:token>/", setup.begin, name="setup"),
    path("setup/<str:token>", setup.begin),
]


def _modules() -> list[URLPattern | URLResolver]:
    """Mount the addresses of every module that has some, under the module's name."""
    found: list[URLPattern | URLResolver] = []
    for config in apps.get_app_configs():
        if isinstance(config, Module) and config.label not in ("site", "ui") and find_spec(f"{config.name}.urls"):
            patterns = import_module(f"{config.name}.urls").urlpatterns
            found.append(path("", include((patterns, config.label))))
    return found


urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("metrics", health.measures),
    path("api/v1/", api.urls),
    # Mail addresses are contact points, so allauth's own pages about them lead to the profile.
    path("account/email/", RedirectView.as_view(pattern_name="people:profile"), name="account_email"),
    path("account/confirm-email/", RedirectView.as_view(pattern_name="people:profile")),
    path("account/", include("allauth.account.urls")),
    path("account/second-factor/", include("allauth.mfa.urls")),
    path("ui/", include("drifta.ui.urls")),
    path("", include((site_patterns, "site"))),
    *_modules(),
]

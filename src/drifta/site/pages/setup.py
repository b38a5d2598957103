"""The first set-up: the one-time link, then what can be skipped: the desk's address, what to watch."""

from django.conf import settings as django_settings
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from drifta.channels import actions as channels
from drifta.channels.settings import MailSettings
from drifta.kernel import settings
from drifta.kernel.actions import Refused
from drifta.kernel.actor import SYSTEM
from drifta.kernel.http import Request
from drifta.kernel.permissions import require
from drifta.monitoring import actions as monitoring
from drifta.people import queries
from drifta.people.models import Person
from drifta.people.sign_in import AccountAdapter
from drifta.site import actions
from drifta.site.forms import AddressForm, FirstForm, WatchForm
from drifta.site.pages import proposals
from drifta.site.pages.proposals import Proposal
from drifta.site.supervisor import invitation
from drifta.ui.form_page import save


@never_cache
def begin(request: Request, token: str) -> HttpResponse:
    """Open the one-time link: who are you, and for whom is this."""
    if not invitation.is_valid(django_settings.DATA_DIR, token):
        return render(request, "site/setup_over.html", {"title": _("This link is over")}, status=410)
    form = FirstForm(request.POST or None)
    made: list[Person] = []
    if save(form, lambda: made.append(actions.set_up(SYSTEM, **form.cleaned_data))):
        invitation.withdraw(django_settings.DATA_DIR)
        AccountAdapter(request).login(request, made[0])
        return redirect("site:setup-address")
    return _page(request, form, 1, _("Welcome to Drifta"))


def address(request: Request) -> HttpResponse:
    """Ask for the mail address of the desk, and for a server that sends."""
    require(request.actor, "settings.change")
    form = AddressForm(request.POST or None)
    if save(form, lambda: _set_address(request, form)):
        return redirect("site:setup-watch")
    return _page(request, form, 2, _("Where do people write to?"), skip="site:setup-watch")


def _set_address(request: Request, form: AddressForm) -> None:
    given = form.cleaned_data
    home = queries.organisation(request.actor.organisation_id or 0)
    assert home is not None
    channels.add_address(
        request.actor, organisation_id=home.pk, address=given["address"], name=given["name"], language=home.language
    )
    if given["smtp_host"]:
        names = ("smtp_host", "smtp_port", "smtp_security")
        settings.change(request.actor, section=MailSettings.section, values={name: given[name] for name in names})


def watch(request: Request) -> HttpResponse:
    """Propose what to watch, and make the checks that are wanted."""
    require(request.actor, "settings.change")
    here = {one.key: one for one in proposals.found_here()}
    form = WatchForm(request.POST or None, choices=[(one.key, one.name) for one in here.values()])
    if save(form, lambda: _set_watch(request, form, here)):
        return redirect("site:today")
    return _page(request, form, 3, _("What shall Drifta watch?"), skip="site:today")


def _set_watch(request: Request, form: WatchForm, here: dict[str, Proposal]) -> None:
    wanted = [here[key] for key in form.cleaned_data["proposals"]]
    for line in form.lines("web"):
        wanted += proposals.of_web(line)
    wanted += [proposals.of_host(line) for line in form.lines("hosts")]
    for one in wanted:
        _make_check(request, one)


def _make_check(request: Request, one: Proposal) -> None:
    try:
        monitoring.create_check(
            request.actor,
            organisation_id=request.actor.organisation_id or 0,
            name=one.name,
            kind=one.kind,
            settings=one.settings,
            interval=one.interval,
        )
    except ValidationError as error:
        raise Refused([f"{one.name}: {message}" for message in error.messages]) from error


def _page(request: Request, form: object, number: int, title: str, skip: str = "") -> HttpResponse:
    steps = [_("You and your organisation"), _("Mail to the desk"), _("What to watch")]
    context = {"title": title, "form": form, "number": number, "steps": steps, "skip": skip}
    return render(request, "site/setup.html", context, status=422 if getattr(form, "errors", None) else 200)

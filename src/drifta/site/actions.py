"""Verbs about the installation itself: the first set-up, failed jobs."""

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from procrastinate.contrib.django.models import ProcrastinateJob

from drifta.kernel import jobs
from drifta.kernel.actions import Refused, action
from drifta.kernel.actor import Actor
from drifta.kernel.events import emit
from drifta.people import actions as people
from drifta.people.models import Organisation, Person
from drifta.people.roles import ADMINISTRATOR
from drifta.site.events import JobDiscarded, JobRunAgain, SetUp

#: Number of the advisory lock that lets only one opening of the one-time link succeed.
LOCK = 0x73657475


@action("site.set_up", label=gettext_lazy("Set up"), icon="settings")
def set_up(actor: Actor, *, organisation: str, language: str, name: str, email: str, password: str) -> Person:
    """Make the organisation (or take the one of that name) and its first administrator."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    if Person.objects.filter(roles__contains=[ADMINISTRATOR], is_active=True).exists():
        raise Refused(_("Somebody has set Drifta up already. Sign in, or ask that person to invite you."))
    home = Organisation.objects.filter(name__iexact=organisation.strip()).first()
    if home is None:
        domain = email.rpartition("@")[2]
        home = people.create_organisation(actor, name=organisation, language=language, mail_domains=[domain])
    person = people.create(
        actor, organisation_id=home.pk, name=name, emails=[email], language=language, roles=[ADMINISTRATOR]
    )
    people.set_password(actor, person, password=password)
    emit(person.actor, SetUp(organisation=home.name), subject=home)
    return person


@action("jobs.run_again", label=gettext_lazy("Run again"), icon="refresh")
def run_job_again(actor: Actor, job: ProcrastinateJob) -> ProcrastinateJob:
    """Put a failed job back into its queue."""
    _must_have_failed(job)
    jobs.run_again(job.pk)
    emit(actor, JobRunAgain(job=job.pk, name=job.task_name), subject=job)
    return job


@action("jobs.discard", label=gettext_lazy("Discard"), icon="trash", danger=True)
def discard_job(actor: Actor, job: ProcrastinateJob) -> ProcrastinateJob:
    """Forget a failed job: what it would have done is not done."""
    _must_have_failed(job)
    emit(actor, JobDiscarded(job=job.pk, name=job.task_name), subject=job)
    jobs.discard(job.pk)
    return job


def _must_have_failed(job: ProcrastinateJob) -> None:
    if job.status != "failed":
        raise Refused(_("This job has not failed, or somebody has run it again. Reload the page."))

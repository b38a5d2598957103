"""The life of a ticket through its actions."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from drifta.desk import actions, queries
from drifta.desk.jobs import close_resolved, wake_held
from drifta.desk.models import Category, Message, Ticket, TicketLink
from drifta.desk.tests.factories import report, stored
from drifta.kernel import clock, guard
from drifta.kernel.actions import Conflict, Refused, catalogue
from drifta.kernel.actor import SYSTEM
from drifta.kernel.models import LoggedEvent
from drifta.kernel.permissions import permissions
from drifta.kernel.testing import run_jobs
from drifta.people import actions as people_actions

S = Ticket.State


def facts(ticket: Ticket) -> list[str]:
    return list(LoggedEvent.objects.filter(subject=ticket.subject_key).order_by("id").values_list("name", flat=True))


def test_a_requester_reports(house) -> None:
    ticket = report(house.dag, channel="portal")
    assert (ticket.state, ticket.requester, ticket.language, ticket.priority) == (S.NEW, house.dag, "sv", 4)
    assert ticket.excerpt == "Hej, skrivaren gör ingenting. Mvh"
    message = ticket.messages.get()
    assert (message.direction, message.author, message.channel) == ("in", house.dag, "portal")
    assert facts(ticket) == ["desk.ticket_created"]


def test_nobody_reports_for_another_organisation_or_person(house) -> None:
    with pytest.raises(PermissionDenied):
        actions.create(house.eva.actor, organisation_id=house.norrvik.pk, subject="x", text="y")
    with pytest.raises(Refused):
        report(house.dag, requester_id=house.ben.pk)


def test_an_agent_reports_for_somebody(house) -> None:
    ticket = report(house.ben, requester_id=house.dag.pk, channel="phone", impact=1, urgency=1, owner_id=house.ben.pk)
    assert (ticket.requester, ticket.owner, ticket.priority) == (house.dag, house.ben, 1)
    assert "desk.ticket_assigned" in facts(ticket)


def test_a_category_brings_its_team(house) -> None:
    with guard.writing():
        category = Category.objects.create(organisation=house.norrvik, name="Nätverk", team=house.second_line)
        foreign = Category.objects.create(organisation=house.sorfjord, name="Nett")
    assert report(house.dag, category_id=category.pk).team == house.second_line
    with pytest.raises(Refused):
        report(house.dag, category_id=foreign.pk)


def test_the_first_answer_takes_an_unowned_ticket(house) -> None:
    ticket = report(house.dag)
    message = actions.reply(house.ben.actor, ticket, text="Vi tittar på det.")
    assert (message.direction, ticket.owner, ticket.state) == ("out", house.ben, S.OPEN)
    assert not ticket.last_from_requester
    assert ticket.is_touched


def test_the_requesters_answer_opens_again_but_a_machines_does_not(house) -> None:
    ticket = report(house.dag)
    actions.resolve(house.ben.actor, ticket, resolution="Startade om kön.")
    actions.reply(house.dag.actor, ticket, text="Jag är på semester.", automatic="out-of-office")
    assert ticket.state == S.RESOLVED
    actions.reply(house.dag.actor, ticket, text="Nu är det samma sak igen.")
    assert (ticket.state, ticket.resolved_at, ticket.resolution) == (S.OPEN, None, "")


def test_an_answer_long_after_closing_is_refused(house) -> None:
    ticket = report(house.dag)
    actions.close(house.ben.actor, ticket, resolution="Klart.")
    assert queries.takes_replies(ticket)
    with clock.travel(timedelta(days=15)):
        assert not queries.takes_replies(ticket)
        with pytest.raises(Refused):
            actions.reply(house.dag.actor, ticket, text="Hallå?")
    actions.reply(house.dag.actor, ticket, text="Hallå?")
    assert ticket.state == S.OPEN


def test_send_and_resolve_in_one_step(house) -> None:
    ticket = report(house.dag)
    actions.reply(house.ben.actor, ticket, text="Bytte toner.", state="resolved")
    assert (ticket.state, ticket.resolution) == (S.RESOLVED, "Bytte toner.")
    other = report(house.dag)
    actions.reply(house.dag.actor, other, text="Det gick över.", state="closed")
    assert other.state == S.NEW


def test_a_note_stays_inside_and_changes_nothing_outside(house) -> None:
    ticket = report(house.dag)
    actions.note(house.cleo.actor, ticket, text="Kön är pausad sedan 09:58.")
    assert ticket.excerpt.startswith("Hej")
    with pytest.raises(PermissionDenied):
        actions.note(house.dag.actor, ticket, text="Hemligt?")


def test_assign_take_and_hand_over(house) -> None:
    ticket = report(house.dag, team_id=house.first_line.pk)
    actions.take(house.ben.actor, ticket)
    assert (ticket.owner, ticket.state) == (house.ben, S.OPEN)
    with pytest.raises(Refused):
        actions.assign(house.ben.actor, ticket, owner_id=house.eva.pk)
    actions.hand_over(house.ben.actor, ticket, team_id=house.second_line.pk, note="Kön hänger.", tried="Omstart")
    assert (ticket.team, ticket.owner) == (house.second_line, None)
    note = ticket.messages.last()
    assert note.is_internal
    assert "Kön hänger." in note.text
    assert "Omstart" in note.text
    with pytest.raises(Refused):
        actions.hand_over(house.ben.actor, ticket, team_id=house.second_line.pk, note="Igen")
    actions.assign(house.cleo.actor, ticket, owner_id=house.cleo.pk)
    actions.assign(house.cleo.actor, ticket, team_id=house.first_line.pk)
    assert ticket.owner is None


def test_held_tickets_wake_when_the_date_comes(house) -> None:
    ticket = report(house.dag)
    until = clock.now() + timedelta(days=2)
    actions.hold(house.ben.actor, ticket, until=until, reason="Väntar på toner")
    wake_held()
    ticket.refresh_from_db()
    assert (ticket.state, ticket.hold_until) == (S.WAITING, until)
    with clock.travel(timedelta(days=2, minutes=1)):
        wake_held()
    ticket.refresh_from_db()
    assert (ticket.state, ticket.hold_until, ticket.hold_reason) == (S.OPEN, None, "")
    with pytest.raises(Refused):
        actions.hold(house.ben.actor, ticket, until=clock.now() - timedelta(minutes=1), reason="x")
    with pytest.raises(Refused):
        actions.hold(house.ben.actor, ticket, reason="  ")


def test_resolved_tickets_close_by_themselves(house) -> None:
    ticket = report(house.dag)
    actions.resolve(house.ben.actor, ticket, resolution="Klart.")
    close_resolved()
    ticket.refresh_from_db()
    assert ticket.state == S.RESOLVED
    with clock.travel(timedelta(days=7, hours=1)):
        close_resolved()
    ticket.refresh_from_db()
    assert (ticket.state, ticket.resolution) == (S.CLOSED, "Klart.")
    assert not ticket.is_open


def test_the_requester_may_close_and_reopen_their_own_ticket_only(house) -> None:
    ticket = report(house.dag)
    actions.close(house.dag.actor, ticket, resolution="Det funkar igen.")
    actions.reopen(house.dag.actor, ticket, reason="Nej.")
    foreign = report(house.ben)
    with pytest.raises(PermissionDenied):
        actions.close(house.dag.actor, foreign)


def test_a_stale_edit_is_a_conflict(house) -> None:
    ticket = report(house.dag)
    stale = Ticket.objects.get(pk=ticket.pk)
    actions.edit(house.ben.actor, ticket, subject="Skrivare 2-01 svarar inte", impact=2)
    with pytest.raises(Conflict) as conflict:
        actions.edit(house.cleo.actor, stale, subject="Skrivarkö hänger")
    assert conflict.value.current.subject == "Skrivare 2-01 svarar inte"
    ticket.refresh_from_db()
    assert (ticket.subject, ticket.priority) == ("Skrivare 2-01 svarar inte", 3)
    logged = LoggedEvent.objects.get(name="desk.ticket_edited")
    assert logged.data["changes"]["impact"] == ["3", "2"]


def test_an_edit_that_changes_nothing_says_nothing(house) -> None:
    ticket = report(house.dag)
    actions.edit(house.ben.actor, ticket, subject=ticket.subject, kind="incident", category_id=0)
    assert facts(ticket) == ["desk.ticket_created"]


def test_watchers_see_and_are_told(house) -> None:
    ticket = report(house.ben, requester_id=house.dag.pk)
    actions.watch(house.cleo.actor, ticket)
    actions.watch(house.cleo.actor, ticket)
    assert queries.readers(ticket.pk) == [house.dag.pk, house.cleo.pk]
    with pytest.raises(Refused):
        actions.watch(house.ben.actor, ticket, person_id=house.eva.pk)
    actions.unwatch(house.cleo.actor, ticket)
    assert queries.readers(ticket.pk) == [house.dag.pk]
    assert facts(ticket).count("desk.ticket_watched") == 1


def test_tickets_follow_a_merged_person(house) -> None:
    ticket = report(house.dag)
    other = report(house.ben, watcher_ids=[house.dag.pk, house.cleo.pk])
    people_actions.merge(house.ann.actor, house.cleo, absorbed_id=house.dag.pk)
    run_jobs("reactions")
    ticket.refresh_from_db()
    assert (ticket.requester, ticket.messages.get().author) == (house.cleo, house.cleo)
    assert queries.readers(other.pk) == [house.ben.pk, house.cleo.pk]


def test_linked_tickets_know_one_another(house) -> None:
    one, other, foreign = report(house.dag), report(house.dag), report(house.eva)
    actions.link(house.ben.actor, one, target=f"#{other.pk}")
    assert queries.links(house.ben.actor, other)[0] == [one]
    for target in (f"#{foreign.pk}", "#999999999999999999999", "nonsense", "", one.subject_key):
        with pytest.raises(Refused):
            actions.link(house.ben.actor, one, target=target)
    actions.unlink(house.ben.actor, other, target=one.subject_key)
    assert not TicketLink.objects.exists()


def test_an_alert_finds_its_ticket(house) -> None:
    ticket = actions.create(
        SYSTEM,
        organisation_id=house.norrvik.pk,
        subject="Disk",
        text="97 %",
        channel="monitoring",
        link="monitoring.alert:7",
    )
    assert queries.tickets_of("monitoring.alert:7", only_open=True) == [ticket]
    assert not ticket.is_touched
    actions.annotate(SYSTEM, ticket, text="Recovered.")
    actions.resolve(SYSTEM, ticket, resolution="Recovered.")
    assert queries.tickets_of("monitoring.alert:7", only_open=True) == []


def test_bulk_goes_on_after_a_refusal(house) -> None:
    mine, closed, foreign = report(house.dag), report(house.dag), report(house.eva)
    actions.close(house.ben.actor, closed)
    numbers = [mine.pk, closed.pk, foreign.pk, 10**9]
    results = actions.bulk(house.ben.actor, verb="close", ticket_ids=numbers, values={"resolution": "Klart"})
    assert [bool(result.error) for result in results] == [False, True, True, True]
    mine.refresh_from_db()
    assert mine.state == S.CLOSED
    with pytest.raises(Refused):
        actions.bulk(house.ben.actor, verb="create", ticket_ids=numbers, values={})


def test_attachments_need_a_stored_file_and_get_a_harmless_name(house) -> None:
    good = stored("../../etc/fak\u202etura.exe\r\n.pdf", b"%PDF-1.4")
    ticket = report(house.dag, attachments=[good])
    assert ticket.messages.get().attachments.get().filename == "etc_faktura.exe_.pdf"
    with pytest.raises(Refused):
        actions.reply(house.dag.actor, ticket, text="x", attachments=[type(good)("a", "0" * 64, 1, "text/plain")])


def test_what_is_empty_or_endless_is_refused(house) -> None:
    ticket = report(house.dag)
    for text in ("", "  \n ", "x" * 600_000):
        with pytest.raises(Refused):
            actions.reply(house.dag.actor, ticket, text=text)
    assert Message.objects.count() == 1


def test_drafts_are_kept_until_emptied(house) -> None:
    draft = actions.save_draft(house.ben.actor, key="desk.ticket:1:reply", text="Hej")
    assert draft is not None
    assert draft.value == {"text": "Hej"}
    assert actions.save_draft(house.ben.actor, key="desk.ticket:1:reply", text="") is None


def test_every_action_of_the_desk_has_a_permission() -> None:
    assert {name for name in catalogue if name.startswith("desk.")} <= set(permissions)

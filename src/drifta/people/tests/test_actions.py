"""People, teams, organisations: entered, changed, merged; and what is refused."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from drifta.kernel import clock, search
from drifta.kernel.actions import Conflict, Refused
from drifta.kernel.actor import SYSTEM
from drifta.kernel.models import LoggedEvent
from drifta.people import actions, queries, tokens
from drifta.people.models import ContactPoint, Organisation, Person
from drifta.people.roles import ADMINISTRATOR, FIRST_LINE, REQUESTER


def make(house, name="Siv Ålund", **values) -> Person:
    """Let Ben add somebody."""
    return actions.create(house.ben.actor, organisation_id=house.norrvik.pk, name=name, **values)


def test_a_person_is_entered_with_addresses_in_their_normal_form(house) -> None:
    siv = make(house, emails=["Siv.Alund@Norrvik.example"], phones=["070-123 45 67", "2217"])
    assert siv.email == "siv.alund@norrvik.example"
    assert list(siv.contact_points.order_by("pk").values_list("value", flat=True)) == [
        "siv.alund@norrvik.example",
        "+46701234567",
        "2217",
    ]
    assert siv.language == "sv"
    assert not siv.can_sign_in
    assert queries.person_by_phone("+46 (0)70 1234567") == siv
    assert LoggedEvent.objects.filter(name="people.person_created", actor_name="Ben Öst").count() == 1


@pytest.mark.parametrize("address", ["", "siv", "siv@", "@x.example", "siv@@x.example", "a b@x.example", "x" * 300])
def test_what_is_no_mail_address_is_refused(house, address: str) -> None:
    with pytest.raises(Refused):
        make(house, emails=[address])
    assert not Person.objects.filter(name="Siv Ålund").exists()


def test_an_address_belongs_to_one_person(house) -> None:
    with pytest.raises(Refused, match="already belongs"):
        make(house, emails=["DAG@norrvik.example"])


def test_who_is_not_an_administrator_gives_no_roles(house) -> None:
    with pytest.raises(Refused):
        make(house, roles=[ADMINISTRATOR])
    with pytest.raises(PermissionDenied):
        actions.set_roles(house.ben.actor, house.dag, roles=[FIRST_LINE])


def test_first_line_cannot_take_over_an_administrator_by_an_address(house) -> None:
    with pytest.raises(PermissionDenied):
        actions.add_contact_point(house.ben.actor, house.ann, kind="email", value="evil@x.example")
    with pytest.raises(PermissionDenied):
        actions.edit(house.ben.actor, house.ann, name="Not Ann")


def test_somebody_of_another_organisation_is_out_of_reach(house) -> None:
    with pytest.raises(PermissionDenied):
        actions.edit(house.eva.actor, house.dag, name="Gone")
    with pytest.raises(Refused):
        actions.create(house.ben.actor, organisation_id=house.sorfjord.pk, name="X")
    with pytest.raises(Refused, match="same organisation"):
        actions.edit(house.ben.actor, house.dag, manager_id=house.eva.pk)


def test_the_second_of_two_changes_is_a_conflict(house) -> None:
    first = Person.objects.get(pk=house.dag.pk)
    second = Person.objects.get(pk=house.dag.pk)
    actions.edit(house.ben.actor, first, title="Chef")
    with pytest.raises(Conflict) as conflict:
        actions.edit(house.ben.actor, second, title="Boss")
    assert conflict.value.current.title == "Chef"


def test_the_last_administrator_stays_one(house) -> None:
    with pytest.raises(Refused, match="last administrator"):
        actions.set_roles(SYSTEM, house.ann, roles=[REQUESTER])
    with pytest.raises(Refused, match="last administrator"):
        actions.deactivate(SYSTEM, house.ann)
    actions.set_roles(house.ann.actor, house.cleo, roles=[ADMINISTRATOR])
    assert actions.set_roles(SYSTEM, house.ann, roles=[REQUESTER]).roles == [REQUESTER]


def test_the_primary_address_follows_when_it_is_removed(house) -> None:
    other = actions.add_contact_point(house.ben.actor, house.dag, kind="email", value="dag@home.example")
    primary = house.dag.contact_points.get(value=house.dag.email)
    actions.remove_contact_point(house.ben.actor, house.dag, contact_point_id=primary.pk)
    assert Person.objects.get(pk=house.dag.pk).email == other.value


def test_a_bounce_is_noted_once(house) -> None:
    actions.mark_bounced(SYSTEM, email="DAG@norrvik.example")
    actions.mark_bounced(SYSTEM, email="dag@norrvik.example")
    assert ContactPoint.objects.get(value="dag@norrvik.example").bounced_at is not None
    assert LoggedEvent.objects.filter(name="people.contact_point_bounced").count() == 1
    assert actions.mark_bounced(SYSTEM, email="nobody@x.example") is None


def test_a_stranger_becomes_a_person_who_cannot_sign_in(house) -> None:
    first = actions.recognise(SYSTEM, organisation_id=house.norrvik.pk, email="New.One@far.example", language="nb")
    again = actions.recognise(SYSTEM, organisation_id=house.sorfjord.pk, email="new.one@far.example", name="Other")
    assert again == first
    assert (first.name, first.language, first.roles, first.is_stranger) == ("New One", "nb", [REQUESTER], True)
    assert not first.can_sign_in


def test_merging_moves_addresses_teams_and_reports(house) -> None:
    twin = make(house, "Dag E.", emails=["dag@home.example"], phones=["070-9999999"])
    report = make(house, "Report", manager_id=twin.pk)
    actions.set_members(house.ann.actor, house.first_line, member_ids=[house.ben.pk, twin.pk])
    actions.merge(house.ann.actor, house.dag, absorbed_id=twin.pk)
    twin.refresh_from_db()
    report.refresh_from_db()
    assert (twin.merged_into, twin.email, twin.is_active) == (house.dag, None, False)
    assert queries.person_by_email("dag@home.example") == house.dag
    assert report.manager == house.dag
    assert house.dag in house.first_line.members.all()
    assert twin.pk not in [hit.object_id for hit in search.find(house.ben.actor, "Dag", kinds=["person"])]
    with pytest.raises(Refused):
        actions.merge(house.ann.actor, house.dag, absorbed_id=house.eva.pk)


def test_only_who_works_for_the_organisation_joins_its_team(house) -> None:
    actions.serve(SYSTEM, house.ann, organisation_ids=[house.sorfjord.pk])
    ann = Person.objects.get(pk=house.ann.pk)
    with pytest.raises(Refused):
        actions.set_members(ann.actor, house.first_line, member_ids=[house.eva.pk])
    joined = actions.set_members(ann.actor, house.first_line, member_ids=[ann.pk])
    assert list(joined.members.all()) == [ann]


def test_whoever_adds_an_organisation_works_for_it(house) -> None:
    made = actions.create_organisation(house.ann.actor, name="Ny kund", mail_domains=["@Ny.Example", "ny.example"])
    assert made.mail_domains == ["ny.example"]
    assert made.pk in Person.objects.get(pk=house.ann.pk).actor.organisation_ids
    with pytest.raises(Refused):
        actions.create_organisation(house.ann.actor, name="Ny kund")
    with pytest.raises(Refused):
        actions.create_organisation(house.ann.actor, name="Other", mail_domains=["not a domain"])


def test_search_finds_by_name_address_and_number_but_not_across_organisations(house) -> None:
    siv = make(house, emails=["siv@norrvik.example"], phones=["070-123 45 67"], note="hemligt")
    for text in ("Alund", "siv@norrvik.example", "0701234567", "+46701234567"):
        assert siv.pk in [hit.object_id for hit in search.find(house.ben.actor, text, kinds=["person"])], text
    assert search.find(house.eva.actor, "Ålund", kinds=["person"]) == []
    assert search.find(house.dag.actor, "Ålund", kinds=["person"]) == []
    assert [hit.object_id for hit in search.find(house.ben.actor, "hemligt", kinds=["person"])] == [siv.pk]


def test_a_requester_knows_nobody_but_themselves(house) -> None:
    assert list(Person.objects.visible_to(house.dag.actor)) == [house.dag]
    assert house.eva not in Person.objects.visible_to(house.ben.actor)
    assert set(Organisation.objects.visible_to(house.ben.actor)) == {house.norrvik}


def test_tokens_work_until_they_end(house) -> None:
    row, secret = actions.create_token(house.ben.actor, house.ben, name="script", scopes=["desk.create"])
    actor = tokens.actor_of(secret)
    assert (actor.kind, actor.person_id, actor.permissions) == ("token", house.ben.pk, frozenset({"desk.create"}))
    assert secret.encode() not in bytes(row.digest)
    actions.revoke_token(house.ben.actor, row)
    assert tokens.actor_of(secret) is None
    assert tokens.actor_of("drifta_guess") is None

    _row, short = actions.create_token(
        house.ben.actor, house.ben, name="short", expires_at=clock.now() + timedelta(hours=1)
    )
    assert tokens.actor_of(short) is not None
    with clock.travel(timedelta(hours=2)):
        assert tokens.actor_of(short) is None


def test_a_token_makes_no_tokens_and_nobody_makes_them_for_others(house) -> None:
    _row, secret = actions.create_token(house.ben.actor, house.ben, name="script")
    actor = tokens.actor_of(secret)
    for who, whose in ((actor, house.ben), (house.ann.actor, house.ben), (house.ben.actor, house.ann)):
        with pytest.raises(PermissionDenied):
            actions.create_token(who, whose, name="more")
    with pytest.raises(Refused):
        actions.create_token(house.ben.actor, house.ben, name="x", scopes=["no.such"])


def test_blocking_ends_tokens_and_invitations(house) -> None:
    _row, secret = actions.create_token(house.dag.actor, house.dag, name="script")
    invitation, _link = actions.invite(house.ann.actor, house.dag)
    actions.deactivate(house.ann.actor, house.dag)
    assert tokens.actor_of(secret) is None
    invitation.refresh_from_db()
    assert invitation.used_at is not None
    actions.activate(house.ann.actor, house.dag)
    assert tokens.actor_of(secret) is None
    with pytest.raises(Refused):
        actions.deactivate(house.ann.actor, house.ann)

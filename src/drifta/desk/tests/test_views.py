"""Pages of agents: lists, workspace, writing, conflicts, attachments."""

import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from drifta.desk import actions
from drifta.desk.models import Draft, Message, SavedView, Ticket
from drifta.desk.tests.factories import browser_of, report, stored, text_of
from drifta.kernel.actor import SYSTEM
from drifta.people import actions as people

HTMX = {"HTTP_HX_REQUEST": "true"}


def test_each_view_shows_its_tickets(house) -> None:
    mine = report(house.dag, "Mine alone", team_id=house.second_line.pk)
    actions.take(house.ben.actor, mine)
    report(house.dag, "Of the team", team_id=house.first_line.pk)
    waiting = report(house.dag, "Patiently waiting", team_id=house.second_line.pk)
    actions.hold(house.cleo.actor, waiting, reason="parts")
    actions.close(house.cleo.actor, report(house.dag, "Long done"))
    client = browser_of(house.ben)
    shown = {}
    for view in ("mine", "team", "unassigned", "waiting", "open", "closed", "all"):
        page = text_of(client.get(f"/tickets/?view={view}"))
        shown[view] = {name for name in ("Mine alone", "Of the team", "Patiently", "Long done") if name in page}
    assert shown == {
        "mine": {"Mine alone"},
        "team": {"Of the team"},
        "unassigned": {"Of the team"},
        "waiting": {"Patiently"},
        "open": {"Mine alone", "Of the team", "Patiently"},
        "closed": {"Long done"},
        "all": {"Mine alone", "Of the team", "Patiently", "Long done"},
    }


def test_filters_search_and_order_live_in_the_address(house) -> None:
    report(house.dag, "Projektorn blinkar", impact=1, urgency=1)
    report(house.dag, "Tangentbordet saknas", kind="request")
    client = browser_of(house.ben)
    assert "Tangentbordet" not in text_of(client.get("/tickets/?priority=1"))
    assert "Projektorn" not in text_of(client.get("/tickets/?kind=request"))
    assert "Tangentbordet" not in text_of(client.get("/tickets/?q=projektor"))
    page = text_of(client.get("/tickets/?sort=priority"))
    assert page.index("Projektorn") < page.index("Tangentbordet")
    assert client.get("/tickets/?team=nonsense&owner=99999999999999999999&cursor=x&sort=drop").status_code == 200


def test_the_search_finds_tickets_by_who_reported_them(house) -> None:
    report(house.dag, "Projektorn blinkar")
    report(house.cleo, "Tangentbordet saknas")
    client = browser_of(house.ben)
    for text in ("Dag Berg", "berg", "dag@norrvik.example"):
        page = text_of(client.get("/tickets/", {"q": text}))
        assert "Projektorn" in page, text
        assert "Tangentbordet" not in page, text
    for text in ("erg", "Dag Ek", "dag@elsewhere.example"):
        assert "Projektorn" not in text_of(client.get("/tickets/", {"q": text})), text
    assert "Projektorn" not in text_of(browser_of(house.eva).get("/tickets/?q=Berg"))


def test_a_hand_over_has_its_headings_in_the_readers_language(house) -> None:
    ticket = report(house.dag)
    with override("sv"):
        actions.hand_over(house.ben.actor, ticket, team_id=house.second_line.pk, note="Kön hänger.", tried="Omstart.")
    page = text_of(browser_of(house.cleo).get(f"/tickets/{ticket.pk}/"))
    assert "Situation: Kön hänger." in page
    assert "Tried so far: Omstart." in page
    assert ticket.messages.last().text.startswith("Läge: Kön hänger.")


def test_a_ticket_is_there_to_be_taken_until_one_has_taken_it(house) -> None:
    ticket = report(house.dag)
    actions.assign(house.ben.actor, ticket, owner_id=house.ben.pk)
    client = browser_of(house.ben)
    address, button = f"/tickets/{ticket.pk}/", f"/tickets/{ticket.pk}/run/take/"
    assert ticket.state == ticket.State.NEW
    assert button in text_of(client.get(address))
    actions.take(house.ben.actor, ticket)
    assert button not in text_of(client.get(address))


def test_the_palette_offers_what_makes_sense_and_numbers_tickets(house) -> None:
    ticket = report(house.dag, "Projektorn blinkar")
    client = browser_of(house.ben)
    offered = text_of(client.get("/ui/palette", {"subject": ticket.subject_key}))
    assert "palette-run-desk.take" in offered
    assert "palette-run-desk.reopen" not in offered
    assert "palette-run-desk.resume" not in offered
    assert "palette-run-desk.unwatch" not in offered
    assert f"#{ticket.pk} Projektorn blinkar" in text_of(client.get("/ui/palette", {"q": "projektorn"}))
    actions.hold(house.ben.actor, ticket, reason="Lampa")
    assert "palette-run-desk.resume" in text_of(client.get("/ui/palette", {"subject": ticket.subject_key}))
    actions.watch(house.ben.actor, ticket)
    actions.take(house.ben.actor, ticket)
    mine = text_of(client.get("/ui/palette", {"subject": ticket.subject_key}))
    assert "palette-run-desk.unwatch" in mine
    assert "palette-run-desk.take" not in mine
    actions.close(house.ben.actor, ticket)
    closed = text_of(client.get("/ui/palette", {"subject": ticket.subject_key}))
    assert "palette-run-desk.reopen" in closed
    assert "palette-run-desk.hand_over" not in closed


def test_the_list_asks_the_database_the_same_few_times(house) -> None:
    for number in range(30):
        report(house.dag, f"Nummer {number}")
    client = browser_of(house.ben)
    client.get("/tickets/")
    with CaptureQueriesContext(connection) as first:
        client.get("/tickets/?size=10")
    with CaptureQueriesContext(connection) as second:
        client.get("/tickets/?size=30")
    assert len(second) == len(first) <= 10, "\n".join(query["sql"][:160] for query in second)


def test_a_ticket_asks_the_database_the_same_few_times(house) -> None:
    ticket = report(house.dag)
    client = browser_of(house.ben)
    client.get(f"/tickets/{ticket.pk}/")
    with CaptureQueriesContext(connection) as first:
        client.get(f"/tickets/{ticket.pk}/")
    for number in range(10):
        actions.reply(house.dag.actor, ticket, text=f"Rad {number}", attachments=[stored(f"{number}.txt", b"x")])
        actions.note(house.cleo.actor, ticket, text="hm")
    with CaptureQueriesContext(connection) as second:
        client.get(f"/tickets/{ticket.pk}/")
    assert len(second) <= len(first) + 2 <= 17, "\n".join(query["sql"][:160] for query in second)


@pytest.mark.parametrize(("part", "most"), [("story", 9), ("context", 12)])
def test_a_part_of_a_ticket_asks_only_for_what_it_shows(house, part, most) -> None:
    ticket = report(house.dag, "Skrivaren svarar inte")
    actions.note(house.cleo.actor, ticket, text="Papperet är slut")
    client = browser_of(house.ben)
    client.get(f"/tickets/{ticket.pk}/part/{part}/")
    with CaptureQueriesContext(connection) as asked:
        client.get(f"/tickets/{ticket.pk}/part/{part}/")
    assert len(asked) <= most, "\n".join(query["sql"][:160] for query in asked)


def test_the_list_beside_a_ticket_follows_it(house) -> None:
    first, second = report(house.dag, "Projektorn blinkar"), report(house.dag, "Tangentbordet saknas")
    client = browser_of(house.ben)
    page = text_of(client.get(f"/tickets/{first.pk}/?view=open&kind=incident"))
    address = f"/tickets/{first.pk}/items/?view=open&kind=incident"
    assert address.replace("&", "&amp;") in page
    assert f'id="item-{second.pk}"' not in page
    items = text_of(client.get(address))
    assert re.search(rf'id="item-{first.pk}" [^>]*aria-current="true"', items)
    assert re.search(rf'id="item-{second.pk}" href="/tickets/{second.pk}/\?view=open&amp;kind=incident"', items)
    assert items.count("aria-current") == 1


def test_an_answer_is_sent_and_its_draft_forgotten(house) -> None:
    ticket = report(house.dag)
    client = browser_of(house.ben)
    client.post("/tickets/draft/", {"key": f"{ticket.subject_key}:reply", "text": "Hej"})
    assert "Hej" in text_of(client.get(f"/tickets/{ticket.pk}/"))
    given = {"text": "Hej, klart nu.", "seen": ticket.messages.get().pk, "state": "resolved", "cc": ["Lars@x.example"]}
    answer = client.post(f"/tickets/{ticket.pk}/write/reply/", given, **HTMX)
    assert answer.status_code == 200
    assert 'id="conversation"' in text_of(answer)
    message = ticket.messages.last()
    assert (message.text, message.direction, message.copies) == ("Hej, klart nu.", "out", ["lars@x.example"])
    ticket.refresh_from_db()
    assert ticket.state == "resolved"
    assert not Draft.objects.exists()


def test_copies_that_leave_the_organisation_are_warned_of(house) -> None:
    ticket = report(house.dag)
    client = browser_of(house.ben)
    people.create(house.ann.actor, organisation_id=house.norrvik.pk, name="Siv", emails=["siv@hemma.example"])
    people.recognise(SYSTEM, organisation_id=house.norrvik.pk, email="okänd@hemma.example")
    inside = ["cleo@norrvik.example", "Ny <ny@NORRVIK.example>", "siv@hemma.example"]
    outside = ["eva@sorfjord.example", "okänd@hemma.example"]
    page = text_of(client.get(f"/tickets/{ticket.pk}/outside/", {"cc": inside + outside}))
    assert "eva@sorfjord.example, okänd@hemma.example are outside Norrvik kommun" in page
    assert text_of(client.get(f"/tickets/{ticket.pk}/outside/", {"cc": [*inside, "nonsense"]})).strip() == ""
    answer = client.post(f"/tickets/{ticket.pk}/write/reply/", {"text": "", "cc": outside}, **HTMX)
    assert "are outside Norrvik kommun" in text_of(answer)
    assert browser_of(house.eva).get(f"/tickets/{ticket.pk}/outside/").status_code == 404


def test_the_field_of_an_answer_names_whom_it_is_for(house) -> None:
    theirs = report(house.dag)
    nobodys = actions.create(SYSTEM, organisation_id=house.norrvik.pk, subject="Disk full", text="/srv 97 %")
    client = browser_of(house.ben)
    assert f'placeholder="Write to {house.dag.name}"' in text_of(client.get(f"/tickets/{theirs.pk}/"))
    assert 'placeholder="Write an answer"' in text_of(client.get(f"/tickets/{nobodys.pk}/"))


def test_an_answer_that_crosses_another_is_not_sent_blindly(house) -> None:
    ticket = report(house.dag)
    seen = ticket.messages.get().pk
    actions.reply(house.dag.actor, ticket, text="Glöm det, det funkar!")
    client = browser_of(house.ben)
    upload = stored("bild.txt", b"hej")
    given = {"text": "Vi kommer imorgon.", "seen": seen}
    answer = client.post(f"/tickets/{ticket.pk}/write/reply/", given | {"attached": _file()}, **HTMX)
    page = text_of(answer)
    assert answer.status_code == 422
    assert "Glöm det" in page
    assert "Vi kommer imorgon." in page
    kept = re.search(r'name="kept" value="([^"]+)"', page)
    assert kept is not None
    assert upload.sha256
    again = given | {"anyway": "1", "kept": kept.group(1)}
    assert client.post(f"/tickets/{ticket.pk}/write/reply/", again, **HTMX).status_code == 200
    assert ticket.messages.last().attachments.get().filename == "skärm.txt"


def _file():
    return SimpleUploadedFile("skärm.txt", b"some text")


def test_a_call_is_noted_and_solved(house) -> None:
    ticket = report(house.dag)
    client = browser_of(house.ben)
    client.post(f"/tickets/{ticket.pk}/write/call/", {"text": "Startade om.", "state": "resolved"}, **HTMX)
    message = ticket.messages.last()
    ticket.refresh_from_db()
    assert (message.direction, message.channel, ticket.state) == ("internal", "phone", "resolved")


def test_two_people_edit_different_fields_without_noticing(house) -> None:
    ticket = report(house.dag, "Gammalt ämne")
    client = browser_of(house.ben)
    form = _edit_form(client, ticket)
    actions.edit(house.cleo.actor, Ticket.objects.get(pk=ticket.pk), kind="request")
    assert client.post(f"/tickets/{ticket.pk}/edit/", form | {"subject": "Nytt ämne"}).status_code == 302
    ticket.refresh_from_db()
    assert (ticket.subject, ticket.kind) == ("Nytt ämne", "request")


def test_two_people_edit_the_same_field_and_choose(house) -> None:
    ticket = report(house.dag, "Gammalt ämne")
    client = browser_of(house.ben)
    form = _edit_form(client, ticket)
    actions.edit(house.cleo.actor, Ticket.objects.get(pk=ticket.pk), subject="Cleos ämne")
    answer = client.post(f"/tickets/{ticket.pk}/edit/", form | {"subject": "Bens ämne", "urgency": "1"})
    page = text_of(answer)
    assert answer.status_code == 409
    assert all(text in page for text in ("Gammalt ämne", "Cleos ämne", "Bens ämne"))
    ticket.refresh_from_db()
    assert ticket.subject == "Cleos ämne"
    final = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)) | {"subject": "Bens ämne"}
    final["base"] = final["base"].replace("&quot;", '"')
    assert client.post(f"/tickets/{ticket.pk}/edit/", final).status_code == 302
    ticket.refresh_from_db()
    assert (ticket.subject, ticket.urgency) == ("Bens ämne", 1)
    assert "Cleos ämne" in text_of(client.get(f"/tickets/{ticket.pk}/"))


def _edit_form(client: Client, ticket: Ticket) -> dict[str, str]:
    page = client.get(f"/tickets/{ticket.pk}/edit/")
    form = {name: value for name, value in page.context["form"].initial.items() if not isinstance(value, list)}
    return {name: str(value or "") for name, value in form.items()} | {"base": page.context["base"]}


def test_actions_with_a_form(house) -> None:
    ticket = report(house.dag, team_id=house.first_line.pk)
    client = browser_of(house.ben)
    for verb in ("assign", "hand_over", "hold", "resolve", "close", "reopen", "link", "watch", "prioritise"):
        assert client.get(f"/tickets/{ticket.pk}/do/{verb}/", **HTMX).status_code == 200, verb
    assert client.post(f"/tickets/{ticket.pk}/do/hand_over/", {"team_id": house.second_line.pk}).status_code == 422
    given = {"team_id": house.second_line.pk, "note": "Kabeln är av", "expected": "Byt den"}
    assert client.post(f"/tickets/{ticket.pk}/do/hand_over/", given, **HTMX).status_code == 200
    client.post(f"/tickets/{ticket.pk}/do/prioritise/", {"wanted": "1"})
    client.post(f"/tickets/{ticket.pk}/run/take/")
    ticket.refresh_from_db()
    assert (ticket.team, ticket.owner, ticket.priority) == (house.second_line, house.ben, 1)
    assert client.get(f"/tickets/{ticket.pk}/do/delete/").status_code == 404


def test_bulk_shows_what_became_of_each(house) -> None:
    one, other = report(house.dag, "Ett"), report(house.dag, "Två")
    keys = [one.subject_key, other.subject_key, "desk.ticket:999999", "nonsense"]
    client = browser_of(house.ben)
    assert "Assign" in text_of(client.post("/tickets/bulk/assign/", {"subject": keys}))
    given = {"subject": keys, "asked": "1", "team_id": house.first_line.pk, "owner_id": house.ben.pk}
    page = text_of(client.post("/tickets/bulk/assign/", given))
    assert "Ett" in page
    assert "There is no such ticket." in page
    assert set(Ticket.objects.values_list("owner", flat=True)) == {house.ben.pk}


def test_a_list_gets_a_name(house) -> None:
    client = browser_of(house.ben)
    client.post("/tickets/views/save/?view=open&priority=1", {"name": "Bråttom", "query": "view=open&priority=1"})
    view = SavedView.objects.get()
    assert "Bråttom" in text_of(client.get("/tickets/"))
    client.post(f"/tickets/views/{view.pk}/remove/")
    assert not SavedView.objects.exists()


def test_a_new_ticket_for_somebody_new(house) -> None:
    client = browser_of(house.ben)
    given = {
        "requester": "Nina Ny <nina@norrvik.example>",
        "subject": "Ny dator",
        "kind": "request",
        "channel": "phone",
        "impact": "3",
        "urgency": "2",
        "take": "on",
    }
    answer = client.post("/tickets/new/", given)
    ticket = Ticket.objects.get()
    assert answer["Location"] == f"/tickets/{ticket.pk}/"
    assert (ticket.requester.name, ticket.owner, ticket.channel) == ("Nina Ny", house.ben, "phone")
    assert client.post("/tickets/new/", given | {"requester": "Bara Ord"}).status_code == 422
    client.post("/tickets/new/", given | {"solved": "1", "text": "Bytte lösenord"})
    assert Ticket.objects.latest("pk").state == "resolved"
    assert "Ny dator" in text_of(client.get(f"/tickets/new/caller/?requester={ticket.requester_id}"))


def test_attachments_are_harmless(house) -> None:
    script = stored("evil.html", b"<script>alert(1)</script>")
    picture = stored("a/..\\b\u202egnp.png", b"\x89PNG\r\n\x1a\n" + b"0" * 40)
    lying = stored("really.png", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>")
    ticket = report(house.dag, attachments=[script, picture, lying])
    client = browser_of(house.ben)
    for attached in ticket.messages.get().attachments.all():
        answer = client.get(f"/tickets/attachments/{attached.pk}/x")
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer["X-Content-Type-Options"] == "nosniff"
        is_picture = attached.filename.endswith("gnp.png")
        assert answer["Content-Disposition"].startswith("inline" if is_picture else "attachment"), attached.filename
        assert answer["Content-Type"] == ("image/png" if is_picture else "application/octet-stream")
        answer.getvalue()
    assert "\u202e" not in text_of(client.get(f"/tickets/{ticket.pk}/"))


def test_the_layout_of_a_mail_is_caged(house) -> None:
    picture = stored("logo.png", b"\x89PNG\r\n\x1a\n0000", content_id="logo@x", is_inline=True)
    html = '<p>Hej</p><img data-content-id="logo@x"><img data-remote="https://evil.example/x.png">'
    ticket = report(house.dag, html=html, attachments=[picture])
    message = ticket.messages.get()
    client = browser_of(house.ben)
    answer = client.get(f"/tickets/messages/{message.pk}/html/")
    policy = answer["Content-Security-Policy"]
    assert policy.startswith("sandbox ")
    assert "allow-scripts" not in policy
    assert "https:" not in policy
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    page = text_of(answer)
    assert f'src="/tickets/attachments/{message.attachments.get().pk}/' in page
    assert 'src="https://evil' not in page
    shown = client.get(f"/tickets/messages/{message.pk}/html/?images=1")
    assert 'src="https://evil' in text_of(shown)
    assert "https:" in shown["Content-Security-Policy"]


HOSTILE = (
    "'; DROP TABLE desk_ticket; --",
    "{{ 7*7 }}{% debug %}${7*7}",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "\u202eabc\u2066\x00\x07",
    "%(name)s %s %d {} {0}",
    "a" * 100_000,
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_only_texts(house, text: str) -> None:
    ticket = report(house.dag, text, text=text, attachments=[stored(text[:300], b"x")])
    actions.reply(house.ben.actor, ticket, text=text)
    actions.hold(house.ben.actor, ticket, reason=text)
    actions.hand_over(house.ben.actor, ticket, team_id=house.second_line.pk, note=text)
    actions.resolve(house.ben.actor, ticket, resolution=text)
    client = browser_of(house.ben)
    for address in (f"/tickets/{ticket.pk}/", "/tickets/?view=all", "/", f"/tickets/{ticket.pk}/edit/"):
        page = text_of(client.get(address))
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "${49}" not in page
        assert ">49" not in page
    assert client.get("/tickets/", {"q": text[:500], "view": text[:50], "sort": text[:50]}).status_code == 200
    assert Message.objects.filter(ticket=ticket).count() == 3


def test_the_export_tells_nothing_to_a_spreadsheet(house) -> None:
    report(house.dag, "=HYPERLINK(1)")
    answer = browser_of(house.ben).get("/tickets/?format=csv&view=all")
    page = text_of(answer)
    assert "HYPERLINK" in page
    assert "\n=HYPERLINK" not in page
    assert ",=HYPERLINK" not in page
    assert json.loads(text_of(browser_of(house.ben).get("/tickets/?format=json&view=all")))[0]["subject"]

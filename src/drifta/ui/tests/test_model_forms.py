"""Forms made of pydantic models: every kind of field there and back, errors at their fields."""

from datetime import date, datetime, time
from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from django.utils import translation
from pydantic import BaseModel, Field, HttpUrl, SecretStr, field_validator

from drifta.ui.model_forms import fillable, form_for


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Proxy(BaseModel):
    host: str
    port: int = 3128


class Everything(BaseModel):
    name: str = Field(title="Name", description="What people call it.", min_length=2, max_length=20)
    count: int = Field(default=3, ge=1, le=10)
    ratio: float = 0.5
    on: bool = True
    mode: Literal["fast", "slow"] = "fast"
    colour: Colour = Colour.RED
    days: list[Literal["mon", "tue", "wed"]] = []
    names: list[str] = []
    numbers: list[int] = []
    password: SecretStr = SecretStr("")
    note: str | None = None
    limit: int | None = None
    day: date | None = None
    moment: datetime | None = None
    hour: time | None = None
    url: HttpUrl | None = None
    proxy: Proxy | None = None

    @field_validator("name")
    @classmethod
    def no_bang(cls, value: str) -> str:
        if "!" in value:
            raise ValueError("Leave out exclamation marks.")
        return value


Form = form_for(Everything)
LEAST = {"name": "Mail", "count": "3", "ratio": "0.5", "mode": "fast", "colour": "red"}


def built(**given: Any) -> Everything:
    form = Form({**LEAST, **given})
    assert form.is_valid(), form.errors
    return form.to_model()


def test_the_least_gives_the_defaults() -> None:
    model = built(on="on")
    assert model == Everything(name="Mail")


def test_every_kind_of_field_comes_through() -> None:
    model = built(
        count="7", ratio="1.25", mode="slow", colour="blue", days=["mon", "wed"], names="a\n\n b \n", numbers="1\n22",
        password="hemligt", note="x", limit="5", day="2026-11-20", moment="2026-11-20T08:30", hour="07:15",
        url="https://example.org/x", proxy__host="proxy", proxy__port="8080",
    )  # fmt: skip
    assert (model.count, model.ratio, model.on, model.mode, model.colour) == (7, 1.25, False, "slow", Colour.BLUE)
    assert (model.days, model.names, model.numbers) == (["mon", "wed"], ["a", "b"], [1, 22])
    assert model.password.get_secret_value() == "hemligt"
    assert (model.note, model.limit, model.day, model.hour) == ("x", 5, date(2026, 11, 20), time(7, 15))
    assert model.moment is not None
    assert model.moment.hour == 8
    assert str(model.url) == "https://example.org/x"
    assert model.proxy == Proxy(host="proxy", port=8080)


@pytest.mark.parametrize(("ratio", "shown"), [(90.0, "90"), (2.5, "2.5")])
def test_a_number_is_shown_without_a_fraction_that_is_none(ratio: float, shown: str) -> None:
    form = Form(instance=Everything(name="Mail", ratio=ratio))
    assert f'value="{shown}"' in str(form["ratio"])


def test_an_instance_sent_back_unchanged_is_the_same() -> None:
    before = Everything(
        name="Mail",
        days=["tue"],
        names=["a", "b"],
        password=SecretStr("hemligt"),
        proxy=Proxy(host="h"),
        colour=Colour.BLUE,
    )
    form = Form(instance=before)
    sent = {name: value for name in form.fields if (value := form[name].value()) not in (None, False)}
    sent["password"] = ""
    after = Form(
        {name: value if isinstance(value, list | str) else str(value) for name, value in sent.items()}, instance=before
    )
    assert after.is_valid(), after.errors
    assert after.to_model() == before


def test_a_secret_is_never_shown_and_stays_when_left_empty() -> None:
    form = Form(instance=Everything(name="Mail", password=SecretStr("hemligt")))
    html = form.as_p()
    assert "hemligt" not in html
    assert "leave empty to keep it" in html
    assert "Not set" in Form().as_p()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": "x"}, "name"),
        ({"name": "Mail!"}, "name"),
        ({"count": "11"}, "count"),
        ({"count": "many"}, "count"),
        ({"mode": "other"}, "mode"),
        ({"numbers": "1\nx"}, "numbers"),
        ({"url": "nowhere"}, "url"),
        ({"proxy__port": "8080", "proxy__host": ""}, "proxy__host"),
    ],
)
def test_an_error_stands_at_its_field(given: dict[str, str], field: str) -> None:
    form = Form({**LEAST, **given})
    assert not form.is_valid()
    assert list(form.errors) == [field]


def test_titles_are_translated_when_shown_not_when_declared() -> None:
    class Plain(BaseModel):
        name: str = Field(title="Name")

    with translation.override("sv"):
        swedish = str(form_for(Plain)().fields["name"].label)
    assert swedish == translation.gettext("Name") or swedish == "Namn"


def test_a_field_without_title_is_named_after_itself() -> None:
    assert str(Form().fields["count"].label) == "Count"


def test_choices_may_come_from_a_function() -> None:
    class Choosing(BaseModel):
        team: str = Field(json_schema_extra={"choices": lambda: [("1", "Line 1")]})
        notes: str = Field(default="", json_schema_extra={"widget": "textarea"})
        kept: str = Field(default="x", json_schema_extra={"hidden": True})

    form = form_for(Choosing)({"team": "1"})
    assert form.is_valid()
    assert list(form.fields) == ["team", "notes"]
    assert "<textarea" in str(form["notes"])
    assert form.to_model() == Choosing(team="1")
    assert not form_for(Choosing)({"team": "2"}).is_valid()


def test_what_cannot_be_typed_is_refused_when_the_form_is_made() -> None:
    class Odd(BaseModel):
        table: dict[str, str]

    assert not fillable(Odd)
    with pytest.raises(TypeError, match="table"):
        form_for(Odd)


def test_annotated_limits_reach_the_field() -> None:
    class Limited(BaseModel):
        port: Annotated[int, Field(ge=1, le=65535)]
        mail: str = Field(max_length=5)

    fields = form_for(Limited)().fields
    assert fields["port"].max_value == 65535  # type: ignore[attr-defined]
    assert fields["mail"].max_length == 5  # type: ignore[attr-defined]

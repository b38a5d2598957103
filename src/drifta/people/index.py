"""What the search knows of people: names, titles and how they are reached."""

from drifta.kernel import search
from drifta.people import contact
from drifta.people.models import ContactPoint, Person


def write(person: Person) -> None:
    """Bring the search document of a person up to date."""
    points = list(person.contact_points.values_list("kind", "value"))
    search.index(
        "person",
        person.pk,
        organisation_id=person.organisation_id,
        title=person.name,
        public=" ".join([person.title, *(_words(kind, value) for kind, value in points)]),
        internal=person.note,
        language=person.language,
    )


def _words(kind: str, value: str) -> str:
    """Return an address so that its parts are found too: the name before the @, a number with and without +46."""
    if kind == ContactPoint.Kind.EMAIL:
        return f"{value} {value.replace('@', ' ').replace('.', ' ')}"
    shown = contact.shown_phone(value)
    national = "0" + shown.partition(" ")[2].replace(" ", "").replace("-", "") if shown.startswith("+") else ""
    return f"{value} {value.removeprefix('+')} {national} {shown}"

"""One search over everything: PostgreSQL full text with each language's own stemmer, filtered by permission.

Sources register themselves; each object has one document with two word lists: what everybody who sees the object may
read, and what only insiders may (internal notes). Typing errors are caught by trigrams over the titles.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, replace
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.functional import Promise

from drifta.kernel import clock, unit
from drifta.kernel.actor import Actor

#: Configurations made by the first migration: unaccent, then the language's stemmer.
CONFIGURATIONS = {"sv": "drifta_sv", "nb": "drifta_nb", "en": "drifta_en"}
#: Characters of one text that are indexed; PostgreSQL's limit is 1 MB of words.
LONGEST = 200_000
#: Objects with the looked-for words up to which they are fetched by the index over words.
RARE = 10_000
#: How many of the newest objects tell whether words are common.
SAMPLE = 1_000
#: How many of the newest objects are looked through for similar titles.
WINDOW = 5_000


@dataclass(frozen=True)
class Source:
    """A kind of object that can be found: its label, the rows an actor may see, and where an object's page is."""

    kind: str
    label: str | Promise
    icon: str
    visible: Callable[[Actor], models.QuerySet[models.Model]]
    url: Callable[[int], str]
    #: Whether the actor may find words of internal texts too.
    insider: Callable[[Actor], bool]
    #: Whether people know its objects by number: “#42 The printer”.
    numbered: bool = False


@dataclass(frozen=True)
class Hit:
    """One found object."""

    source: Source
    object_id: int
    title: str

    @property
    def name(self) -> str:
        """What people call it: its title, with the number by which they know it."""
        return f"#{self.object_id} {self.title}" if self.source.numbered else self.title

    @property
    def url(self) -> str:
        """Where the object's page is."""
        return self.source.url(self.object_id)


sources: dict[str, Source] = {}


def register(source: Source) -> Source:
    """Add a source. Raises ``ValueError`` when its kind is taken."""
    if source.kind in sources:
        raise ValueError(f"The search source '{source.kind}' is registered twice.")
    sources[source.kind] = source
    return source


@dataclass(frozen=True)
class _Document:
    """What one object is found by; with ``add`` the texts join those already there."""

    source: str
    object_id: int
    organisation_id: int | None
    title: str
    public: str
    internal: str
    config: str
    add: bool

    def after(self, earlier: "_Document") -> "_Document":
        """Return both in one."""
        if not self.add:
            return self
        public, internal = f"{earlier.public}\n{self.public}", f"{earlier.internal}\n{self.internal}"
        return replace(self, public=_clean(public), internal=_clean(internal), add=earlier.add)


#: Of each language's own words; what belongs to an object already is kept (``%s``) or replaced.
_UPSERT = """
INSERT INTO kernel_search (source, object_id, organisation_id, title, public, internal, people, updated_at)
SELECT source, object_id, organisation_id, title,
       setweight(to_tsvector(config::regconfig, title), 'A') || to_tsvector(config::regconfig, public),
       to_tsvector(config::regconfig, internal), '{}', %s
FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[])
    AS document (source, object_id, organisation_id, title, public, internal, config)
ON CONFLICT (source, object_id) DO UPDATE SET
    organisation_id = excluded.organisation_id, title = excluded.title, updated_at = excluded.updated_at,
"""
_ADDING = "public = kernel_search.public || excluded.public, internal = kernel_search.internal || excluded.internal"
_REPLACING = "public = excluded.public, internal = excluded.internal"


def index(
    source: str,
    object_id: int,
    *,
    organisation_id: int | None,
    title: str,
    public: str = "",
    internal: str = "",
    language: str = "en",
    add: bool = False,
) -> None:
    """Write an object's document, at the end of the action; with ``add`` the texts join those already there."""
    config = CONFIGURATIONS.get(language, "drifta_en")
    texts = title[:300].replace("\0", " "), _clean(public), _clean(internal)
    unit.later(_write, [_Document(source, object_id, organisation_id, *texts, config, add)])


def _clean(text: str) -> str:
    return text[:LONGEST].replace("\0", " ")


def _write(documents: list[_Document]) -> None:
    """Write documents, each object's in one, in two statements at most."""
    merged: dict[tuple[str, int], _Document] = {}
    for one in documents:
        key = (one.source, one.object_id)
        merged[key] = one.after(merged[key]) if key in merged else one
    ordered = [merged[key] for key in sorted(merged)]
    _upsert([one for one in ordered if one.add], _ADDING)
    _upsert([one for one in ordered if not one.add], _REPLACING)


def _upsert(documents: list[_Document], texts: str) -> None:
    if not documents:
        return
    columns = zip(*(astuple(one)[:-1] for one in documents), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT + texts, [clock.now(), *(list(column) for column in columns)])


def forget(source: str, object_id: int) -> None:
    """Remove an object from the search, at the end of the action."""
    unit.later(_remove, [(source, object_id)])


def _remove(objects: list[tuple[str, int]]) -> None:
    with connection.cursor() as cursor:
        for source, object_id in objects:
            cursor.execute("DELETE FROM kernel_search WHERE source = %s AND object_id = %s", [source, object_id])


def matching(kind: str, actor: Actor, text: str) -> tuple[str, list[Any]] | None:
    """Return an SQL condition on ``kernel_search``, with its parameters, for the words of ``text``; None if no words.

    Words are looked for as each of the three languages would stem them; the last word also as a beginning.
    """
    words = [word for word in "".join(c if c.isalnum() else " " for c in text).split() if word]
    if not words:
        return None
    query = " || ".join(f"websearch_to_tsquery('{name}', %s)" for name in CONFIGURATIONS.values())
    query = f"({query} || to_tsquery('drifta_simple', %s))"
    parameters: list[Any] = [text, text, text, " & ".join([*words[:-1], f"{words[-1]}:*"])]
    if not sources[kind].insider(actor):
        return f"public @@ {query}", parameters
    return f"(public @@ {query} OR internal @@ {query})", parameters * 2


def find(actor: Actor, text: str, *, kinds: list[str] | None = None, limit: int = 20) -> list[Hit]:
    """Return what the actor may see for ``text``, newest first within each kind; similar titles when nothing fits."""
    hits: list[Hit] = []
    for kind in kinds or list(sources):
        hits.extend(_find_words(actor, kind, text, limit) or _find_similar(actor, kind, text, limit))
    return hits


def rare(kind: str, actor: Actor, text: str) -> list[int] | None:
    """Return the numbers of the objects with the words of ``text``, newest first, whoever may see them.

    None when they are more than ``RARE``: what is common is found sooner by looking at objects in the wanted order.
    """
    condition = matching(kind, actor, text)
    if condition is None:
        return []
    if _is_common(kind, *condition):
        return None
    statement = f"SELECT object_id FROM kernel_search WHERE source = %s AND {condition[0]} LIMIT %s"  # noqa: S608
    with _only_by("bitmapscan") as cursor:
        cursor.execute(statement, [kind, *condition[1], RARE + 1])
        found = [number for (number,) in cursor.fetchall()]
    return None if len(found) > RARE else sorted(found, reverse=True)


def _is_common(kind: str, condition: str, parameters: list[Any]) -> bool:
    """Whether one in two hundred of the newest objects has the words: the index over words takes long for such."""
    newest = "SELECT public, internal FROM kernel_search WHERE source = %s ORDER BY object_id DESC LIMIT %s"
    statement = f"SELECT count(*) FROM ({newest}) newest WHERE {condition}"  # noqa: S608 - own fragments
    with connection.cursor() as cursor:
        cursor.execute(statement, [kind, SAMPLE, *parameters])
        return int(cursor.fetchone()[0]) * 200 >= SAMPLE


@contextmanager
def _only_by(way: str) -> Iterator[CursorWrapper]:
    """Let PostgreSQL use the one way to its rows; for words its guesses of how many there are lead astray."""
    switch = "SELECT " + ", ".join(
        f"set_config('enable_{one}', %s, true)" for one in ("seqscan", "indexscan", "bitmapscan") if one != way
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(switch, ["off", "off"])
        yield cursor
        cursor.execute(switch, ["on", "on"])


def _find_words(actor: Actor, kind: str, text: str, limit: int) -> list[Hit]:
    condition = matching(kind, actor, text)
    if condition is None:
        return []
    numbers = rare(kind, actor, text)
    if numbers is None:
        return _hits(actor, kind, *condition, limit=limit)
    return _hits(actor, kind, "object_id = ANY(%s)", [numbers], limit=limit) if numbers else []


def _find_similar(actor: Actor, kind: str, text: str, limit: int) -> list[Hit]:
    if len(text) < 4:
        return []
    recent = "object_id IN (SELECT object_id FROM kernel_search WHERE source = %s ORDER BY object_id DESC LIMIT %s)"
    return _hits(actor, kind, f"{recent} AND title %%> %s", [kind, WINDOW, text[:100]], limit=limit)


def _hits(actor: Actor, kind: str, condition: str, parameters: list[Any], *, limit: int) -> list[Hit]:
    source = sources[kind]
    try:
        visible, visible_parameters = source.visible(actor).order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:  # the actor may see none of this kind
        return []
    statement = (
        f"SELECT object_id, title FROM kernel_search WHERE source = %s AND {condition}"  # noqa: S608 - own fragments
        f" AND object_id IN ({visible}) ORDER BY object_id DESC LIMIT %s"
    )
    with _only_by("indexscan") as cursor:
        cursor.execute(statement, [kind, *parameters, *visible_parameters, limit])
        return [Hit(source, number, title) for number, title in cursor.fetchall()]

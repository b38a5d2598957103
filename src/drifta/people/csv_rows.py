"""Reading a file of people: encoding, separator, column names in three languages. No database, no Django."""

import csv
import io
from dataclasses import dataclass, field

from drifta.people import contact
from drifta.words import gettext_noop as _

#: A file may have at most this many rows; larger ones are split by whoever made them.
MOST_ROWS = 50_000
LARGEST_FILE = 20 * 1024 * 1024

#: What a column may be called, in lower case.
ALIASES = {
    "name": ("name", "full name", "namn", "fullständigt namn", "navn", "fullt navn"),
    "first_name": ("first name", "given name", "förnamn", "fornavn"),
    "last_name": ("last name", "surname", "family name", "efternamn", "etternavn"),
    "email": (
        "email",
        "e-mail",
        "mail",
        "email address",
        "mail address",
        "epost",
        "e-post",
        "e-postadress",
        "e-postadresse",
        "epostadress",
        "epostadresse",
        "mejl",
        "mailadress",
    ),
    "phone": (
        "phone",
        "phone number",
        "telephone",
        "mobile",
        "telefon",
        "telefonnummer",
        "mobil",
        "mobiltelefon",
        "tlf",
        "mobilnummer",
    ),
    "title": ("title", "job title", "titel", "befattning", "tittel", "stilling"),
    "language": ("language", "språk"),
    "manager": ("manager", "chef", "närmaste chef", "leder", "nærmeste leder"),
    "site": ("site", "office", "location", "plats", "kontor", "ort", "sted", "arbeidssted", "lokasjon"),
    "teams": ("team", "teams", "grupp", "grupper", "gruppe"),
    "vip": ("vip",),
    "note": ("note", "notes", "anteckning", "kommentar", "merknad", "notat"),
}
LANGUAGES = {
    "sv": "sv",
    "swedish": "sv",
    "svenska": "sv",
    "svensk": "sv",
    "nb": "nb",
    "no": "nb",
    "norwegian": "nb",
    "norska": "nb",
    "norsk": "nb",
    "bokmål": "nb",
    "norsk bokmål": "nb",
    "en": "en",
    "english": "en",
    "engelska": "en",
    "engelsk": "en",
}
YES = {"1", "x", "yes", "y", "true", "ja", "j", "sant"}
NO = {"", "0", "no", "n", "false", "nej", "nei", "usant"}

_FIELD_OF = {alias: name for name, aliases in ALIASES.items() for alias in aliases}


class UnreadableFile(ValueError):
    """The whole file cannot be used; the message (marked for translation) says why. ``values`` fill its places."""

    def __init__(self, text: str, **values: object) -> None:
        super().__init__(text)
        self.text = text
        self.values = values


@dataclass(frozen=True)
class Fault:
    """What is wrong with a row: a text marked for translation, with its values."""

    text: str
    values: dict[str, object] = field(default_factory=dict)


@dataclass
class Row:
    """One line of the file, in normal form. ``line`` counts from 1 with the header; absent columns are absent."""

    line: int
    values: dict[str, str]
    emails: list[str] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True)
class Sheet:
    """A file that was read: which columns were understood, which were not, and the rows."""

    columns: list[str]
    ignored: list[str]
    rows: list[Row]


def read(content: bytes, region: str = "SE") -> Sheet:
    """Read a file of people. Raises ``UnreadableFile``; faults of single rows are kept with the rows."""
    if len(content) > LARGEST_FILE:
        raise UnreadableFile(_("The file is larger than 20 MB. Split it into several."))
    try:
        table = _table(decode(content))
    except csv.Error as error:
        raise UnreadableFile(_("The file is damaged: a cell does not end. Save the sheet as CSV again.")) from error
    if not table:
        raise UnreadableFile(_("The file is empty. Its first line must name the columns, such as Name and E-mail."))
    header = table[0][1]
    names = [_FIELD_OF.get(" ".join(cell.replace("_", " ").split()).lower()) for cell in header]
    _check_header(names, header)
    rows = [_row(line, names, cells, region) for line, cells in table[1:]]
    if len(rows) > MOST_ROWS:
        raise UnreadableFile(_("The file has more than %(most)s rows. Split it into several."), most=MOST_ROWS)
    _mark_twins(rows)
    known = [name for name in names if name]
    return Sheet(known, [cell for cell, name in zip(header, names, strict=True) if not name and cell.strip()], rows)


def decode(content: bytes) -> str:
    """Return the text of a file as spreadsheets write it: UTF-8 (with or without mark), UTF-16, else Windows-1252."""
    encodings = ["utf-16"] if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UnreadableFile(_("This is not a text file. Save the sheet as CSV (UTF-8) and choose that file."))


def _table(text: str) -> list[tuple[int, list[str]]]:
    """Return the lines that have content, with their numbers, split at the separator that the first one uses most."""
    head = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(";,\t", key=head.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=False)
    return [(lines.line_num, cells) for cells in lines if any(cell.strip() for cell in cells)]


def _check_header(names: list[str | None], header: list[str]) -> None:
    twice = {name for name in names if name and names.count(name) > 1 and name not in ("email", "phone")}
    if twice:
        raise UnreadableFile(_("The column “%(column)s” is there twice."), column=min(twice))
    if "name" not in names and "first_name" not in names and "email" not in names:
        raise UnreadableFile(
            _("No column with names or mail addresses was found among: %(columns)s. Call them Name and E-mail."),
            columns=", ".join(header)[:200],
        )


def _row(line: int, names: list[str | None], cells: list[str], region: str) -> Row:
    row = Row(line, {})
    if len(cells) > len(names):
        row.faults.append(Fault(_("The row has more cells than the header.")))
    for name, cell in zip(names, cells, strict=False):
        if name is not None:
            _take(row, name, " ".join(cell.replace("\0", "").split()), region)
    _join_names(row)
    if not row.emails and "name" not in row.values:
        row.faults.append(Fault(_("The row has neither a name nor a mail address.")))
    return row


def _take(row: Row, name: str, cell: str, region: str) -> None:
    if name in ("email", "phone"):
        target = row.emails if name == "email" else row.phones
        for part in cell.replace(";", ",").replace("|", ",").split(","):
            if part.strip():
                _take_address(row, target, name, part, region)
    elif name == "language":
        _take_choice(row, name, cell, LANGUAGES, _("“%(cell)s” is not a language. Write sv, nb or en."))
    elif name == "vip":
        answers = dict.fromkeys(YES, "yes") | dict.fromkeys(NO, "no")
        _take_choice(row, name, cell or "no", answers, _("“%(cell)s” is neither yes nor no."))
    elif cell:
        row.values[name] = cell[:2000]


def _take_address(row: Row, target: list[str], name: str, text: str, region: str) -> None:
    try:
        value = contact.email(text) if name == "email" else contact.phone(text, region)
    except contact.NotAnAddress:
        wrong = _("“%(cell)s” is not a mail address.") if name == "email" else _("“%(cell)s” is not a phone number.")
        row.faults.append(Fault(wrong, {"cell": text.strip()[:80]}))
    else:
        if value not in target:
            target.append(value)


def _take_choice(row: Row, name: str, cell: str, answers: dict[str, str], fault: str) -> None:
    found = answers.get(cell.lower())
    if found is not None:
        row.values[name] = found
    elif cell:
        row.faults.append(Fault(fault, {"cell": cell[:80]}))


def _join_names(row: Row) -> None:
    parts = [row.values.pop("first_name", ""), row.values.pop("last_name", "")]
    joined = " ".join(part for part in parts if part)
    if joined and "name" not in row.values:
        row.values["name"] = joined
    if len(row.values.get("name", "")) > 200:
        row.faults.append(Fault(_("The name is longer than 200 characters.")))


def _mark_twins(rows: list[Row]) -> None:
    """Mark rows that claim a mail address of an earlier row."""
    first: dict[str, int] = {}
    for row in rows:
        for email in row.emails:
            line = first.setdefault(email, row.line)
            if line != row.line:
                row.faults.append(
                    Fault(_("%(email)s stands in line %(line)s already."), {"email": email, "line": line})
                )

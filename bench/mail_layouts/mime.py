"""Messages with expected structure: the layouts of stalwart's mail-parser and of mime4j."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from drifta.channels.mail import entity, headers, sanitise
from drifta.channels.mail.entity import Entity
from drifta.channels.mail.headers import Address
from drifta.channels.mail.parse import Attachment, Mail, parse

_ADDRESS_FIELDS = {"from": "from_", "to": "to", "cc": "cc", "reply_to": "reply_to", "sender": "sender"}


def runner_of(folder: Path) -> Callable[[Path, Any], None] | None:
    """The runner for a folder that holds mails with trees beside them, or tables of header values."""
    if any(path.with_suffix(".json").is_file() for path in folder.glob("*.eml")):
        return stalwart
    if any(path.with_name(f"{path.stem}_decoded.xml").is_file() for path in folder.glob("*.msg")):
        return mime4j
    if any(_is_table(path) for path in folder.glob("*.json")):
        return tables
    return None


def _is_table(path: Path) -> bool:
    found = json.loads(path.read_text("utf-8"))
    return isinstance(found, list) and bool(found) and isinstance(found[0], dict) and "header" in found[0]


# stalwart -----------------------------------------------------------------------------------------------------------


def stalwart(folder: Path, score: Any) -> None:
    """Mails as they are, and the same with CRLF line ends."""
    for path in sorted(folder.glob("*.eml")):
        raw = path.read_bytes()
        score.mails.append(raw)
        for suffix in (".json", ".crlf.json"):
            beside = path.with_name(path.stem + suffix)
            if beside.is_file():
                mail = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") if "crlf" in suffix else raw
                case = f"{folder.name}/{beside.name}"
                _stalwart_case(case, parse(mail), json.loads(beside.read_text("utf-8")), score)


def _stalwart_case(case: str, mail: Mail, tree: dict[str, Any], score: Any) -> None:
    for name, value in _last_fields(tree["parts"][0]).items():
        _stalwart_field(case, mail, name, value, score)
    parts = tree["parts"]
    texts = " ".join(_part_text(parts[index]) for index in tree["text_body"])
    score.check("stalwart", "text", case, mail.text.split(), texts.split())
    _stalwart_attachments(case, mail, tree, score)


def _last_fields(part: dict[str, Any]) -> dict[str, Any]:
    return {field["name"]: field["value"] for field in part["headers"] if isinstance(field["name"], str)}


def _stalwart_field(case: str, mail: Mail, name: str, value: Any, score: Any) -> None:
    if name in _ADDRESS_FIELDS and isinstance(value, dict) and "Address" in value:
        got = [(one.name, one.address) for one in getattr(mail, _ADDRESS_FIELDS[name])]
        score.check("stalwart", name, case, got, list(_addresses(value["Address"])))
    elif name == "subject" and isinstance(value, dict):
        score.check("stalwart", "subject", case, mail.subject.split(), str(value.get("Text", "")).split())
    elif name == "date" and isinstance(value, dict) and "DateTime" in value:
        score.check("stalwart", "date", case, _as_date(mail.date), _as_written(value["DateTime"]))
    elif name == "message_id" and isinstance(value, dict):
        score.check("stalwart", "message id", case, mail.message_id, value.get("Text"))


def _addresses(value: dict[str, Any]) -> Iterator[tuple[str, str]]:
    groups = value.get("Group", [])
    for one in [*value.get("List", []), *(one for group in groups for one in group.get("addresses", []))]:
        yield one.get("name") or "", one.get("address") or ""


def _as_date(date: datetime | None) -> dict[str, Any] | None:
    offset = date.utcoffset() if date else None
    if date is None or offset is None:
        return None
    minutes = int(offset.total_seconds() // 60)
    return {
        "year": date.year, "month": date.month, "day": date.day, "hour": date.hour, "minute": date.minute,
        "second": date.second, "tz_before_gmt": minutes < 0, "tz_hour": abs(minutes) // 60,
        "tz_minute": abs(minutes) % 60,
    }  # fmt: skip


def _as_written(date: dict[str, Any] | None) -> dict[str, Any] | None:
    """Nought hours before and behind Greenwich are the same."""
    if date is None:
        return None
    return date | {"tz_before_gmt": date["tz_before_gmt"] and (date["tz_hour"], date["tz_minute"]) != (0, 0)}


def _part_text(part: dict[str, Any]) -> str:
    body = part["body"]
    if "Html" in body:
        return sanitise.text_of(body["Html"])
    return str(body.get("Text", ""))


def _stalwart_attachments(case: str, mail: Mail, tree: dict[str, Any], score: Any) -> None:
    """A picture among the texts counts as an attachment here, and in the expectation of ours."""
    parts = tree["parts"]
    shown = {*tree["text_body"], *tree["html_body"]}
    wanted = sorted(
        {*tree["attachments"], *(index for index in shown if not {"Text", "Html"} & parts[index]["body"].keys())}
    )
    score.check("stalwart", "number of attachments", case, len(mail.attachments), len(wanted))
    for got, index in zip(mail.attachments, wanted, strict=False):
        name = _part_name(parts[index])
        if name:
            score.check("stalwart", "attachment name", case, got.filename, name)
        data = _part_bytes(parts[index]["body"])
        if data is not None:
            score.count("stalwart", "attachment bytes", case, _same_bytes(got, data), f"{got!r} {data[:80]!r}")


def _part_name(part: dict[str, Any]) -> str:
    fields = _last_fields(part)
    for name, attribute in (("content_disposition", "filename"), ("content_type", "name")):
        value = fields.get(name)
        attributes = (value.get("ContentType") or {}).get("attributes") if isinstance(value, dict) else None
        for one in attributes or []:
            if one["name"] == attribute:
                return str(one["value"])
    return ""


def _part_bytes(body: dict[str, Any]) -> bytes | None:
    for kind in ("Binary", "InlineBinary"):
        if kind in body:
            return bytes(body[kind])
    text = body.get("Text", body.get("Html"))
    return text.encode("utf-8") if isinstance(text, str) else None


def _same_bytes(got: Attachment, data: bytes) -> bool:
    if got.content.replace(b"\r\n", b"\n") == data.replace(b"\r\n", b"\n"):
        return True
    return (
        got.media_type.startswith("text/") and got.content.decode("utf-8", "replace").split() == data.decode().split()
    )


def tables(folder: Path, score: Any) -> None:
    """Header values one by one."""
    for path in sorted(folder.glob("*.json")):
        if not _is_table(path):
            continue
        for number, row in enumerate(json.loads(path.read_text("utf-8"))):
            value = entity.read(b"X: " + row["header"].encode("utf-8") + b"\n\n").first("x") or b""
            got = _table_value(path.stem, value, row["expected"])
            score.check(
                "stalwart", f"header {path.stem}", f"{path.stem}[{number}]", got, _table_expected(row["expected"])
            )


def _table_value(kind: str, value: bytes, expected: Any) -> Any:
    if kind in {"date", "received"}:
        return _as_date(headers.date(value))
    if kind == "address":
        return [(one.name, one.address) for one in headers.addresses(value)]
    if kind in {"id", "message_id"}:
        return list(headers.message_ids(value))
    if kind == "content_type":
        declared = headers.raw_text(value)
        return headers.parameters(declared.partition(";")[2])
    return headers.text(value)


def _table_expected(expected: Any) -> Any:
    if isinstance(expected, dict):
        if "date" in expected:
            return _as_written(expected["date"])
        if "tz_before_gmt" in expected:
            return _as_written(expected)
        if "c_type" in expected:
            return {one["name"]: one["value"] for one in expected.get("attributes") or []}
        if "Address" in expected or "List" in expected or "Group" in expected:
            return list(_addresses(expected.get("Address", expected)))
        return expected.get("TextList", expected.get("Text", expected))
    return [expected] if isinstance(expected, Address) else expected


# mime4j -------------------------------------------------------------------------------------------------------------


def mime4j(folder: Path, score: Any) -> None:
    """The tree's leaves, decoded, in their order; and the fields of the outermost header."""
    for path in sorted(folder.glob("*.msg")):
        beside = path.with_name(f"{path.stem}_decoded.xml")
        raw = path.read_bytes()
        score.mails.append(raw)
        parse(raw)
        if beside.is_file():
            case = f"{folder.name}/{path.stem}"
            _mime4j_case(case, folder, entity.read(raw), _tree(beside), score)


def _tree(path: Path) -> ElementTree.Element:
    return ElementTree.fromstring(path.read_bytes())  # noqa: S314 - the expectations are files of ours


def _mime4j_case(case: str, folder: Path, root: Entity, tree: ElementTree.Element, score: Any) -> None:
    fields = [_field(element.text or "") for element in tree.findall("./header/field")]
    got = [(name, headers.raw_text(value).split()) for name, value in root.headers]
    score.check("mime4j", "header fields", case, got, fields)
    wanted = [element for element in tree.iter() if element.tag in {"text-body", "binary-body"}]
    leaves = [node for node in root.walk() if not node.children and not node.is_multipart]
    score.check("mime4j", "number of bodies", case, len(leaves), len(wanted))
    for position, element in enumerate(wanted):
        file = folder / str(element.get("name"))
        if file.is_file():
            content = leaves[position].content if position < len(leaves) else b""
            same = content.replace(b"\r\n", b"\n") == file.read_bytes().replace(b"\r\n", b"\n")
            score.count(
                "mime4j",
                "body",
                f"{case} {file.name}",
                same,
                f"got {content[-60:]!r} want {file.read_bytes()[-60:]!r}",
            )


def _field(text: str) -> tuple[str, list[str]]:
    name, _, value = text.strip("\n").partition(":")
    return name.strip().lower(), value.split()

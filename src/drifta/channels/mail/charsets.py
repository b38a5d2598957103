"""Character sets as mails really declare them: aliases, false declarations and plain bytes."""

from __future__ import annotations

import codecs
import re

_ALIASES = {
    "ansi": "cp1252",
    "ascii": "us-ascii",
    "chinesebig5": "big5hkscs",
    "big5": "big5hkscs",
    "cp-850": "cp850",
    "default": "us-ascii",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "euc-cn": "gb18030",
    "iso-2022-jp": "iso2022_jp_2",
    "iso-8859-1": "cp1252",
    "iso-8859-8-e": "iso8859_8",
    "iso-8859-8-i": "iso8859_8",
    "iso-8859-9": "cp1254",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "ks_c_5601": "cp949",
    "ksc5601": "cp949",
    "l1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "macintosh": "mac_roman",
    "shift-jis": "cp932",
    "shift_jis": "cp932",
    "sjis": "cp932",
    "tis-620": "cp874",
    "unicode": "utf-16",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "unknown-8bit": "us-ascii",
    "utf": "utf-8",
    "utf8": "utf-8",
    "utf-8mb4": "utf-8",
    "windows-874": "cp874",
    "x-sjis": "cp932",
    "x-unknown": "us-ascii",
    "x-user-defined": "us-ascii",
}
# Python also knows codecs that are no character sets (punycode, unicode_escape ...): a mail may not choose those.
_TEXT_CODECS = re.compile(r"(utf|iso8859|iso2022|cp\d|koi8|mac|gb|big5|euc|shift|ascii|latin|tis|ptcp|hz|kz|johab|hp)")
_SURROGATE = re.compile("[\ud800-\udfff]")
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def codec_name(charset: str) -> str | None:
    """Return Python's codec for a MIME ``charset`` name, None when it is unknown or no character set."""
    name = charset.strip(" \t\r\n\"'").lower()
    name = _ALIASES.get(name, name)
    if name.startswith("x-"):
        name = name[2:]
    try:
        found = codecs.lookup(name.replace("windows-", "cp")).name
    except (LookupError, ValueError, UnicodeError):
        return None
    return found if _TEXT_CODECS.match(found) else None


def guess(data: bytes) -> str:
    """Decode bytes of unknown character set: UTF-8 when they are valid UTF-8, Windows-1252 otherwise."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _windows(data)


def decode(data: bytes, charset: str | None) -> tuple[str, str | None]:
    """Decode ``data`` declared as ``charset``; never raises.

    Returns the text and a problem code (``charset-unknown``, ``charset-wrong``) or None.
    """
    for mark, codec in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(codec, "replace"), None
    if not charset:
        return guess(data), None
    codec_found = codec_name(charset)
    if codec_found is None:
        return guess(data), "charset-unknown"
    if codec_found == "cp1252":
        return _declared_western(data)
    return _strict(data, codec_found)


def storable(text: str) -> str:
    """Text without what no database stores: NUL and lone surrogates."""
    return _SURROGATE.sub("\ufffd", text.replace("\0", ""))


def _strict(data: bytes, codec: str) -> tuple[str, str | None]:
    try:
        return data.decode(codec), None
    except (UnicodeError, ValueError):
        pass
    if codec in {"ascii", "utf-8"}:
        return _mostly_utf8(data), "charset-wrong"
    return data.decode(codec, "replace"), "charset-wrong"


def _mostly_utf8(data: bytes) -> str:
    """Keep UTF-8 with a few broken bytes as UTF-8; what has no valid sequences at all is Windows-1252."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    valid = sum(1 for character in text if character > "\x7f") - broken
    return text if valid > broken else _windows(data)


def _declared_western(data: bytes) -> tuple[str, str | None]:
    """Windows-1252 and ISO 8859-1 are one in practice, and often UTF-8 in disguise."""
    if not data.isascii() and b"\xc3" in data:
        try:
            return data.decode("utf-8"), "charset-wrong"
        except UnicodeDecodeError:
            pass
    return _windows(data), None


def _windows(data: bytes) -> str:
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1")

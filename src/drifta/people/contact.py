"""How mail addresses and phone numbers are written down, so that the same one is always the same text."""

import re
import unicodedata
from contextlib import suppress

import phonenumbers

#: Where a number without a country code belongs, by the language of the organisation.
REGION_OF_LANGUAGE = {"sv": "SE", "nb": "NO", "en": "SE"}
#: RFC 5321 section 4.5.3.1: a path has at most 256 octets with its angle brackets.
LONGEST_EMAIL = 254

_EMAIL = re.compile(r"[^\s@<>\"(),:;\\\[\]\x00-\x1f]{1,64}@[^\s@<>\"(),:;\\\[\]\x00-\x1f]+\.?[^\s@.]+")


class NotAnAddress(ValueError):
    """The text is neither a mail address nor a phone number of the kind that was asked for."""


def email(text: str) -> str:
    """Return a mail address in lower case, without display name. Raises ``NotAnAddress``."""
    found = unicodedata.normalize("NFC", text).strip()
    if found.endswith(">") and "<" in found:
        found = found.rpartition("<")[2][:-1].strip()
    found = found.removeprefix("mailto:").lower()
    if len(found) > LONGEST_EMAIL or not _EMAIL.fullmatch(found) or ".." in found.rpartition("@")[2]:
        raise NotAnAddress(text)
    return found


def phone(text: str, region: str = "SE") -> str:
    """Return a phone number as E.164 (``+46701234567``), read as dialled in ``region``. Raises ``NotAnAddress``.

    A short internal number (two to six digits) is no E.164 number; it is kept as its digits.
    """
    digits = re.sub(r"[\s().\-/\u00a0]", "", text.removeprefix("tel:"))
    if re.fullmatch(r"[1-9]\d{1,5}", digits):
        return digits
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise NotAnAddress(text) from error
    if not phonenumbers.is_possible_number(number):
        raise NotAnAddress(text)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def readings(text: str, region: str = "SE") -> list[str]:
    """Return what a caller's number may be stored as; empty for what is no number.

    Exchanges hand numbers over with or without the +, as they would be dialled, or as ``tel:`` (RFC 3966); in an
    address that was not encoded the + has become a space.
    """
    digits = re.sub(r"^tel:|[\s().\-/\u00a0]", "", text)
    if not re.fullmatch(r"\+?\d{2,17}", digits):
        return []
    found: list[str] = []
    for one in (digits, f"+{digits.lstrip('+')}"):
        with suppress(NotAnAddress):
            found.append(phone(one, region))
    return list(dict.fromkeys(found))


def shown_phone(value: str) -> str:
    """Return a stored number with the spaces that people are used to: ``+46 70 123 45 67``."""
    try:
        number = phonenumbers.parse(value, None)
    except phonenumbers.NumberParseException:
        return value
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def domain(address: str) -> str:
    """Return what stands behind the @, in lower case; empty when there is none."""
    return address.rpartition("@")[2].strip().lower() if "@" in address else ""


def name_from(address: str) -> str:
    """Make a readable name of a mail address: ``anna.oberg@x`` is “Anna Oberg”."""
    words = re.split(r"[._\-+]+", address.partition("@")[0])
    return " ".join(word.capitalize() for word in words if word)[:200] or address[:200]

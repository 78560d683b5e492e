"""How a number that was dialled or displayed becomes canonical, and how a canonical one is shown to people.

Rules of this file: pure functions. The plan is China's (YD/T 1010 and its successors) with our own access codes;
`country` and `area` (without the leading 0) say where the room stands, and everything else is a table of forms.
Digits that fit no form are refused: a guess would send a call to a stranger.
"""

import re

from seatline.errors import BadInput


class NumberUnreadable(BadInput):
    """{dialled!r} is not a telephone number that can be understood here."""


_SEPARATORS = re.compile(r"[ ().\-/]")
_INTERNATIONAL = re.compile(r"[1-9]\d{2,14}")

# National forms and what they become; the first that fits is taken. `{c}` country, `{a}` area, `{n}` the match.
_FORMS: tuple[tuple[re.Pattern[str], str], ...] = (
    # A mobile number: 11 digits beginning with 13 to 19.
    (re.compile(r"(?P<n>1[3-9]\d{9})"), "+{c}{n}"),
    # Access and service codes: our shared 1252, our 1250xxxx, 10086, 12345, 110.
    (re.compile(r"(?P<n>1\d{2,7})"), "+{c}{n}"),
    # Free and shared-cost numbers.
    (re.compile(r"(?P<n>[48]00\d{7})"), "+{c}{n}"),
    # National service numbers of banks and airlines.
    (re.compile(r"(?P<n>95\d{3,4})"), "+{c}{n}"),
    # Dialled with the trunk 0: area and number.
    (re.compile(r"0(?P<n>[1-9]\d{8,10})"), "+{c}{n}"),
    # A number of the room's own area, our 96968xxx among them; six digits: a local service number.
    (re.compile(r"(?P<n>[2-9]\d{6,7}|96\d{3,4})"), "+{c}{a}{n}"),
)

# Area codes with two digits; all others have three.
_SHORT_AREA = re.compile(r"10|2\d")


def normalise(dialled: str, *, country: str, area: str) -> str:
    """The canonical form (E.164 with +) of what a caller dialled or a trunk displayed.

    Raises `NumberUnreadable` for digits that fit no form.
    """
    text = _SEPARATORS.sub("", dialled)
    if not text.isascii():
        raise NumberUnreadable(dialled=dialled)
    for prefix in ("+", "00"):
        if text.startswith(prefix):
            return _international(text.removeprefix(prefix), dialled, country)
    for form, canonical in _FORMS:
        if match := form.fullmatch(text):
            return canonical.format(c=country, a=area, n=match["n"])
    # Some carriers send the country code without a sign of it.
    if text.startswith(country) and len(text) >= len(country) + 10:
        return _international(text, dialled, country)
    raise NumberUnreadable(dialled=dialled)


def _international(digits: str, dialled: str, country: str) -> str:
    # +86 (0)21 …: the 0 is for callers inside the country.
    if digits.startswith(country + "0"):
        digits = country + digits.removeprefix(country + "0")
    if not _INTERNATIONAL.fullmatch(digits):
        raise NumberUnreadable(dialled=dialled)
    return f"+{digits}"


def national(canonical: str, *, country: str, area: str) -> str:
    """The form in which people of the room's area write the number; of another country: unchanged.

    `normalise` reads it back as the same number.
    """
    if not canonical.startswith(f"+{country}"):
        return canonical
    digits = canonical.removeprefix(f"+{country}")
    local = digits.removeprefix(area)
    # What people write must be read back as the same number; anything else stays as it is.
    for form in (digits, local if local != digits else "", _with_area(digits)):
        if form and _reads_back(form, canonical, country, area):
            return form
    return canonical


def _with_area(digits: str) -> str:
    cut = 2 if _SHORT_AREA.match(digits) else 3
    return f"0{digits[:cut]}-{digits[cut:]}"


def _reads_back(form: str, canonical: str, country: str, area: str) -> bool:
    try:
        return normalise(form, country=country, area=area) == canonical
    except NumberUnreadable:
        return False

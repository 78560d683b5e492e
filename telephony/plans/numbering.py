"""How people here write telephone numbers, for flows in which callers key them."""

from functools import partial

from seatline.env import environment
from seatline.errors import BadInput
from telephony.core.plan import Numbering
from tenants.numbers.rules import national, normalise


def numbering() -> Numbering:
    """By the country and the area in which the room stands."""
    country, area = environment.text("SEATLINE_COUNTRY_CODE"), environment.text("SEATLINE_AREA_CODE")
    return Numbering(country, partial(_read, country, area), partial(_write, country, area))


def _read(country: str, area: str, keyed: str) -> str:
    try:
        return normalise(keyed, country=country, area=area)
    except BadInput:
        return ""


def _write(country: str, area: str, number: str) -> str:
    return national(number, country=country, area=area).replace("-", "")

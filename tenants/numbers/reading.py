"""Numbers as people here write them and as they are kept, by the country and area of this house."""

from seatline.env import environment
from tenants.numbers.rules import national, normalise


def read_number(text: str) -> str:
    """The canonical form (E.164) of what somebody wrote. Raises NumberUnreadable."""
    country, area = environment.text("SEATLINE_COUNTRY_CODE"), environment.text("SEATLINE_AREA_CODE")
    return normalise(text.strip(), country=country, area=area)


def written(e164: str) -> str:
    """The number as people of this area write it."""
    country, area = environment.text("SEATLINE_COUNTRY_CODE"), environment.text("SEATLINE_AREA_CODE")
    return national(e164, country=country, area=area)

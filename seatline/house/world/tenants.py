"""The tenants and what they hold: numbers, seats, and their people's roles."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from seatline.env import environment
from seatline.house import cast
from seatline.house.world.staff import join_tenant
from seatline.house.world.values import World
from tenants.accounts.models import Language, Tenant
from tenants.numbers.models import DirectoryListing, Number
from tenants.numbers.rules import normalise
from tenants.numbers.services import add_number, assign_number, list_in_directory, numbers_of
from tenants.seats.models import SeatLease
from tenants.seats.rules import Window, instant
from tenants.seats.services import add_seats, grant_lease

SEATS = 370
HELD_FOR = timedelta(days=91)  # so long before the world was made the numbers were given out
COLOURS = {"museum": "#7c3aed", "harbour": "#0369a1", "lotus": "#be185d"}
# Seats let to each tenant, and the weekly hours; none: around the clock.
LEASES: Mapping[str, tuple[int, tuple[Window, ...]]] = {
    "museum": (8, ()),
    "harbour": (12, ()),
    "lotus": (5, (Window(frozenset(range(1, 8)), time(20), time(8)),)),
}


def make_tenants(world: World) -> dict[str, Tenant]:
    """The three tenants with their people, by code."""
    found: dict[str, Tenant] = {}
    for part in cast.TENANTS:
        found[part.code] = Tenant.objects.get_or_create(
            code=part.code,
            defaults={
                "name": part.name, "name_zh": part.name_zh, "language": Language.CHINESE, "colour": COLOURS[part.code],
            },
        )[0]  # fmt: skip
        join_tenant(world, found[part.code])
    return found


def make_room() -> None:
    """370 seats."""
    add_seats(range(1, SEATS + 1))


def canonical(dialled: str) -> str:
    """A number of the cast as tables hold it."""
    country, area = environment.text("SEATLINE_COUNTRY_CODE"), environment.text("SEATLINE_AREA_CODE")
    return normalise(dialled, country=country, area=area)


def make_numbers(tenants: Mapping[str, Tenant], at: datetime) -> None:
    """The shared number with its directory, and two numbers for each tenant alone."""
    short = add_number(canonical(cast.SHORT), Number.Kind.SHORT)
    since = (at - HELD_FOR).replace(minute=0, second=0, microsecond=0)
    for part in cast.TENANTS:
        tenant = tenants[part.code]
        held = numbers_of(tenant.id, at)
        for dialled, kind in ((part.local, Number.Kind.LOCAL), (part.national, Number.Kind.NATIONAL)):
            number = add_number(canonical(dialled), kind)
            if number.e164 not in held:
                assign_number(number.e164, tenant, since)
        if not DirectoryListing.objects.filter(number=short, tenant=tenant).exists():
            list_in_directory(short.e164, tenant, part.merchant, since)


def let_seats(tenants: Mapping[str, Tenant], contracts: Mapping[str, UUID], began: date, at: datetime) -> None:
    """The leases, each under its tenant's contract, from the day on which service began."""
    for code, (seats, windows) in LEASES.items():
        tenant = tenants[code]
        if not SeatLease.objects.filter(tenant=tenant).exists():
            starts_at = instant(began, time(0), ZoneInfo(tenant.time_zone))
            grant_lease(tenant, seats, starts_at, at=at, windows=windows, contract_id=contracts[code])

"""Per seat and hour of the leased windows, whether the seats are used or not: rental by hours of the day and week."""

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from billing.rating.kinds.kind import Kind
from billing.rating.params import meaning
from billing.rating.periods import local_day
from billing.rating.seats import seat_windows
from billing.rating.trace import number, price, step
from billing.rating.values import Evidence, Facts, Priced


@dataclass(frozen=True, slots=True)
class SeatHour:
    """Parameters of `seat_hour`."""

    price: Decimal = field(metadata=meaning("price of one seat for one leased hour", "每席每小时单价"))


def _lines(params: SeatHour, facts: Facts) -> list[Priced]:
    windows = list(seat_windows(facts.leases, facts.counted, facts.zone))
    seat_hours = sum((lease.seats * hours for lease, _, hours in windows), Fraction(0))
    exact = seat_hours * Fraction(params.price)
    evidence = tuple(
        Evidence(local_day(begins, facts.zone), lease.seats, lease.seats, lease.lease, number(hours))
        for lease, begins, hours in windows
    )
    told = step(
        "seat_hours",
        seat_hours=number(seat_hours),
        windows=len(windows),
        price=price(params.price),
        amount=facts.shown(exact),
    )
    return [Priced("seats", seat_hours, "seat_hour", params.price, exact, (told,), evidence)]


KIND = Kind("seat_hour", SeatHour, _lines, holds="seat")

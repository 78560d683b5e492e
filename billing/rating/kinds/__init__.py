"""The registry of price kinds, one file each."""

from billing.rating.kinds import (
    bundle,
    commission,
    metered,
    milestone,
    number_month,
    of_prices,
    one_off,
    outside_minutes,
    recurring,
    seat_hour,
    seat_month,
    staff_hour,
    staff_month,
    storage,
)
from billing.rating.kinds.kind import Kind
from billing.rating.params import read
from seatline.errors import BadInput

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        seat_month.KIND,
        bundle.KIND,
        metered.KIND,
        commission.KIND,
        milestone.KIND,
        seat_hour.KIND,
        staff_hour.KIND,
        staff_month.KIND,
        recurring.KIND,
        number_month.KIND,
        outside_minutes.KIND,
        storage.KIND,
        one_off.KIND,
        of_prices.DISCOUNT,
        one_off.CREDIT,
        of_prices.PENALTY,
        of_prices.COMMITMENT,
    )
}


class KindUnknown(BadInput):
    """There is no price kind {kind}; there are {known}."""


def kind_of(name: str) -> Kind:
    """The kind of that name. Raises `KindUnknown`."""
    if name not in KINDS:
        raise KindUnknown(kind=name, known=", ".join(KINDS))
    return KINDS[name]


def read_params(kind: str, values: object) -> object:
    """The parameters of a kind from JSON. Raises `KindUnknown` or `ParamsUnreadable`."""
    params: object = read(kind_of(kind).params, values)
    return params

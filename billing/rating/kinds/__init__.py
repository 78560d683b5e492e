"""The registry of price kinds, one file each."""

from billing.rating.kinds import bundle, metered, recurring, seat_hour, seat_month
from billing.rating.kinds.kind import Kind
from billing.rating.params import read
from seatline.errors import BadInput

KINDS: dict[str, Kind] = {
    kind.name: kind for kind in (seat_month.KIND, bundle.KIND, metered.KIND, seat_hour.KIND, recurring.KIND)
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

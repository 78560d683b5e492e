"""What a price kind is. To add one: a file with its params and its `price` function, and a name in `KINDS`."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from billing.rating.values import Facts, Priced


class Stage(IntEnum):
    """The order in which prices are reckoned, whatever their order on the document."""

    PRICE = 0  # from facts alone
    PENALTY = 1  # from prices
    DISCOUNT = 2  # from prices
    COMMITMENT = 3  # from prices and discounts: maximum, then minimum


def no_meters(_params: object) -> tuple[str, ...]:
    """For kinds that count no usage."""
    return ()


def no_details(_params: object) -> frozenset[str]:
    """For kinds that need sums by day alone."""
    return frozenset()


def never(_params: object) -> bool:
    """For kinds that look at their own period alone."""
    return False


@dataclass(frozen=True, slots=True)
class Kind:
    """A way of charging."""

    name: str
    params: type
    #: The total so far of each part, from the kind's own params and the facts; pure.
    price: Callable[[Any, Facts], list[Priced]]
    #: The meters whose usage the price counts.
    meters: Callable[[Any], tuple[str, ...]] = no_meters
    #: Those of them that it reads and does not charge: another price may charge them.
    reads: Callable[[Any], tuple[str, ...]] = no_meters
    #: Names of `values.Detail`'s fields by which usage must be kept apart.
    details: Callable[[Any], frozenset[str]] = no_details
    #: What is held and counted: "seat", "number", or nothing.
    holds: str = ""
    stage: Stage = Stage.PRICE
    #: Whether the period before is looked at.
    looks_back: Callable[[Any], bool] = never

    def charges(self, params: Any) -> frozenset[str]:
        """What no other price of the same days may charge as well: meters, and seats of which leases."""
        meters = frozenset(self.meters(params)) - frozenset(self.reads(params))
        if self.holds != "seat":
            return meters
        return meters | {
            f"seats {hours}" for hours in (("days", "hours") if params.leases == "all" else (params.leases,))
        }

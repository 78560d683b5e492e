"""What a price kind is. To add one: a file with its params and its `price` function, and a name in `KINDS`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from billing.rating.values import Facts, Priced


@dataclass(frozen=True, slots=True)
class Kind:
    """A way of charging."""

    name: str
    params: type
    #: The total so far of each part, from the kind's own params and the facts; pure.
    price: Callable[[Any, Facts], list[Priced]]
    #: The meters whose usage the price counts.
    meters: Callable[[Any], tuple[str, ...]]
    #: Whether seat leases are counted.
    leases: bool = False


def no_meters(_params: object) -> tuple[str, ...]:
    """For kinds that count no usage."""
    return ()

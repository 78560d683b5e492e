"""What rating takes and gives: frozen values."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from billing.rating.money import round_money
from billing.rating.periods import MONTHLY, Cycle, Period, Weights
from billing.rating.trace import Step


@dataclass(frozen=True, slots=True)
class Detail:
    """What facts of one group have in common beside meter and day. A price asks for what it needs (`Kind.details`);
    the rest stands at its default, so that whoever groups facts may leave it out."""

    seconds: int = 0  # length of each, started seconds; of a call offered: how long it waited
    minute: int = 0  # local minute of the day in which each began
    to: str = ""  # number called, canonical
    value: Decimal = Decimal(0)  # money that each is worth
    label: str = ""  # an outcome, a milestone's code, a reason to pause
    days_after: int = 0  # of what was cancelled: how many days after it was ordered
    starts_at: datetime | None = None  # the instant itself, where hours are laid over the clock
    source: str = ""  # the session that it belongs to

    def as_text(self) -> tuple[str, ...]:
        """All of it as text, for sorting and hashing."""
        starts_at = self.starts_at.isoformat() if self.starts_at else ""
        return (
            str(self.seconds), str(self.minute), self.to, str(self.value), self.label, str(self.days_after), starts_at,
            self.source,
        )  # fmt: skip


NO_DETAIL = Detail()


@dataclass(frozen=True, slots=True)
class Usage:
    """Equal facts on a meter on one local day, and how many: one record or the sum of many, it makes no difference."""

    meter: str
    on: date
    quantity: Decimal
    detail: Detail = NO_DETAIL


@dataclass(frozen=True, slots=True)
class Cell:
    """All usage of one meter, day and detail, exact."""

    meter: str
    on: date
    detail: Detail
    quantity: Fraction


@dataclass(frozen=True, slots=True)
class Lease:
    """What is held without a break from `starts_at` until `ends_at` (None: still held); each leased window is one."""

    lease: str
    seats: int
    starts_at: datetime
    ends_at: datetime | None
    what: str = "seat"  # or "number"
    weekly: bool = False  # a window of weekly hours


@dataclass(frozen=True, slots=True)
class Component:
    """A price in force on `[starts_on, ends_on)`; `params` is the kind's own dataclass."""

    id: str
    kind: str
    params: object
    starts_on: date
    ends_on: date | None = None
    code: str = ""  # by which discounts, penalties and commitments name it


@dataclass(frozen=True, slots=True)
class Terms:
    """The prices of a contract with its currency and zone, in the order of the document."""

    currency: str
    zone: ZoneInfo
    components: tuple[Component, ...]
    cycle: Cycle = MONTHLY


@dataclass(frozen=True, slots=True)
class Billed:
    """What stands on earlier documents for one part of a component and one period."""

    quantity: Decimal
    amount: Decimal


#: Component id and part.
BilledKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Other:
    """What another price of the same days comes to, for prices that are reckoned from prices."""

    code: str
    part: str
    stage: int
    amount: Decimal  # the total so far, rounded


@dataclass(frozen=True, slots=True)
class Before:
    """The whole period before, as far as the price was in force in it: what is carried over comes from there."""

    share: Fraction
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What a kind is given: the days it serves in a period, how far they are counted, and what happened on them."""

    currency: str
    zone: ZoneInfo
    period: Period  # the whole period: its days are the denominator of every share
    served: Period  # the part in which the component is in force
    counted: Period  # the part of `served` that is counted so far
    final: bool  # whether the period is over; only then a minimum is settled
    cells: tuple[Cell, ...]  # usage of the kind's meters on the served days, in order
    leases: tuple[Lease, ...]
    others: tuple[Other, ...] = ()
    before: Before | None = None
    weights: Weights = field(default_factory=Weights)

    @property
    def share(self) -> Fraction:
        """The served part of the whole period."""
        return Fraction(self.served_days, self.period_days)

    @property
    def served_days(self) -> int:
        """The served days as they count."""
        return self.weights.days(self.served)

    @property
    def period_days(self) -> int:
        """The days of the whole period as they count."""
        return self.weights.days(self.period)

    def rounded(self, exact: Fraction) -> Decimal:
        """An exact amount as it will stand on the line."""
        return round_money(exact, self.currency)

    def shown(self, exact: Fraction) -> str:
        """The same as text for a step."""
        return f"{self.rounded(exact):f}"

    def quantity(self, meters: tuple[str, ...]) -> Fraction:
        """The sum over several meters."""
        return sum((cell.quantity for cell in self.cells if cell.meter in meters), Fraction(0))


@dataclass(frozen=True, slots=True)
class Evidence:
    """Seats behind a line: on a day, or in a leased window (`hours` set)."""

    on: date
    seats: int
    billed: int
    lease: str = ""
    hours: str = ""

    def as_json(self) -> dict[str, object]:
        """For storing beside the charge."""
        stored: dict[str, object] = {"on": self.on.isoformat(), "seats": self.seats, "billed": self.billed}
        if self.hours:
            stored |= {"lease": self.lease, "hours": self.hours}
        return stored


@dataclass(frozen=True, slots=True)
class Priced:
    """What a kind gives for one part: the total so far, exact, with its steps."""

    part: str
    quantity: Fraction
    unit: str
    unit_price: Decimal
    exact: Fraction
    steps: tuple[Step, ...]
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """A priced line: the total so far, rounded once, less what was billed before."""

    component: str
    part: str
    served: Period
    quantity: Decimal
    unit: str
    unit_price: Decimal
    exact: Fraction
    total: Decimal
    billed_before: Decimal
    amount: Decimal
    total_quantity: Decimal
    steps: tuple[Step, ...]
    evidence: tuple[Evidence, ...]
    inputs_sha256: str

"""Opening hours and holidays, in the tenant's own time zone."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Span:
    """Open on `weekdays` (0 is Monday) from `opens` to `closes`; passes midnight if it closes at or before it opens."""

    weekdays: frozenset[int]
    opens: time
    closes: time

    def covers(self, local: datetime) -> bool:
        """Whether the local wall-clock time falls into this span."""
        now = local.time()
        if self.opens < self.closes:
            return local.weekday() in self.weekdays and self.opens <= now < self.closes
        yesterday = (local.weekday() - 1) % 7
        return (local.weekday() in self.weekdays and now >= self.opens) or (
            yesterday in self.weekdays and now < self.closes
        )


@dataclass(frozen=True, slots=True)
class Hours:
    """A week of spans and the days on which nobody works; no spans means always open."""

    zone: str
    spans: tuple[Span, ...] = ()
    holidays: frozenset[date] = field(default_factory=frozenset)

    def open_at(self, at: datetime) -> bool:
        """Whether it is open at this instant."""
        local = at.astimezone(ZoneInfo(self.zone))
        if local.date() in self.holidays:
            return False
        return not self.spans or any(span.covers(local) for span in self.spans)

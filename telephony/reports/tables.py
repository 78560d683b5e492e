"""Reports as tables: for the page, where each figure opens to what it was made from, and for spreadsheets."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from seatline.panel.show import mmss
from seatline.sheets import Cell
from telephony.reports import foresight, measures
from telephony.reports.foreseen import ESTIMATOR, ForesightLine
from telephony.reports.foresight import Foresight
from telephony.reports.measures import Handled, Measure, Presence, Stays
from telephony.reports.services import AgentLine, CallLine, QueueLine, TimeLine
from telephony.reports.windows import Cut, Window

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, and what its figures mean where that can be argued about. `key` names it in files, for good."""

    key: str
    title: Words
    meaning: Words = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """What a person reads, what a spreadsheet gets, and what it was made from in words."""

    shown: str
    cell: Cell
    made_from: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows; the first figure of a row names it."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Figure]]
    total: Sequence[Figure] = ()

    def cells(self) -> list[list[Cell]]:
        """The rows as a spreadsheet gets them."""
        return [[figure.cell for figure in row] for row in self.rows]


STAYS = (
    Column("entered", gettext_lazy("joined")),
    Column("refused", gettext_lazy("not let in"), gettext_lazy("Nobody was logged in, or the queue was full.")),
    Column("answered", gettext_lazy("answered")),
    Column("abandoned", gettext_lazy("abandoned"), gettext_lazy("Callers who hung up while they waited.")),
    Column("short", gettext_lazy("of these at once"), gettext_lazy("Within five seconds: no abandonment counts them.")),
    Column("left_otherwise", gettext_lazy("left otherwise"), gettext_lazy("By a key, or after the longest wait.")),
    Column(
        "service_level", gettext_lazy("service level"),
        gettext_lazy("Answered within 20 seconds, of those let in without those who hung up at once."),
    ),
    Column(
        "service_level_sl2", gettext_lazy("app_queue's SL2"),
        gettext_lazy("Answered or abandoned within 20 seconds, of those answered or abandoned."),
    ),
    Column("abandonment", gettext_lazy("abandonment"), gettext_lazy("Abandoned of those let in, both without short.")),
    Column(
        "asa", gettext_lazy("speed of answer"),
        gettext_lazy("Mean wait of those answered, from joining the queue on."),
    ),
    Column("longest", gettext_lazy("longest wait")),
)  # fmt: skip
AGENTS = (
    Column("taken", gettext_lazy("calls taken")),
    Column("missed", gettext_lazy("calls missed")),
    Column("aht", gettext_lazy("handling time"), gettext_lazy("Talk, hold and wrap-up for each call that was taken.")),
    Column("talked", gettext_lazy("talked")),
    Column("held", gettext_lazy("on hold")),
    Column("wrapped_up", gettext_lazy("wrap-up")),
    Column("occupancy", gettext_lazy("occupancy"), gettext_lazy("Busy, of busy and ready. Pauses are not in it.")),
    Column("shrinkage", gettext_lazy("pauses"), gettext_lazy("Paused, of all time logged in.")),
)
CALLS = (
    Column("calls", gettext_lazy("calls")),
    Column("answered", gettext_lazy("answered")),
    Column("talked", gettext_lazy("talked")),
)
FORESIGHT = (
    Column("told", gettext_lazy("were told a wait"), ESTIMATOR),
    Column("answered", gettext_lazy("answered")),
    Column(
        "mean_error",
        gettext_lazy("mean error"),
        gettext_lazy("Seconds said too much for each caller; below 0 they waited longer than they were told."),
    ),
    Column("mean_absolute_error", gettext_lazy("wrong by"), gettext_lazy("Seconds, either way, for each caller.")),
    Column("share_near", gettext_lazy("within 30 s"), gettext_lazy("Of those answered.")),
    Column("share_close", gettext_lazy("within 20 %"), gettext_lazy("Of the real wait; of those answered.")),
)
GROUPS: dict[str, Column] = {
    "dialled": Column("number", gettext_lazy("number")),
    "merchant_code": Column("merchant", gettext_lazy("merchant")),
    "outcome": Column("outcome", gettext_lazy("outcome")),
}


def queue_table(lines: Iterable[QueueLine], name: Callable[[UUID], str]) -> Table:
    """A row for each queue; `name` tells whose it is."""
    known = list(lines)
    rows = [[_text(f"{name(line.tenant_id)} {line.queue_code}".strip()), *_stays(line.stays)] for line in known]
    return Table((Column("queue", _("queue")), *STAYS), rows, _total(line.stays for line in known))


def time_table(lines: Iterable[TimeLine], window: Window, cut: Cut) -> Table:
    """A row for each piece of time."""
    known = list(lines)
    rows = [[_moment(line.starts_at, window, cut), *_stays(line.stays)] for line in known]
    return Table((Column("from", _("from")), *STAYS), rows, _total(line.stays for line in known))


def agent_table(lines: Iterable[AgentLine]) -> Table:
    """A row for each agent."""
    rows = [[_text(f"{line.number} {line.name}"), *_agent(line.handled, line.missed, line.presence)] for line in lines]
    return Table((Column("agent", _("agent")), *AGENTS), rows)


def call_table(lines: Iterable[CallLine], group: str, name: Callable[[str], str] = str) -> Table:
    """A row for each value of the column `group` of Call; `name` puts it in words."""
    rows = [
        [_text(name(line.key[0]) or "–"), _count(line.calls), _count(line.answered), _time(line.talked)]
        for line in lines
    ]
    return Table((GROUPS[group], *CALLS), rows)


def foresight_table(lines: Iterable[ForesightLine], name: Callable[[UUID], str], window: Window) -> Table:
    """A row for each day and queue; `name` tells whose it is."""
    known = list(lines)
    columns = (Column("from", _("from")), Column("queue", _("queue")), *FORESIGHT)
    rows = [
        [
            _moment(line.starts_at, window, Cut.DAY), _text(f"{name(line.tenant_id)} {line.queue_code}".strip()),
            *_foresight(line.foresight),
        ]
        for line in known
    ]  # fmt: skip
    total = sum((line.foresight for line in known), Foresight())
    return Table(columns, rows, [_text(_("all")), _text(""), *_foresight(total)] if len(known) > 1 else ())


def _foresight(seen: Foresight) -> list[Figure]:
    return [
        _count(seen.told), _count(seen.answered), _mean(foresight.mean_error(seen)),
        _mean(foresight.mean_absolute_error(seen)), _share(foresight.share_near(seen)),
        _share(foresight.share_close(seen)),
    ]  # fmt: skip


def _total(stays: Iterable[Stays]) -> Sequence[Figure]:
    known = list(stays)
    return [_text(_("all")), *_stays(sum(known, Stays()))] if len(known) > 1 else ()


def _stays(stays: Stays) -> list[Figure]:
    return [
        _count(stays.entered), _count(stays.refused), _count(stays.answered), _count(stays.abandoned),
        _count(stays.short), _count(stays.left_otherwise),
        _share(measures.service_level(stays)), _share(measures.service_level_with_abandoned(stays)),
        _share(measures.abandonment(stays)), _mean(measures.speed_of_answer(stays)), _time(stays.longest),
    ]  # fmt: skip


def _agent(handled: Handled, missed: int, presence: Presence) -> list[Figure]:
    return [
        _count(handled.legs), _count(missed), _mean(measures.handling_time(handled)), _time(handled.talked),
        _time(handled.held), _time(handled.wrapped_up), _share(measures.occupancy(presence)),
        _share(measures.shrinkage(presence)),
    ]  # fmt: skip


def _text(words: str) -> Figure:
    return Figure(words, words)


def _count(number: int) -> Figure:
    return Figure(f"{number:,}", number)


def _time(length: timedelta) -> Figure:
    return Figure(mmss(length), length)


def _mean(measure: Measure) -> Figure:
    value = measure.value
    if value is None:
        return Figure("–", None)
    return Figure(f"{value:.1f} s", value, f"{measure.numerator:,.0f} s / {measure.denominator:,.0f}")


def _share(measure: Measure) -> Figure:
    value = measure.value
    if value is None:
        return Figure("–", None)
    return Figure(f"{value:.1%}", value, f"{measure.numerator:,.0f} / {measure.denominator:,.0f}")


def _moment(at: datetime, window: Window, cut: Cut) -> Figure:
    local = at.astimezone(window.zone)
    shape = {Cut.DAY: "%Y-%m-%d", Cut.MONTH: "%Y-%m"}.get(cut, "%Y-%m-%d %H:%M")
    # The offset tells the two hours apart that clocks show twice in autumn.
    return Figure(local.strftime(shape), local, local.strftime("UTC%z"))

"""Waits that callers were told, counted by PostgreSQL for each queue and day. In a scope, as in `services.py`."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, FloatField, Func, Q, Sum
from django.db.models.functions import Abs, TruncDay
from django.utils.translation import gettext_lazy as _

from telephony.reports import foresight
from telephony.reports.foresight import CLOSE, NEAR, Foresight
from telephony.reports.services import stays_in
from telephony.reports.windows import Window
from telephony.stays.rules import CONNECTED

#: What `telephony.core.acd.estimate` does, for whoever reads the figures.
ESTIMATOR = _(
    "The wait that is said is the place in the queue, times the mean time that a call keeps an agent from the first "
    "ring until he is ready again, by the number of agents at work. In that mean each new call counts a tenth; before "
    "the first call it is three minutes. Nobody ahead is taken to give up, so it is long rather than short."
)
_REAL = Func(F("left_at") - F("foreseen_at"), template="EXTRACT(EPOCH FROM %(expressions)s)", output_field=FloatField())


@dataclass(frozen=True, slots=True)
class ForesightLine:
    """One queue's day, `starts_at` being its first instant."""

    starts_at: datetime
    queue_id: UUID
    queue_code: str
    tenant_id: UUID
    foresight: Foresight


def waits_foreseen(window: Window, tenant_id: UUID | None = None) -> list[ForesightLine]:
    """A line for each day and queue in which a caller was told a wait, by day and queue."""
    told = stays_in(window, tenant_id).filter(foreseen_at__isnull=False)
    rows = (
        told.annotate(day=TruncDay("entered_at", tzinfo=window.zone), real=_REAL)
        .annotate(error=F("foreseen_seconds") - F("real"))
        .values("day", "tenant_id", "queue_id", "queue_code")
        .annotate(**_counts())
    )
    return [
        ForesightLine(
            row["day"], row["queue_id"], row["queue_code"], row["tenant_id"],
            Foresight(
                told=row["told"], answered=row["answered"], error=row["wrong"] or 0.0, absolute=row["absolute"] or 0.0,
                near=row["near"], close=row["close"],
            ),
        )
        for row in rows.order_by("day", "queue_code", "queue_id")
    ]  # fmt: skip


def plain(lines: list[ForesightLine]) -> dict[str, Any]:
    """The report as plain values that fit JSON: what the figures are made from, the figures, and the estimator."""
    return {
        "estimator": str(ESTIMATOR),
        "near_seconds": NEAR,
        "close_share": CLOSE,
        "lines": [
            {
                "day": line.starts_at.date().isoformat(),
                "queue": line.queue_code,
                **asdict(line.foresight),
                "mean_error": foresight.mean_error(line.foresight).value,
                "mean_absolute_error": foresight.mean_absolute_error(line.foresight).value,
                "share_near": foresight.share_near(line.foresight).value,
                "share_close": foresight.share_close(line.foresight).value,
            }
            for line in lines
        ],
    }


def _counts() -> dict[str, Any]:
    answered = Q(left=CONNECTED)
    return {
        "told": Count("id"),
        "answered": Count("id", filter=answered),
        "wrong": Sum("error", filter=answered),
        "absolute": Sum(Abs("error"), filter=answered),
        "near": Count("id", filter=answered & Q(error__range=(-NEAR, NEAR))),
        "close": Count("id", filter=answered & Q(error__gte=-CLOSE * F("real"), error__lte=CLOSE * F("real"))),
    }

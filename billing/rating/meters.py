"""The meters on which facts are counted: the one table of their names and units.

A fact of the floors below comes to rest on exactly one of them (`billing.mediation.rules`).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Meter:
    """What is counted; `unit` is a key of `trace.UNITS`."""

    name: str
    unit: str
    english: str
    chinese: str


METERS: dict[str, Meter] = {
    meter.name: meter
    for meter in (
        Meter("call_in", "call", "inbound call", "呼入电话"),
        Meter("call_informed", "call", "call informed by the flow", "自助语音接待"),
        Meter("call_out", "call", "outbound call", "呼出电话"),
        Meter("outside_call", "call", "call to a number outside", "外线通话"),
        Meter("order", "order", "success: order, booking, sale", "成交（订单、预约、销售）"),
        Meter("order_cancelled", "order", "cancelled success", "撤销成交"),
        Meter("staff_shift", "shift", "shift of the operator's staff", "客服班次"),
        Meter("staff_pause", "pause", "pause within a shift", "班次内小休"),
        Meter("milestone", "milestone", "accepted milestone", "验收里程碑"),
        Meter("recording_gb", "gb_day", "recordings kept, GB on a day", "录音存储（GB·天）"),
        Meter("sms", "message", "SMS", "短信"),
        Meter("fax_page", "page", "fax page", "传真页"),
        # Not a meter that is written: every call that came to a queue, served or not, read from all usage.
        Meter("offered", "call", "call offered to a queue", "进入队列的电话"),
    )
}

OFFERED = "offered"


def unit_of(meters: tuple[str, ...]) -> str:
    """The unit in which these meters are told: that of the first; a meter that is not in the table counts pieces."""
    known = METERS.get(meters[0]) if meters else None
    return known.unit if known else "piece"

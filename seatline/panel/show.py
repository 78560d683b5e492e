"""How values look on the admin's pages. Everything here gives safe HTML or plain text and asks no database."""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

NOTHING = "–"


def when(at: datetime | None, zone: str | None = None, *, seconds: bool = False) -> str:
    """An instant in the tenant's time zone (without one the operator's), with UTC shown on hover."""
    if at is None:
        return NOTHING
    local = at.astimezone(ZoneInfo(zone)) if zone else timezone.localtime(at)
    shape = "%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M"
    return format_html(
        '<time class="sl-when" datetime="{}" title="{} UTC">{}</time>',
        at.isoformat(),
        timezone.localtime(at, timezone=ZoneInfo("UTC")).strftime("%Y-%m-%d %H:%M:%S"),
        local.strftime(shape),
    )


def mmss(length: timedelta | None) -> str:
    """A duration as 03:07, or 1:02:03 from an hour on."""
    if length is None:
        return NOTHING
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes:02d}:{seconds:02d}"


def duration(length: timedelta | None) -> SafeString:
    """A duration, set to the right of its column."""
    return figure(mmss(length))


def figure(value: object) -> SafeString:
    """A number, set to the right of its column in digits of one width."""
    return format_html('<span class="sl-num">{}</span>', NOTHING if value is None else value)


def money(amount: Decimal | None, currency: str = "") -> SafeString:
    """An amount with its currency, set to the right."""
    return figure(NOTHING if amount is None else f"{amount:,.2f} {currency}".strip())


def plain(number: Decimal) -> str:
    """A quantity without the zeros at its end."""
    return f"{number.normalize():f}"


def chip(text: object, colour: str) -> SafeString:
    """A name behind a dot of its colour, such as a tenant's."""
    return format_html('<span class="sl-chip"><i style="background:{}"></i>{}</span>', colour, text)


def link(url: str, text: object) -> SafeString:
    """A link."""
    return format_html('<a class="sl-link" href="{}">{}</a>', url, text)


def whole(text: object) -> SafeString:
    """Text that is not broken over lines."""
    return format_html('<span class="sl-whole">{}</span>', text)


def tag(text: object, tone: str) -> SafeString:
    """A word on a coloured ground: good, warn, bad, info or plain. The word says it all; the colour only helps."""
    return format_html('<span class="sl-tag sl-{}">{}</span>', tone, text)

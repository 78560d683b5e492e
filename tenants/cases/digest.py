"""The day's hot topics (热点问题), counted and mailed to the tenant in its language, once a day."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import override

from seatline.errors import BadInput
from tenants.accounts.models import Tenant
from tenants.accounts.scope import operator_scope, tenant_scope
from tenants.cases.models import Case, CaseType, TopicDigest
from tenants.cases.rules import DAYS, TopicCount, topics_of_day
from tenants.cases.services import definition_of_type
from tenants.forms.rules import Option
from tenants.forms.words import label
from tenants.seats.rules import instant
from tenants.trust.services import log_operation

MOST_ADDRESSES = 20
_DAY = timedelta(days=1)


class AddressesUnreadable(BadInput):
    """Enter e-mail addresses, one a line, 20 at most: “{address}” is none."""


@dataclass(frozen=True, slots=True)
class NamedCount:
    """A topic's count with its names, in the language that was asked for."""

    type: str
    topic: str
    counted: TopicCount


def set_digest(tenant: Tenant, addresses: str, hour: int) -> TopicDigest:
    """To whom it goes, and at which hour of the tenant's day; no address: to nobody. Raises AddressesUnreadable."""
    given = list(dict.fromkeys(addresses.split()))
    for place, address in enumerate(given):
        try:
            validate_email(address)
        except Exception as error:
            raise AddressesUnreadable(address=address[:80]) from error
        if place >= MOST_ADDRESSES:
            raise AddressesUnreadable(address=address[:80])
    row, _made = TopicDigest.objects.update_or_create(
        tenant=tenant, defaults={"addresses": "\n".join(given), "hour": hour}
    )
    log_operation(tenant.pk, "digest.changed", str(row.pk), addresses=len(given), hour=hour)
    return row


def topics_on(day: date, zone: ZoneInfo) -> list[TopicCount]:
    """The topics of the cases opened on a day of the tenant's, against the weeks before. In the tenant's scope."""
    begins, ends = instant(day, time(0), zone), instant(day + _DAY, time(0), zone)
    first = instant(day - DAYS * _DAY, time(0), zone)
    return topics_of_day(_counts(begins, ends), _counts(first, begins))


def _counts(starts_at: datetime, ends_at: datetime) -> Mapping[tuple[str, str], int]:
    rows = Case.objects.filter(opened_at__gte=starts_at, opened_at__lt=ends_at).order_by()
    counted = rows.values_list("type__code", "topic").annotate(count=Count("id"))
    return Counter({(type_, topic): count for type_, topic, count in counted})


def named(counts: list[TopicCount], *, chinese: bool) -> list[NamedCount]:
    """Counts with the names of types and topics; cases without a topic are counted as such."""
    types = {row.code: row for row in CaseType.objects.all()}
    found = []
    for one in counts:
        row = types[one.type]
        topic = definition_of_type(row).topic(one.topic) or Option(one.topic, one.topic or _("without a topic"))
        name = (row.name_zh or row.name) if chinese else row.name
        found.append(NamedCount(name, label(topic, chinese), one))
    return found


def send_due(at: datetime) -> int:
    """Mail yesterday's topics to every tenant whose hour has come; how many were sent. Outside any scope."""
    with operator_scope():
        tenants = list(Tenant.objects.filter(status=Tenant.Status.ACTIVE))
    return sum(_send_if_due(tenant, at) for tenant in tenants)


def _send_if_due(tenant: Tenant, at: datetime) -> bool:
    zone = ZoneInfo(tenant.time_zone)
    local = at.astimezone(zone)
    day = local.date() - _DAY
    with tenant_scope(tenant.pk), transaction.atomic():
        row = TopicDigest.objects.select_for_update(of=("self",)).exclude(addresses="").first()
        if row is None or local.hour < row.hour or (row.sent_for is not None and row.sent_for >= day):
            return False
        with override(tenant.language):
            chinese = tenant.language.startswith("zh")
            mail = digest_mail(tenant, day, named(topics_on(day, zone), chinese=chinese))
        row.sent_for = day
        row.save(update_fields=["sent_for"])
        mail.to = row.addresses.split()
        # Within the transaction: what the mail server refuses is tried again in an hour.
        mail.send()
    return True


def digest_mail(tenant: Tenant, day: date, counts: list[NamedCount]) -> EmailMessage:
    """The mail in the language in force: hot topics first, then the rest."""
    hot = [one for one in counts if one.counted.hot]
    lines = [_("Cases opened on %(day)s for %(tenant)s: %(count)d.") % {
        "day": day, "tenant": tenant.display_name, "count": sum(one.counted.count for one in counts)}]  # fmt: skip
    lines += ["", _("Hot topics, more than chance would bring:") if hot else _("No topic was hotter than usual.")]
    lines += [_line(one) for one in hot]
    rest = [one for one in counts if not one.counted.hot]
    lines += ["", _("All other topics:"), *map(_line, rest)] if rest else []
    subject = _("%(count)d hot topics on %(day)s") % {"count": len(hot), "day": day}
    return EmailMessage(subject, "\n".join(lines))


def _line(one: NamedCount) -> str:
    counted = one.counted
    values = {"type": one.type, "topic": one.topic, "count": counted.count, "usual": f"{counted.usual:.1f}"}
    return _("- %(type)s / %(topic)s: %(count)d (usually %(usual)s a day)") % values

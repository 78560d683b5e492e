"""What mails to tenants say, in the language of the tenant's documents.

Rules of this file: pure but for the translations. Amounts are told with their currency, days as ISO dates.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

Names = tuple[str, str]  # English, Chinese


@dataclass(frozen=True, slots=True)
class Told:
    """A mail's words."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Overdue:
    """What a reminder tells of: the oldest unpaid invoice and what is overdue in all."""

    buyer: Names
    seller: Names
    number: str
    due_on: date
    days: int
    amount: Decimal
    currency: str
    bank: str
    final: bool


@dataclass(frozen=True, slots=True)
class Reached:
    """What an alert tells of: the bill so far and the amount at which the tenant wanted to know."""

    buyer: Names
    starts_on: date
    amount: Decimal
    wanted: Decimal
    currency: str


def reminder(what: Overdue, language: str) -> Told:
    """A reminder, or the final notice."""
    with override(language):
        return _reminder(what)


def alert(what: Reached, language: str) -> Told:
    """The bill so far has reached the amount."""
    with override(language):
        return _alert(what)


def _named(names: Names) -> str:
    return names[(get_language() or "").startswith("zh")]


def _reminder(what: Overdue) -> Told:
    words = {
        "buyer": _named(what.buyer), "number": what.number, "due_on": what.due_on.isoformat(),
        "days": what.days, "amount": f"{what.amount:,.2f} {what.currency}", "bank": what.bank,
        "seller": _named(what.seller),
    }  # fmt: skip
    subject = _("Final notice: invoice %(number)s") if what.final else _("Reminder: invoice %(number)s")
    lines = [
        _("To %(buyer)s"),
        _("Invoice %(number)s was due on %(due_on)s, %(days)s days ago. Overdue in all: %(amount)s."),
        _("Please pay to %(bank)s, naming the invoice.") if what.bank else _("Please pay, naming the invoice."),
    ]
    if what.final:
        lines.append(_("This is the final notice. If nothing is paid we decide whether your service is suspended."))
    lines += [_("If you have paid meanwhile, or contest the invoice, please tell us."), "%(seller)s"]
    return Told(subject % words, "\n\n".join(line % words for line in lines))


def _alert(what: Reached) -> Told:
    words = {
        "buyer": _named(what.buyer), "amount": f"{what.amount:,.2f} {what.currency}",
        "wanted": f"{what.wanted:,.2f} {what.currency}", "starts_on": what.starts_on.isoformat(),
    }  # fmt: skip
    lines = [
        _("To %(buyer)s"),
        _(
            "The bill of your period from %(starts_on)s has come to %(amount)s so far, tax included. You wanted to know"
            " at %(wanted)s."
        ),
        _("Nothing is stopped. The bill so far stands on your page."),
    ]
    return Told(_("Your bill has reached %(wanted)s") % words, "\n\n".join(line % words for line in lines))

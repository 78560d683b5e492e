"""How amounts look on tenants' pages: the same in every language, as on the printed document."""

from decimal import Decimal

from django import template

register = template.Library()


@register.filter
def amount(value: Decimal) -> str:
    """1234.5 as 1,234.50."""
    return f"{value:,.2f}"


@register.filter
def quantity(value: Decimal) -> str:
    """1234.500000 as 1,234.5."""
    return f"{value.normalize():,f}"

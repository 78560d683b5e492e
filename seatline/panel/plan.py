"""Tells the switch, when this transaction is committed, to read its plan again (see `telephony.plans.services`)."""

from django.db import connection


def tell_switch() -> None:
    """For pages of the floors below telephony, which may not ask its services."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify('seatline_plan', '')")

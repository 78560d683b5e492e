"""Tells whoever listens that numbers, listings or tenants have changed: the switch then reads its plan anew.

The notice carries nothing and is sent with the transaction, so that a listener who asks finds the change.
"""

from typing import Any

from django.db import connection
from django.db.models.signals import post_delete, post_save

from tenants.accounts.models import Tenant
from tenants.numbers.models import DirectoryListing, Number, NumberAssignment

CHANNEL = "seatline_numbers"


def tell(**_: Any) -> None:
    """Send the notice; PostgreSQL folds those of one transaction into one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])


def listen_to_models() -> None:
    """Once, when the floor is ready."""
    for model in (Tenant, Number, NumberAssignment, DirectoryListing):
        post_save.connect(tell, sender=model, dispatch_uid=f"{CHANNEL} {model.__name__} saved")
        post_delete.connect(tell, sender=model, dispatch_uid=f"{CHANNEL} {model.__name__} deleted")

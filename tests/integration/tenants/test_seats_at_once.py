"""Two people let the last seats at one moment: one of them is told that they are gone."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections, transaction

from tenants.accounts.scope import operator_scope
from tenants.seats import services
from tests.builders.tenants import NINE, a_lease, a_room, a_tenant

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_last_seats_are_let_once_when_two_ask_at_one_moment():
    with operator_scope():
        a_room(10)
        tenants = [a_tenant("museum"), a_tenant("lotus")]
    ready = Barrier(2)

    def ask(tenant) -> str:
        try:
            ready.wait(timeout=10)
            with operator_scope():
                a_lease(tenant, 6)
            return "let"
        except services.RoomFull:
            return "full"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(ask, tenants)) == ["full", "let"]
    with operator_scope():
        assert services.room_load(NINE).let == 6


def test_a_transaction_that_could_not_see_the_others_is_refused():
    """A snapshot older than the lock would count too few seats."""
    with operator_scope():
        a_room(1)
        tenant = a_tenant()
    with pytest.raises(Exception, match="READ COMMITTED"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        with operator_scope():
            a_lease(tenant, 1)

"""The same request from several at one moment is done once."""

import threading

import pytest
from django.db import connections

from tenants.accounts.models import Tenant
from tenants.accounts.scope import operator_scope
from tests.builders.api import Program, a_key

THREADS = 4


@pytest.mark.django_db(transaction=True)
def test_same_request_from_several_at_once_is_done_once_and_all_hear_the_same():
    key, together, answers = a_key(), threading.Barrier(THREADS), []

    def ask() -> None:
        together.wait()
        try:
            answers.append(Program(key).post("tenants", {"code": "lotus", "name": "Lotus"}, **{"Idempotency-Key": "1"}))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [answer.status_code for answer in answers] == [201] * THREADS
    assert all(answer.json() == answers[0].json() for answer in answers)
    assert sum("Idempotent-Replayed" in answer for answer in answers) == THREADS - 1
    with operator_scope():
        assert Tenant.objects.filter(code="lotus").count() == 1

"""Several at once: mediation, drafts and numbers come out as if there had been one after the other."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection, transaction

from billing.invoices.models import Charge, Document, NumberSeries
from billing.invoices.services import approve, issue, prepare, refresh_drafts
from billing.mediation.models import UsageRecord
from tenants.accounts.scope import finance_scope
from tests.builders.billing import NOVEMBER_3, PER_CALL, a_closed_call, a_world, mediate_calls

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*works):
    """Run each in its own thread with its own connection, all starting together; their results or exceptions."""
    start = threading.Barrier(len(works))

    def run(work):
        try:
            start.wait(timeout=10)
            return work()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


class Cut(Exception):
    """The process dies here."""


def test_two_mediations_at_once_count_each_call_once():
    contract, *_ = a_world("lotus", [PER_CALL])
    calls = [a_closed_call(contract.tenant_id, n) for n in range(1, 61)]
    done = at_once(*[lambda: mediate_calls(calls, batch=7)] * 4)
    assert sum(one.records for one in done) == 60
    with finance_scope():
        assert sorted(UsageRecord.objects.values_list("position", flat=True)) == list(range(1, 61))
        assert UsageRecord.objects.values("source_id").distinct().count() == 60


def test_mediation_cut_off_before_its_commit_is_done_again():
    contract, *_ = a_world("lotus", [PER_CALL])
    calls = [a_closed_call(contract.tenant_id, n) for n in range(1, 4)]
    with pytest.raises(Cut), transaction.atomic():
        mediate_calls(calls)
        raise Cut
    assert mediate_calls(calls).records == 3


def test_refreshing_at_once_makes_one_draft():
    contract, *_ = a_world("lotus", [PER_CALL])
    mediate_calls([a_closed_call(contract.tenant_id)])

    def refresh():
        with finance_scope():
            return [draft.pk for draft in refresh_drafts(contract, NOVEMBER_3)]

    results = at_once(*[refresh] * 4)
    assert all(one == results[0] for one in results), results
    with finance_scope():
        assert Document.objects.count() == 2
        assert Charge.objects.filter(revision=1).count() == Charge.objects.count() == 2


def test_two_people_who_approve_the_same_document_at_once_issue_it_once():
    contract, first, second = a_world("lotus", [PER_CALL])
    mediate_calls([a_closed_call(contract.tenant_id)])
    with finance_scope():
        document = prepare(refresh_drafts(contract, NOVEMBER_3)[0], first, NOVEMBER_3)

    def approve_it():
        with finance_scope():
            return issue(approve(document, second, NOVEMBER_3), NOVEMBER_3).number

    numbers = at_once(approve_it, approve_it)
    assert sorted(type(one).__name__ for one in numbers) == ["NotPrepared", "str"]
    with finance_scope():
        assert NumberSeries.objects.get().last_number == 1


def test_numbers_have_no_gap_when_eight_issue_at_once_and_a_third_rolls_back():
    worlds = [a_world(f"tenant{n}", [PER_CALL]) for n in range(24)]
    mediate_calls([a_closed_call(world[0].tenant_id, n) for n, world in enumerate(worlds, start=1)])
    documents = []
    for contract, first, _ in worlds:
        with finance_scope():
            documents.append(prepare(refresh_drafts(contract, NOVEMBER_3)[0], first, NOVEMBER_3))
    second = worlds[0][2]
    chance = random.Random(20261124)
    fate = [chance.random() < 0.33 for _ in documents]
    assert any(fate)

    def issue_some(part):
        def work():
            for index in range(part, len(documents), 8):
                try:
                    with finance_scope():
                        issue(approve(documents[index], second, NOVEMBER_3), NOVEMBER_3)
                        if fate[index]:
                            raise Cut
                except Cut:
                    continue

        return work

    assert at_once(*[issue_some(part) for part in range(8)]) == [None] * 8
    with finance_scope():
        numbered = Document.objects.filter(status="issued").order_by("serial")
        assert [document.serial for document in numbered] == list(range(1, fate.count(False) + 1))
        assert [document.number for document in numbered] == [
            f"SL-INV-2026-{n:05}" for n in range(1, fate.count(False) + 1)
        ]
        assert NumberSeries.objects.get().last_number == fate.count(False)
        # Those that were rolled back are as they were, and can be issued now.
        left = [document for document, cut in zip(documents, fate, strict=True) if cut]
        for document in left:
            issue(approve(document, second, NOVEMBER_3), NOVEMBER_3)
        assert Document.objects.filter(status="issued").count() == 24


def test_line_cannot_slip_in_beside_the_issue():
    """A line that is being written keeps the document from changing its status, and the other way round."""
    contract, first, _ = a_world("lotus", [PER_CALL])
    mediate_calls([a_closed_call(contract.tenant_id)])
    with finance_scope():
        draft = refresh_drafts(contract, NOVEMBER_3)[0]
    with finance_scope():
        Charge.objects.filter(document=draft).update(evidence=[])

        def prepare_it():
            with finance_scope(), connection.cursor() as cursor:
                cursor.execute("set local lock_timeout = '200ms'")
                prepare(draft, first, NOVEMBER_3)

        (refused,) = at_once(prepare_it)
        assert isinstance(refused, OperationalError)

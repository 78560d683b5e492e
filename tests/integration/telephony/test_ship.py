"""From the journal into PostgreSQL, whatever happens on the way."""

from datetime import timedelta
from io import StringIO
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import IntegrityError, OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from agents.presence.models import PresenceEvent
from telephony.core.acd.agents import State
from telephony.journal import projector
from telephony.journal import ship as shipping
from telephony.journal.carry import AGAIN_AFTER, EVERY, carry_on
from telephony.journal.disk import Unshipped
from telephony.journal.models import Call, LedgerEntry, Leg
from telephony.journal.projection import fold
from telephony.journal.projector import alone, project
from telephony.journal.ship import ship
from telephony.recordings.models import Recording
from tenants.accounts.scope import operator_scope, telephony_scope
from tests.builders.calls import a_call_id
from tests.builders.telephony import a_state, an_answered_call
from tests.builders.tenants import NINE

CALL = a_call_id()


def rows() -> list[list]:
    """All that is made of the ledger, as it stands."""
    with operator_scope():
        return [
            list(model.objects.order_by("id").values()) for model in (LedgerEntry, Call, Leg, Recording, PresenceEvent)
        ]


def written(journal, museum) -> int:
    """A call and what its agent did, in the journal."""
    facts = an_answered_call(CALL, tenant=museum.tenant.id, agent=museum.agent.id)
    states = [
        a_state(museum.session, State.RINGING, NINE + timedelta(seconds=9), CALL),
        a_state(museum.session, State.TALKING, NINE + timedelta(seconds=14), CALL),
        a_state(museum.session, State.WRAP_UP, NINE + timedelta(seconds=104), CALL),
    ]
    journal.append(facts, states)
    return len(facts) + len(states)


def test_batch_is_moved_and_the_call_is_there(journal, museum):
    count = written(journal, museum)
    assert ship(journal) == count
    assert journal.depth() == 0
    assert ship(journal) == 0
    with operator_scope():
        call = Call.objects.get(id=CALL)
        assert (call.outcome, call.tenant_id, call.agent_id) == ("answered", museum.tenant.id, museum.agent.id)
        assert [leg.no for leg in call.legs.all()] == [0, 1]
        assert Recording.objects.get(call=call).path == f"museum/2026-11-24/{CALL}.wav"
        told = PresenceEvent.objects.filter(call_id=CALL).order_by("at")
        assert [one.state for one in told] == ["ringing", "talking", "wrap_up"]


def test_batch_that_is_shipped_twice_counts_once(journal, museum, monkeypatch):
    """The process dies after PostgreSQL has the batch and before the journal has forgotten it."""
    count = written(journal, museum)
    with monkeypatch.context() as crash:
        crash.setattr(journal, "delete_shipped", lambda up_to: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            ship(journal)
    before = rows()
    assert journal.depth() == count
    assert ship(journal) == count
    assert rows() == before
    assert journal.depth() == 0


@pytest.mark.parametrize("step", ["record", "project"])
def test_crash_inside_the_transaction_leaves_nothing_and_loses_nothing(journal, museum, monkeypatch, step):
    count, before = written(journal, museum), rows()
    with monkeypatch.context() as crash:
        crash.setattr(shipping, step, lambda *_: (_ for _ in ()).throw(OperationalError("the server is gone")))
        with pytest.raises(OperationalError):
            ship(journal)
    assert rows() == before
    assert journal.depth() == count
    assert ship(journal) == count


def test_call_grows_batch_by_batch_into_what_one_batch_gives(journal, museum):
    written(journal, museum)
    while ship(journal, limit=3):
        pass
    before = rows()
    with telephony_scope():
        alone()
        assert not project([CALL], write=False)
    assert rows() == before
    with operator_scope():
        call = Call.objects.get(id=CALL)
    assert (call.waited, call.talked) == (timedelta(seconds=10), timedelta(seconds=90))


def test_position_is_taken_anew_only_when_the_call_changes(journal, museum):
    facts = an_answered_call(CALL, tenant=museum.tenant.id, agent=museum.agent.id)
    journal.append(facts[:-1], [])
    ship(journal)
    with operator_scope():
        ended = Call.objects.get(id=CALL).position
    # The recording is stored later: the call's own row says the same.
    journal.append(facts[-1:], [])
    ship(journal)
    with operator_scope():
        assert Call.objects.get(id=CALL).position == ended
        assert Recording.objects.filter(call_id=CALL).exists()


def test_entry_that_postgresql_refuses_does_not_hold_up_the_others(journal, museum):
    journal.append(an_answered_call(a_call_id(2), tenant=UUID(int=404)), [])
    count = len(an_answered_call(CALL))
    written(journal, museum)
    ship(journal)
    assert journal.depth() == 0
    assert journal.refused() == count
    with operator_scope():
        assert list(Call.objects.values_list("id", flat=True)) == [CALL]


def test_call_that_cannot_be_read_from_its_facts_does_not_hold_up_the_others(journal, museum, monkeypatch):
    journal.append(an_answered_call(a_call_id(2), tenant=museum.tenant.id), [])
    written(journal, museum)
    with monkeypatch.context() as bug:
        bug.setattr(projector, "fold", lambda call, facts: fold(call, facts) if call == CALL else 1 / 0)
        ship(journal)
    with operator_scope():
        assert list(Call.objects.values_list("id", flat=True)) == [CALL]
        assert LedgerEntry.objects.filter(call_id=a_call_id(2)).exists()
    # Once mended, the ledger has all that is needed.
    call_command("rebuild_projections", stdout=StringIO())
    with operator_scope():
        assert Call.objects.count() == 2


def test_texts_longer_than_their_columns_are_cut_in_the_call_and_kept_in_the_ledger(journal, museum):
    journal.append(an_answered_call(CALL, tenant=museum.tenant.id, sip_call_id="x" * 4000), [])
    ship(journal)
    with operator_scope():
        assert len(Call.objects.get(id=CALL).sip_call_id) == 255
        assert len(LedgerEntry.objects.get(call_id=CALL, seq=1).body["sip_call_id"]) == 4000


def test_ledger_can_be_neither_changed_nor_thinned(journal, museum):
    written(journal, museum)
    ship(journal)
    for statement in (
        "UPDATE telephony_ledgerentry SET body = '{}'",
        "DELETE FROM telephony_ledgerentry",
        "TRUNCATE telephony_ledgerentry",
    ):
        with pytest.raises(IntegrityError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_each_touched_call_is_told(journal, museum):
    written(journal, museum)
    asked = []

    def listen(run, sql, params, many, context):
        asked.append((sql, params))
        return run(sql, params, many, context)

    with connection.execute_wrapper(listen):
        ship(journal)
    assert [params for sql, params in asked if "seatline_calls" in sql] == [[[str(CALL)]]]


def test_full_batch_asks_the_database_no_oftener_than_a_small_one(journal, museum):
    """500 facts are about 40 calls; none of them costs a statement of its own."""
    for number in range(60):
        journal.append(an_answered_call(a_call_id(number), tenant=museum.tenant.id, agent=museum.agent.id), [])
    with CaptureQueriesContext(connection) as small:
        assert ship(journal, limit=50) == 50
    with CaptureQueriesContext(connection) as full:
        assert ship(journal, limit=500) == 500
    # Rows are written a hundred or so at a time.
    assert len(full) <= len(small) + 12, "\n".join(query["sql"][:120] for query in full.captured_queries)


def test_switch_role_can_write_the_ledger_and_not_read_money(museum):
    with telephony_scope(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT bool_or(has_table_privilege('seatline_tel', c.oid, 'SELECT')) FROM pg_class c"
            " WHERE relname LIKE 'billing_%%' AND relkind = 'r'"
        )
        assert not cursor.fetchone()[0]


def test_shipper_says_how_far_it_came_and_leaves_the_deleting_to_the_switch(journal, museum):
    count = written(journal, museum)
    said = []
    answers = iter([True, True, False])
    carry_on(Unshipped(journal.path), said.append, lambda _: next(answers))
    backend, shipped = said
    assert backend == f"backend {connection.connection.info.backend_pid}"
    assert shipped == f"shipped {count}"
    assert journal.depth() == count


def test_shipper_waits_longer_while_postgresql_is_away(journal, museum, monkeypatch):
    count = written(journal, museum)
    said, waited = [], []

    def goes_on(seconds):
        waited.append(seconds)
        if len(waited) == 2:
            monkeypatch.undo()
        return len(waited) < 4

    monkeypatch.setattr(shipping, "_store", lambda _: (_ for _ in ()).throw(OperationalError("away")))
    carry_on(Unshipped(journal.path), said.append, goes_on)
    assert waited == [0.0, AGAIN_AFTER, EVERY, EVERY]
    assert said[-1] == f"shipped {count}"

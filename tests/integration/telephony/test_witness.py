"""From Asterisk's file into PostgreSQL: once each, whatever happens on the way, and folded with the facts."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from telephony.core.naming import call_of_caller
from telephony.core.values import ChannelId
from telephony.journal.models import Call, LedgerEntry, Leg
from telephony.journal.projector import project_all
from telephony.journal.ship import ship
from telephony.witness import process as running
from telephony.witness.alive import Look
from telephony.witness.files import CURRENT, forget, put_aside
from telephony.witness.models import CelBookmark, ChannelEvent
from telephony.witness.process import SURE_AFTER, Witness
from telephony.witness.rules import Kind
from tenants.accounts.scope import operator_scope, telephony_scope
from tenants.numbers.services import assign_number
from tests.builders.telephony import an_answered_call
from tests.builders.tenants import NINE
from tests.builders.witness import CALLER, a_fallback_call, a_line, an_event

CALL = call_of_caller(ChannelId(CALLER))
SECOND = timedelta(seconds=1)


@dataclass
class Seen:
    """Stands for the list of live channels: what Asterisk would answer."""

    newest: Look | None = None
    answers: bool = True
    last: dict[str, datetime] = field(default_factory=dict)

    def last_seen(self, channel):
        return self.last.get(channel)

    def forget(self, still_open):
        self.last = {name: at for name, at in self.last.items() if name in still_open}


@pytest.fixture
def seen():
    return Seen()


@pytest.fixture
def witness(tmp_path, seen, db):
    return Witness(tmp_path, seen, lambda: NINE + timedelta(minutes=5))


def write(folder, events, name=CURRENT):
    with (folder / name).open("ab") as file:
        file.writelines(a_line(one) for one in events)


def rows():
    """All that is made of both witnesses, as it stands."""
    with operator_scope():
        return [list(model.objects.order_by("id").values()) for model in (ChannelEvent, Call, Leg)]


def count():
    with operator_scope():
        return ChannelEvent.objects.count()


def test_call_of_asterisks_word_alone_has_tenant_and_agent(tmp_path, witness, museum):
    with operator_scope():
        assign_number("+862196968101", museum.tenant, NINE - timedelta(hours=1))
    write(tmp_path, a_fallback_call())
    assert witness.step() == len(a_fallback_call())
    with operator_scope():
        call = Call.objects.get()
        assert not LedgerEntry.objects.exists()
        assert [leg.agent_id for leg in call.legs.order_by("no")] == [None, museum.agent.id]
    assert (call.id, call.tenant_id, call.dialled) == (CALL, museum.tenant.id, "+862196968101")
    assert (call.caller, call.outcome, call.agent_id, call.witnessed) == (
        "+862161234567", "answered", museum.agent.id, True,
    )  # fmt: skip


def test_line_is_kept_once_even_if_the_bookmark_is_lost(tmp_path, witness, seen, museum):
    write(tmp_path, a_fallback_call())
    witness.step()
    before = rows()
    with telephony_scope(), connection.cursor() as cursor:
        cursor.execute('UPDATE telephony_celbookmark SET "offset" = 0')
    again = Witness(tmp_path, seen, lambda: NINE)
    assert again.step() == len(a_fallback_call())
    assert rows() == before


def test_crash_inside_the_transaction_leaves_nothing_and_loses_nothing(tmp_path, witness, monkeypatch, museum):
    write(tmp_path, a_fallback_call())
    with monkeypatch.context() as crash:
        crash.setattr(running, "bookmark", lambda *_: (_ for _ in ()).throw(OperationalError("the server is gone")))
        with pytest.raises(OperationalError):
            witness.step()
    assert count() == 0
    assert witness.step() == count() == len(a_fallback_call())
    assert witness.step() == 0


def test_line_that_is_being_written_waits_for_its_end(tmp_path, witness, museum):
    whole = a_line(a_fallback_call()[0])
    (tmp_path / CURRENT).write_bytes(whole + whole[:50])
    assert witness.step() == 1
    (tmp_path / CURRENT).write_bytes(whole + a_line(a_fallback_call()[1]))
    assert witness.step() == 1


def test_line_of_garbage_costs_only_itself(tmp_path, witness, museum):
    events = a_fallback_call()
    (tmp_path / CURRENT).write_bytes(a_line(events[0]) + b"\xffgarbage\n" + b"".join(map(a_line, events[1:])))
    assert witness.step() == len(events)


def test_file_that_is_put_aside_is_read_to_its_end_and_then_forgotten(tmp_path, witness, museum):
    events = a_fallback_call()
    write(tmp_path, events[:3])
    witness.step()
    write(tmp_path, events[3:5])
    put_aside(tmp_path, at=1)
    write(tmp_path, events[5:])  # a file of the same name, perhaps on the same place of the disk
    assert witness.step() == len(events) - 3
    assert count() == len(events)
    with operator_scope():
        known = dict(CelBookmark.objects.values_list("file", "offset"))
    for _ in range(3):
        put_aside(tmp_path, at=1)
        write(tmp_path, [an_event(Kind.CHAN_START, 100 + _)])
    assert [path.name for path in forget(tmp_path, known)] == [f"{CURRENT}.00000001", f"{CURRENT}.00000002"]


def test_both_witnesses_tell_one_call_whoever_comes_first(tmp_path, witness, journal, museum):
    """The switch was away when the caller hung up, and closed the call a minute late."""
    facts = [
        replace(one, channel=CALLER) if hasattr(one, "channel") and not hasattr(one, "leg") else one
        for one in an_answered_call(CALL, tenant=museum.tenant.id, agent=museum.agent.id)
    ]
    end = an_event(Kind.CHAN_END, 44)
    write(tmp_path, [an_event(Kind.CHAN_START), an_event(Kind.ANSWER, 0.1), end])
    witness.step()
    with operator_scope():
        assert not Call.objects.exists(), "not marked: the facts are on the way"
    journal.append(facts, [])
    ship(journal)
    with operator_scope():
        call = Call.objects.get()
    assert (call.talked, call.answered_at) == (30 * SECOND, NINE + 0.1 * SECOND)
    before = rows()
    for changes in project_all():
        assert not changes
    assert rows() == before


def test_channel_that_is_lost_without_a_word_ends_when_it_was_last_seen(tmp_path, witness, seen, museum):
    events = [one for one in a_fallback_call() if one.at < NINE + 10 * SECOND]
    write(tmp_path, events)
    witness.step()
    agent = next(one.channel for one in events if one.channel != CALLER)
    crash = NINE + 63 * SECOND
    seen.last = {CALLER: crash, agent: crash}
    seen.newest = Look(crash + SURE_AFTER - SECOND, frozenset(), "second boot")
    witness.step()
    with operator_scope():
        assert Call.objects.get().ended_at is None, "its line may still come"
    seen.newest = Look(crash + SURE_AFTER, frozenset(), "second boot")
    witness.step()
    with operator_scope():
        call = Call.objects.get()
    assert (call.ended_at, call.end_estimated, call.talked) == (crash, True, 59 * SECOND)
    seen.newest = Look(crash + 2 * SURE_AFTER, frozenset(), "second boot")
    assert witness.step() == 0
    assert count() == len(events) + 2


def test_channel_that_asterisk_has_is_never_cut(tmp_path, witness, seen, museum):
    write(tmp_path, a_fallback_call()[:3])
    witness.step()
    seen.newest = Look(NINE + timedelta(hours=1), frozenset({CALLER}), "boot")
    witness.step()
    seen.answers, seen.newest = False, Look(NINE + timedelta(hours=2), frozenset(), "boot")
    witness.step()
    assert count() == 3


def test_open_channels_are_known_again_after_a_restart(tmp_path, witness, seen, museum):
    write(tmp_path, a_fallback_call()[:3])
    witness.step()
    again = Witness(tmp_path, seen, lambda: NINE + timedelta(minutes=5))
    seen.newest = Look(NINE + timedelta(minutes=4), frozenset(), "boot")
    again.step()
    with operator_scope():
        assert ChannelEvent.objects.filter(kind=Kind.CUT).values_list("channel", flat=True).get() == CALLER


def test_event_on_record_never_changes(tmp_path, witness, museum):
    write(tmp_path, a_fallback_call()[:1])
    witness.step()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE telephony_channelevent SET at = now()")

"""PostgreSQL dies while calls come in: none fails, none is lost, no fact comes twice, when it is back."""

import time
from collections import Counter
from threading import Thread

from seatline.house.bench_sipp import Callers, Note
from seatline.house.secrets import free_port
from tests.acceptance.rig import Rig, wait_until
from tests.acceptance.world import a_client

CALLS, RATE, HOLD_MS = 60, 6, 1200
AWAY_AFTER, AWAY_FOR = 2.0, 7.0  # seconds


def test_no_call_and_no_fact_is_lost_or_doubled_under_load(rig: Rig) -> None:
    """Callers dial, hear the menu and hang up, six a second, before, while and after PostgreSQL is away."""
    from telephony.journal.models import Call, LedgerEntry
    from tenants.accounts.scope import operator_scope

    client = a_client(rig, "unshaken", agents=0)
    folder = rig.folder / "load"
    folder.mkdir()
    callers = Callers(folder, "callers", "127.0.0.10", client.dialled, rig.asterisk.ports.sip, HOLD_MS)
    noted: list[Note] = []
    numbers = [f"0213900{no:04}" for no in range(CALLS)]
    calling = Thread(target=lambda: noted.extend(callers.call(numbers, RATE, free_port(19200, set()))))
    calling.start()
    time.sleep(AWAY_AFTER)
    rig.do(rig.wire.cut())
    time.sleep(AWAY_FOR)
    rig.do(rig.wire.mend())
    calling.join(60)
    assert Counter(note.word for note in noted) == {"invited": CALLS, "answered": CALLS, "ended": CALLS}

    def known():
        with operator_scope():
            calls = Call.objects.filter(dialled=client.e164, ended_at__isnull=False, witnessed=True)
            return list(calls) if calls.count() >= CALLS else None

    calls = wait_until(known, 25, "every call on record, by both witnesses")
    assert len(calls) == len({call.caller for call in calls}) == CALLS
    assert {call.outcome for call in calls} == {"abandoned_in_menu"}
    with operator_scope():
        for call in calls:
            entries = LedgerEntry.objects.filter(call_id=call.id).order_by("seq")
            told = list(entries.values_list("seq", "kind"))
            assert [seq for seq, _ in told] == list(range(1, len(told) + 1)), "none missing, none twice"
            assert Counter(kind for _, kind in told)["CallEnded"] == 1

"""Many callers while a story does something to the house: what each of them noticed, by one clock."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from threading import Thread
from typing import Any

from seatline.house.bench_sipp import Callers, Note
from seatline.house.secrets import free_port
from tests.acceptance.rig import Rig
from tests.acceptance.waiting import TooLate, wait_until
from tests.acceptance.world import Client

_crowds = count(1)


@dataclass
class Crowd:
    """Callers who dial, hear what is said to them for `hold_ms`, and hang up."""

    rig: Rig = field(repr=False)
    client: Client = field(repr=False)
    rate: int  # calls a second
    calls: int
    hold_ms: int
    notes: list[Note] = field(default_factory=list, repr=False)
    began_at: float = 0.0  # seconds since the epoch

    @property
    def served(self) -> Counter[str]:
        """How many dialled, were answered, and hung up themselves."""
        return Counter(note.word for note in self.notes)

    def waits(self) -> list[tuple[float, float]]:
        """Of each caller: when he dialled, in seconds since the crowd began, and how long he waited for the answer."""
        moments: dict[str, dict[str, float]] = defaultdict(dict)
        for note in self.notes:
            moments[note.caller][note.word] = note.at
        return sorted(
            (told["invited"] - self.began_at, told["answered"] - told["invited"])
            for told in moments.values()
            if {"invited", "answered"} <= told.keys()
        )

    def longest_wait(self) -> float:
        """Of the caller who waited longest for the answer, in seconds."""
        return max(wait for _, wait in self.waits())

    def nobody_failed(self) -> None:
        """Each was answered, and ended the call when he liked."""
        assert self.served == {"invited": self.calls, "answered": self.calls, "ended": self.calls}

    def on_record(self, patience: float = 30.0) -> Sequence[Any]:
        """Every call, once it has ended and both witnesses have told it; none is missing and none is twice."""
        from telephony.journal.models import Call
        from tenants.accounts.scope import operator_scope

        numbers = {f"+86{note.caller[1:]}" for note in self.notes}

        def known() -> Sequence[Any]:
            with operator_scope():
                calls = Call.objects.filter(caller__in=numbers, ended_at__isnull=False, witnessed=True)
                return list(calls) if len({call.caller for call in calls}) == len(numbers) else ()

        try:
            return wait_until(known, patience, "every call on record, by both witnesses")
        except TooLate:
            with operator_scope():
                there = set(Call.objects.filter(caller__in=numbers).values_list("caller", "ended_at", "witnessed"))
            lacks = sorted(numbers - {caller for caller, ended, seen in there if ended and seen})
            raise TooLate(
                f"{len(lacks)} of {len(numbers)} calls are not on record as they should: {lacks[:5]}"
            ) from None

    def facts_are_whole(self, calls: Sequence[Any]) -> int:
        """No fact of these calls is missing or doubled; how many facts there are."""
        from telephony.journal.models import LedgerEntry
        from tenants.accounts.scope import operator_scope

        told: dict[Any, list[tuple[int, str]]] = defaultdict(list)
        with operator_scope():
            entries = LedgerEntry.objects.filter(call_id__in=[call.id for call in calls]).order_by("call_id", "seq")
            for call, seq, kind in entries.values_list("call_id", "seq", "kind"):
                told[call].append((seq, kind))
        for facts in told.values():
            assert [seq for seq, _ in facts] == list(range(1, len(facts) + 1)), f"none missing, none twice: {facts}"
            assert Counter(kind for _, kind in facts)["CallEnded"] == 1
        return sum(map(len, told.values()))


@contextmanager
def a_crowd(rig: Rig, client: Client, rate: int, seconds: float, hold_ms: int = 1200) -> Iterator[Crowd]:
    """Callers arrive at this rate for so long while the block runs; at its end all have come and gone."""
    crowd = Crowd(rig, client, rate, round(rate * seconds), hold_ms)
    no = next(_crowds)
    folder = rig.folder / "crowds"
    folder.mkdir(exist_ok=True)
    callers = Callers(folder, f"crowd-{no}", "127.0.0.10", client.dialled, rig.asterisk.ports.sip, hold_ms)
    numbers = [f"021{no + 30:02}{caller:06}" for caller in range(crowd.calls)]
    port = free_port(19200 + 20 * no, set())
    calling = Thread(target=lambda: crowd.notes.extend(callers.call(numbers, rate, port)), name=f"crowd {no}")
    crowd.began_at = time.time()
    calling.start()
    try:
        yield crowd
    finally:
        calling.join(seconds + 90)

"""The ledger comes twice, in any order, in any batches, one witness before the other: the invoice is the same."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import count
from random import Random

import pytest
from django.db import transaction

from billing.contracts.services import Price
from billing.invoices.services import refresh_draft
from billing.mediation.models import UsageRecord
from billing.mediation.services import mediate
from telephony.core import facts as fact
from telephony.core.naming import call_of_caller
from telephony.core.values import ChannelId, agent_channel, talk_bridge
from telephony.journal.disk import Journal
from telephony.journal.models import Call
from telephony.journal.ship import ship
from telephony.witness.files import CURRENT
from telephony.witness.process import Witness
from telephony.witness.rules import Kind, Seen
from tenants.accounts.scope import finance_scope, operator_scope
from tests.builders.billing import MID_OCTOBER, NOVEMBER_3, a_world
from tests.builders.telephony import an_answered_call
from tests.builders.witness import a_line, an_event

CALLS = 8
MINUTES = Price("minutes", "metered", {"price": "0.173", "count": "minutes"}, "Minutes", "通话分钟", "service")
SECOND = timedelta(seconds=1)

pytestmark = pytest.mark.django_db
_files = count()


class Quiet:
    """Stands for the list of live channels: never asked."""

    newest = None
    answers = False


def told(tenant_id) -> list[fact.Fact | Seen]:
    """What both witnesses say of some calls; the switch noted the ends of every second call a minute late."""
    found: list[fact.Fact | Seen] = []
    for no in range(CALLS):
        start, talks = MID_OCTOBER + no * timedelta(minutes=7), timedelta(seconds=37 + 29 * no)
        channel = ChannelId(f"seatline-{int(start.timestamp())}.{no}")
        call = call_of_caller(channel)
        late = timedelta(minutes=no % 2)
        for one in an_answered_call(call, tenant=tenant_id, starts_at=start, talks=talks, recorded=False):
            match one:
                case fact.CallArrived():
                    found.append(replace(one, channel=channel))
                case fact.LegEnded() | fact.CallEnded():
                    found.append(replace(one, at=one.at + late))
                case _:
                    found.append(one)
        caller = {"channel": channel, "linked": channel, "exten": "96968101", "since": start}
        agent = {"channel": agent_channel(call, 1), "linked": channel, "since": start}
        bridge, gone = {"extra": {"bridge_id": talk_bridge(call)}}, 14 + talks / SECOND
        found += [
            an_event(Kind.CHAN_START, 0, **caller), an_event(Kind.ANSWER, 0, **caller),
            an_event(Kind.CHAN_START, 9, **agent), an_event(Kind.BRIDGE_ENTER, 14, **bridge, **caller),
            an_event(Kind.BRIDGE_ENTER, 14, **bridge, **agent), an_event(Kind.CHAN_END, gone, **caller),
            an_event(Kind.CHAN_END, gone + 0.02, **agent),
        ]  # fmt: skip
    return found


def batches(pieces: list[fact.Fact | Seen], chance: Random) -> Iterator[list[fact.Fact | Seen]]:
    """All of it, parted by chance."""
    while pieces:
        size = chance.randint(1, 40)
        yield pieces[:size]
        pieces = pieces[size:]


def invoice(contract, pieces, chance, folder):
    """The lines of the draft once everything has come, in batches, with mediation in between; nothing of it stays."""
    folder = folder / str(next(_files))
    folder.mkdir()
    journal = Journal(folder / "switch.sqlite3")
    witness = Witness(folder, Quiet(), lambda: NOVEMBER_3)
    with transaction.atomic():
        for batch in batches(pieces, chance):
            with (folder / CURRENT).open("ab") as file:
                file.writelines(a_line(one) for one in batch if isinstance(one, Seen))
            journal.append([one for one in batch if isinstance(one, fact.Fact)], [])
            for work in chance.sample([lambda: ship(journal), witness.step], 2):
                work()
            if chance.random() < 0.3:
                mediate(NOVEMBER_3)
        mediate(NOVEMBER_3)
        with finance_scope():
            draft = refresh_draft(contract, MID_OCTOBER)
            lines = [(line.text, str(line.quantity), str(line.amount)) for line in draft.lines.order_by("position")]
            told = lines, str(draft.net), str(draft.tax), str(draft.gross)
            usage = UsageRecord.objects.filter(corrects__isnull=True, corrected_by__isnull=True).count()
        with operator_scope():
            calls = list(Call.objects.order_by("id").values_list("id", "talked", "ended_at", "witnessed"))
        transaction.set_rollback(True)
    journal.close()
    return told, usage, calls


def test_invoice_is_the_same_to_the_cent_however_the_ledger_comes(tmp_path):
    contract, *_ = a_world(prices=(MINUTES,))
    pieces = told(contract.tenant_id)
    plain = invoice(contract, pieces, Random(0), tmp_path)
    (lines, _, _, gross), usage, calls = plain
    assert usage == len(calls) == CALLS
    # The minutes that were begun: by Asterisk's word, not one more for those that the switch noted late.
    minutes = sum(-(-(37 + 29 * no) // 60) for no in range(CALLS))
    assert [(text, float(quantity), amount) for text, quantity, amount in lines] == [
        ("Minutes", minutes, f"{minutes * Decimal('0.173'):.2f}")
    ]
    assert Decimal(gross) > 0
    for seed in range(1, 6):
        chance = Random(seed)
        again = pieces * chance.randint(1, 2)
        chance.shuffle(again)
        assert invoice(contract, again, chance, tmp_path) == plain, f"seed {seed}"

"""Orders and messages are made from the ledger once, and what is done about them stays."""

import wave
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.core import mail

from telephony.core import facts as fact
from telephony.core.values import CallId, EndedBy, Outcome, TenantId
from telephony.journal.disk import Journal
from telephony.journal.ship import ship
from telephony.lookups.models import Order
from telephony.switch.leftover import complete_messages
from telephony.voicemail.models import Voicemail
from telephony.voicemail.services import assign, mail_due, mark_heard, settle
from tenants.accounts.scope import operator_scope, tenant_scope
from tests.builders.tenants import NINE, a_tenant

SECOND = timedelta(seconds=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def museum():
    with operator_scope():
        return a_tenant()


@pytest.fixture
def journal(tmp_path):
    made = Journal(tmp_path / "switch.sqlite3")
    yield made
    made.close()


def told(museum, *, stored=True):
    """A call with an order and a message."""
    call = CallId(uuid4())
    head = {"call": call, "tenant": TenantId(museum.id)}
    facts = [
        fact.CallArrived(dialled="+862196968101", caller="02161234567", channel="c", **head, seq=1, at=NINE),
        fact.OrderConfirmed(
            node="order", key=f"{call}-order", system="shop", path="/orders", content={"a": "b"}, **head, seq=2, at=NINE
        ),
        fact.QueueEntered(queue=UUID(int=11), queue_code="service", **head, seq=3, at=NINE),
        fact.MessageStarted(node="m", name=f"{call}-message", mail="a@museum.example", **head, seq=4, at=NINE),
        fact.CallEnded(outcome=Outcome.VOICEMAIL, ended_by=EndedBy.CALLER, **head, seq=5, at=NINE + 9 * SECOND),
    ]
    if stored:
        facts.append(
            fact.MessageStored(
                name=f"{call}-message", seconds=8.0, peak_db=-9.0, size=9, **head, seq=6, at=NINE + 10 * SECOND
            )
        )
    return call, facts


def test_order_and_message_are_there_once_however_often_the_facts_come(museum, journal):
    call, facts = told(museum)
    for _ in range(2):
        journal.append(facts, [])
        ship(journal)
    with operator_scope():
        order, message = Order.objects.get(), Voicemail.objects.get()
        assert (order.key, order.content, order.state, order.next_try_at) == (
            f"{call}-order", {"a": "b"}, "pending", NINE,
        )  # fmt: skip
        assert (message.queue_code, message.caller, message.left_at) == ("service", "02161234567", NINE)
        assert message.path.endswith(f"{call}.message.wav")
        assert message.call.outcome == "voicemail"


def test_what_was_done_stays_when_the_facts_are_read_again(museum, journal):
    _, facts = told(museum)
    journal.append(facts[:-1], [])
    journal.append(facts[-1:], [])
    ship(journal)
    with operator_scope():
        message = Voicemail.objects.get()
        mark_heard(message, NINE)
        mark_heard(message, NINE + SECOND)
        assign(message, UUID(int=31))
        Order.objects.update(state="delivered")
    journal.append(facts, [])
    ship(journal)
    with operator_scope():
        message, order = Voicemail.objects.get(), Order.objects.get()
        assert (message.state, message.heard_at, message.assigned_to) == ("heard", NINE, UUID(int=31))
        assert order.state == "delivered"
        settle(message)


def test_mail_goes_out_once_and_without_a_file_too(museum, journal):
    _, facts = told(museum)
    journal.append(facts, [])
    ship(journal)
    assert (mail_due(NINE), mail_due(NINE)) == (1, 0)
    (letter,) = mail.outbox
    assert letter.to == ["a@museum.example"]
    assert "02161234567" in letter.subject


def test_tenant_sees_its_own_messages_alone(museum, journal):
    with operator_scope():
        harbour = a_tenant("harbour")
    for tenant in (museum, harbour):
        journal.append(told(tenant)[1], [])
    ship(journal)
    with tenant_scope(harbour.id):
        assert [one.tenant_id for one in Voicemail._base_manager.all()] == [harbour.id]
        assert [one.tenant_id for one in Order._base_manager.all()] == [harbour.id]


def test_message_of_a_killed_switch_is_completed_or_known_to_be_lost(museum, journal, tmp_path):
    call, facts = told(museum, stored=False)
    lost, others = told(museum, stored=False)
    journal.append(facts + others, [])
    ship(journal)
    spool = tmp_path / "spool"
    spool.mkdir()
    with wave.open(str(spool / f"{call}-message.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(b"\x00\x10" * 16000)
    made = {one.call: one for one in complete_messages(spool, tmp_path, NINE + 60 * SECOND)}
    assert isinstance(made[call], fact.MessageStored)
    assert (made[call].seconds, made[call].seq) == (2.0, 6)
    assert isinstance(made[lost], fact.MessageLost)
    journal.append(list(made.values()), [])
    ship(journal)
    with operator_scope():
        assert (tmp_path / Voicemail.objects.get().path).exists()
    assert complete_messages(spool, tmp_path, NINE + 60 * SECOND) == []

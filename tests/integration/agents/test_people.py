"""PINs are counted whatever happens, and seen by nobody who has no business with them."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from agents.people import services
from agents.people.models import AgentPin, PauseReason
from agents.people.rules import FIRST_LOCK, PinTooEasy
from tenants.accounts.scope import finance_scope, operator_scope, telephony_scope, tenant_scope
from tests.builders.agents import PIN, an_agent
from tests.builders.tenants import NINE, a_tenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def museum():
    with operator_scope():
        return a_tenant("museum")


@pytest.fixture
def agent(museum):
    with operator_scope():
        return an_agent(museum)


def wrong_pins(number: str) -> int:
    with operator_scope():
        return AgentPin.objects.get(agent__number=number).failed_pins


def test_the_right_pin_tells_who_it_is(agent, museum):
    person = services.check_pin("1001", PIN, NINE)
    assert (person.agent_id, person.tenant_id, person.language) == (agent.id, museum.id, "zh")
    assert wrong_pins("1001") == 0


def test_a_wrong_pin_is_counted_though_the_request_ends_in_an_error(agent):
    with pytest.raises(services.PinWrong) as refused:
        services.check_pin("1001", "9999", NINE)
    assert refused.value.details["tries_left"] == 4
    assert wrong_pins("1001") == 1
    services.check_pin("1001", PIN, NINE)
    assert wrong_pins("1001") == 0


def test_a_scope_that_could_take_the_count_back_is_refused(agent):
    with telephony_scope(), pytest.raises(RuntimeError, match="inside a scope"):
        services.check_pin("1001", PIN, NINE)


def test_the_fifth_wrong_pin_locks_the_number_and_the_right_one_does_not_help(agent):
    for _ in range(4):
        with pytest.raises(services.PinWrong):
            services.check_pin("1001", "9999", NINE)
    with pytest.raises(services.PinLocked) as refused:
        services.check_pin("1001", "9999", NINE)
    assert refused.value.details["until"] == NINE + FIRST_LOCK
    with pytest.raises(services.PinLocked):
        services.check_pin("1001", PIN, NINE + FIRST_LOCK - timedelta(seconds=1))
    # What is tried while locked does not make the lock longer.
    assert wrong_pins("1001") == 5
    assert services.check_pin("1001", PIN, NINE + FIRST_LOCK)


def test_a_new_pin_takes_off_the_lock(agent):
    for _ in range(5):
        with pytest.raises((services.PinWrong, services.PinLocked)):
            services.check_pin("1001", "9999", NINE)
    with operator_scope():
        services.set_pin("1001", "2468")
    assert services.check_pin("1001", "2468", NINE)


def test_leavers_and_strangers_are_refused(museum):
    with operator_scope():
        an_agent(museum, "1002", active=False)
        an_agent(museum, "1003", pin="")
    for number, error in [
        ("1002", services.AgentInactive),
        ("1003", services.PinNotSet),
        ("1999", services.AgentUnknown),
    ]:
        with pytest.raises(error, match=number):
            services.check_pin(number, PIN, NINE)


def test_an_easy_pin_is_not_taken(agent):
    with operator_scope(), pytest.raises(PinTooEasy):
        services.set_pin("1001", "1111")


def test_a_pin_is_kept_as_a_hash(agent):
    with operator_scope():
        assert PIN not in AgentPin.objects.get().hashed


def test_an_agent_number_is_never_given_twice(agent):
    with operator_scope():
        other = a_tenant("harbour")
        with pytest.raises(IntegrityError), transaction.atomic():
            an_agent(other, "1001", pin="")


def test_neither_the_tenant_nor_finance_can_read_hashes(agent, museum):
    for scope in (tenant_scope(museum.id), finance_scope()):
        with scope, pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            AgentPin.objects.count()


def test_a_tenant_sees_its_own_agents_and_skills_alone(agent, museum):
    with operator_scope():
        harbour = a_tenant("harbour")
        other = an_agent(harbour, "2001", pin="")
        services.give_skill(other, services.add_skill(harbour, "claims", "Claims"), 7)
        services.give_skill(agent, services.add_skill(museum, "english", "English"), 3)
        services.give_skill(agent, services.add_skill(museum, "english", "English"), 4)
    with tenant_scope(museum.id):
        assert services.skills_of([agent.id, other.id]) == {agent.id: {"english": 4}, other.id: {}}
        with pytest.raises(services.AgentUnknown):
            services.find_agent("2001")
        with connection.cursor() as cursor:
            cursor.execute("SELECT number FROM agents_agent")
            assert cursor.fetchall() == [("1001",)]


def test_a_tenants_own_pause_reason_comes_before_everybodys(museum):
    with operator_scope():
        harbour = a_tenant("harbour")
        services.add_pause_reason("1", "Break")
        services.add_pause_reason("2", "Lunch")
        services.add_pause_reason("2", "Claims meeting", tenant=harbour)
        with pytest.raises(IntegrityError, match="pause_digit_is_unique"), transaction.atomic():
            PauseReason.objects.create(code="1", name="Tea")
    with tenant_scope(museum.id):
        assert sorted(row.name for row in PauseReason.objects.all()) == ["Break", "Lunch"]
        assert PauseReason.objects.update(name="x") == 0, (
            "a tenant's people change their own, and these are the house's"
        )
    with telephony_scope():
        assert services.pause_reason(harbour.id, "2").name == "Claims meeting"
        assert services.pause_reason(museum.id, "2").name == "Lunch"
        assert services.pause_reason(museum.id, "9") is None


def test_agent_may_use_the_telephones_outside_that_are_listed_and_no_other(agent):
    with operator_scope():
        services.allow_outside_phone(agent, "+8613800000009")
        services.allow_outside_phone(agent, "+8613800000009")
        assert services.may_sit_at(agent.id, "+8613800000009")
        assert not services.may_sit_at(agent.id, "+8613800000008")
        services.forbid_outside_phone(agent, "+8613800000009")
        assert not services.may_sit_at(agent.id, "+8613800000009")


@pytest.mark.parametrize("number", ["", "13800000009", "+0138", "+86 138", "tel:+8613800000009"])
def test_telephone_outside_is_written_in_full(agent, number):
    with operator_scope(), pytest.raises(services.NumberNotInFull):
        services.allow_outside_phone(agent, number)

"""Flows are published, numbers answered, and the switch gets it all in one picture."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, ProgrammingError, connection, transaction

from agents.people.services import add_skill
from telephony.core.plan import Demand, MemberPlan
from telephony.core.routing import Routed, find, find_merchant
from telephony.core.values import Outcome
from telephony.plans.models import FlowSave, FlowVersion, Phone, Route
from telephony.plans.services import (
    FlowNotUsable,
    NothingToPublish,
    NothingToUndo,
    NotTheirAgent,
    PhoneAccount,
    answer_with,
    ask_skill,
    digest,
    load_plan,
    make_phone,
    name_member,
    phones,
    publish_flow,
    save_draft,
    seat_of,
    set_prompt,
    undo_save,
)
from tenants.accounts.models import Tenant
from tenants.accounts.scope import operator_scope, tenant_scope
from tenants.numbers.models import Number
from tenants.numbers.services import NumberUnknown, assign_number, list_in_directory
from tests.builders.agents import an_agent
from tests.builders.telephony import a_definition, a_published_flow, a_queue
from tests.builders.tenants import NINE, a_number, a_tenant

DAY = timedelta(days=1)
NUMBER = "+862196968101"
SHARED = "+861252"
DIRECTORY = {
    "start": "ask",
    "nodes": {
        "ask": {"kind": "directory", "say": ["merchant-code"], "otherwise": "none"},
        "none": {"kind": "finish", "outcome": "no_merchant"},
    },
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def museum() -> Tenant:
    with operator_scope():
        tenant = a_tenant()
        a_queue(tenant, ring=timedelta(seconds=12), record=False)
        a_number(NUMBER)
        return tenant


def told(work) -> list[str]:
    """The channels on which PostgreSQL is asked to tell something while `work` runs."""
    asked: list[str] = []

    def listen(run, sql, params, many, context):
        asked.append(sql)
        return run(sql, params, many, context)

    with connection.execute_wrapper(listen):
        work()
    return [sql for sql in asked if "pg_notify('seatline_plan'" in sql]


def test_number_is_answered_before_during_and_after_an_assignment_as_agreed(museum):
    with operator_scope():
        harbour = a_tenant("harbour", language="en")
        a_queue(harbour)
        assign_number(NUMBER, museum, NINE, NINE + DAY)
        assign_number(NUMBER, harbour, NINE + 2 * DAY)
        a_published_flow(museum, answers=NUMBER)
        a_published_flow(harbour, answers=NUMBER)
    plan = load_plan()
    assert find(plan, NUMBER, NINE - timedelta(microseconds=1)) is Outcome.UNASSIGNED
    first, second = find(plan, NUMBER, NINE), find(plan, NUMBER, NINE + 3 * DAY)
    assert isinstance(first, Routed)
    assert (first.tenant, first.language, first.flow.tenant) == (museum.id, "zh", museum.id)
    assert find(plan, NUMBER, NINE + DAY) is Outcome.UNASSIGNED
    assert isinstance(second, Routed)
    assert (second.tenant, second.language) == (harbour.id, "en")


def test_shared_number_leads_to_the_directory_and_on_to_the_merchant(museum):
    with operator_scope():
        a_number(SHARED, Number.Kind.SHORT)
        list_in_directory(SHARED, museum, "101", NINE, NINE + DAY)
        a_published_flow(None, "directory", DIRECTORY, answers=SHARED)
        a_published_flow(museum, answers=SHARED, merchant_code="101")
    plan = load_plan()
    shared, merchant = find(plan, SHARED, NINE), find_merchant(plan, SHARED, "101", NINE)
    assert isinstance(shared, Routed)
    assert shared.tenant is None
    assert isinstance(merchant, Routed)
    assert merchant.tenant == museum.id
    assert find_merchant(plan, SHARED, "101", NINE + DAY) is Outcome.NO_MERCHANT
    assert find_merchant(plan, SHARED, "102", NINE) is Outcome.NO_MERCHANT


def test_suspended_tenant_is_known_as_such(museum):
    with operator_scope():
        assign_number(NUMBER, museum, NINE)
        a_published_flow(museum, answers=NUMBER)
        Tenant.objects.update(status=Tenant.Status.SUSPENDED)
    assert find(load_plan(), NUMBER, NINE) is Outcome.SUSPENDED


def test_neighbours_flow_never_answers_whatever_was_saved(museum):
    with operator_scope():
        assign_number(NUMBER, museum, NINE)
        foreign = a_published_flow(None, "directory", DIRECTORY)
        Route.objects.create(tenant=museum, number=Number.objects.get(e164=NUMBER), flow=foreign)
    assert find(load_plan(), NUMBER, NINE) is Outcome.UNASSIGNED


def test_queue_has_its_rules_and_skills(museum):
    with operator_scope():
        queue = a_queue(museum)
        ask_skill(queue, add_skill(museum, "english", "English"), 4)
    (plan,) = load_plan().queues.values()
    assert (plan.code, plan.ring, plan.record, plan.tenant) == ("service", timedelta(seconds=12), False, museum.id)
    assert plan.demands == (Demand(skills={"english": 4}),)
    assert (plan.join_empty, plan.leave_empty) == (frozenset(), frozenset({"never"}))


def test_demands_relax_with_the_wait_and_agents_are_named_with_penalty(museum):
    with operator_scope():
        queue = a_queue(museum, join_empty="strict", leave_empty="yes", messages="one two")
        english, dutch = add_skill(museum, "english", "English"), add_skill(museum, "dutch", "Dutch")
        for skill, level, after in ((english, 4, 0), (dutch, 2, 0), (english, 1, 30), (dutch, 0, 60)):
            ask_skill(queue, skill, level, timedelta(seconds=after))
        first, second = an_agent(museum, "1001"), an_agent(museum, "1002")
        for agent, position in ((first, 2), (second, 1)):
            name_member(queue, agent, penalty=position, position=position)
    (plan,) = load_plan().queues.values()
    assert plan.demands == (
        Demand(skills={"english": 4, "dutch": 2}),
        Demand(after=timedelta(seconds=30), skills={"english": 1, "dutch": 2}),
        Demand(after=timedelta(seconds=60), skills={"english": 1}),
    )
    assert plan.members == {
        second.id: MemberPlan(penalty=1, position=1), first.id: MemberPlan(penalty=2, position=2)
    }  # fmt: skip
    assert (plan.join_empty, plan.leave_empty) == (frozenset({"paused", "unavailable"}), frozenset({"paused"}))
    assert plan.messages == ("one", "two")


def test_only_the_operators_staff_serve_another_client(museum):
    with operator_scope():
        neighbour = a_tenant("harbour")
        queue = a_queue(museum)
        with pytest.raises(NotTheirAgent):
            name_member(queue, an_agent(neighbour, "2001"))
        shared = an_agent(neighbour, "2002", employed_by="operator")
        name_member(queue, shared)
    (plan,) = load_plan().queues.values()
    assert set(plan.members) == {shared.id}


def test_words_for_an_empty_queue_are_checked(museum):
    with operator_scope(), pytest.raises(ValidationError, match="perhaps"):
        a_queue(museum, join_empty="perhaps").full_clean()


def test_plan_is_read_in_few_queries(museum, django_assert_max_num_queries):
    with operator_scope():
        for code in ("a", "b", "c", "d"):
            a_published_flow(museum, code)
    with django_assert_max_num_queries(23):  # 14 and the scope's own
        load_plan()


def test_tenants_prompt_goes_before_the_houses_once_it_has_sound(museum, settings):
    with operator_scope():
        set_prompt(museum, "welcome", "zh", "欢迎致电城市博物馆。")
    house = f"sound:{settings.VAR}/sounds/zh/welcome"
    assert load_plan().media(museum.id, "welcome", "zh") == (house,)
    with operator_scope():
        set_prompt(museum, "welcome", "zh", "欢迎致电城市博物馆。", sha="ab" * 32)
    plan = load_plan()
    assert plan.media(museum.id, "welcome", "zh") == (f"sound:{settings.VAR}/sounds/prompts/{'ab' * 32}",)
    assert plan.media(None, "welcome", "zh") == (house,)


def test_draft_meets_no_caller_until_it_is_published(museum):
    with operator_scope():
        assign_number(NUMBER, museum, NINE)
        flow = a_published_flow(museum, answers=NUMBER)
        draft = save_draft(flow, {**a_definition(), "start": "told"})
        assert (draft.version, draft.state) == (2, "draft")
        # A second save changes the same draft.
        assert save_draft(flow, {**a_definition(), "start": "told"}).id == draft.id
        assert load_plan().flows[flow.id].version == 1
        definition = a_definition()
        definition["nodes"] = {"told": definition["nodes"]["told"]}
        save_draft(flow, {**definition, "start": "told"})
        publish_flow(flow, NINE, by=UUID(int=7))
    plan = load_plan()
    assert (plan.flows[flow.id].version, plan.flows[flow.id].start) == (2, "told")


def test_saves_of_a_draft_are_undone_one_by_one(museum):
    """Back to what callers meet; a save that changed nothing is none."""
    with operator_scope():
        flow = a_published_flow(museum)
        one, other = {**a_definition(), "start": "told"}, {**a_definition(), "start": "wrong"}
        save_draft(flow, one, by=UUID(int=7), at=NINE)
        save_draft(flow, one)
        save_draft(flow, other)
        assert undo_save(flow).definition == one
        assert undo_save(flow).definition == a_definition()
        with pytest.raises(NothingToUndo):
            undo_save(flow)
        save_draft(flow, {**a_definition(), "start": "menu"})
        save_draft(flow, other)
        save_draft(flow, a_definition())
        publish_flow(flow, NINE)
        assert not FlowSave.objects.exists(), "what is published is not undone"
        with pytest.raises(NothingToUndo):
            undo_save(flow)


def test_flow_with_a_fault_is_not_published_and_the_node_is_named(museum):
    with operator_scope():
        flow = a_published_flow(museum)
        save_draft(flow, a_definition(queue="claims"))
        with pytest.raises(FlowNotUsable, match="node “agent”: “queue”: the tenant has no queue “claims”"):
            publish_flow(flow, NINE)
        assert FlowVersion.objects.get(flow=flow, version=2).state == "draft"


def test_flow_without_a_draft_has_nothing_to_publish(museum):
    with operator_scope():
        flow = a_published_flow(museum)
        with pytest.raises(NothingToPublish):
            publish_flow(flow, NINE)


def test_published_version_never_changes(museum):
    with operator_scope():
        flow = a_published_flow(museum)
        with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
            FlowVersion.objects.filter(flow=flow).update(definition={})


def test_number_that_is_not_ours_cannot_be_answered(museum):
    with operator_scope():
        flow = a_published_flow(museum)
        with pytest.raises(NumberUnknown):
            answer_with("+8613800000000", flow)


def test_each_change_is_told_to_the_switch(museum):
    with operator_scope():
        flow = a_published_flow(museum)
        skill = add_skill(museum, "english", "English")
        queue = a_queue(museum)
        save_draft(flow, a_definition())
        for change in (
            lambda: publish_flow(flow, NINE),
            lambda: answer_with(NUMBER, flow),
            lambda: a_queue(museum, weight=1),
            lambda: ask_skill(queue, skill, 2),
            lambda: set_prompt(museum, "welcome", "en", "Welcome."),
            lambda: make_phone("seat-001", "secret", seat=1),
        ):
            assert len(told(change)) == 1


def test_phone_is_known_by_its_digest_and_its_seat():
    with operator_scope():
        make_phone("seat-001", "correct horse", seat=1, label="3F-B12")
        make_phone("home-001", "battery staple")
        make_phone("seat-002", "gone", seat=2, active=False)
        assert "correct horse" not in str(list(Phone.objects.values()))
    assert phones() == [
        PhoneAccount("home-001", digest("home-001", "battery staple"), ""),
        PhoneAccount("seat-001", "79e2c754d71932949ebb76416f9aedfb", "3F-B12"),
    ]
    assert (seat_of("seat-001"), seat_of("home-001"), seat_of("nowhere")) == (1, None, None)


def test_tenant_sees_its_own_flows_and_no_phones(museum):
    with operator_scope():
        harbour = a_tenant("harbour")
        a_queue(harbour)
        a_published_flow(museum)
        a_published_flow(harbour)
        a_published_flow(None, "directory", DIRECTORY)
    with tenant_scope(museum.id):
        assert [one.flow.code for one in FlowVersion._base_manager.select_related("flow")] == ["service"]
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Phone.objects.count()

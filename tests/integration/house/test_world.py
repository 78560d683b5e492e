"""The demo world: made once, the same from the same seed and secret, and fit for calls and bills."""

import hashlib
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction

from agents.people.services import PinWrong
from agents.presence.services import SeatsFull, log_in
from billing.contracts.models import Contract
from billing.contracts.terms import terms_in
from billing.rating.periods import full_period
from seatline.house import world
from seatline.house.world import service_began
from seatline.house.world.dialogues import speak_prompts
from telephony.core import routing
from telephony.plans.services import load_plan
from tenants.accounts.models import User
from tenants.accounts.scope import finance_scope, operator_scope
from tenants.accounts.staff import is_finance
from tenants.seats.services import room_load
from tests.builders.house import NOON, SECRET, SEED, quick_hashes

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")

# What people would call the same world: everything but ids, salts of hashes, and when a row was made.
BUSINESS = {
    "tenants_tenant": "code, name, name_zh, time_zone, language, colour, status",
    "tenants_user": "username, is_staff, language",
    "tenants_membership": "(SELECT code FROM tenants_tenant t WHERE t.id = tenant_id),"
                          "(SELECT username FROM tenants_user u WHERE u.id = user_id), role",
    "tenants_number": "e164, kind",
    "tenants_seat": "number, in_service",
    "tenants_directorylisting": "code, name, starts_at, ends_at",
    "tenants_leaseoccurrence": "(SELECT code FROM tenants_tenant t WHERE t.id = tenant_id), seats, starts_at, ends_at",
    "agents_agent": "number, name, name_zh, employed_by, language, active",
    "agents_pausereason": "code, name, name_zh",
    "telephony_phone": "endpoint, password_digest, seat, active",
    "telephony_queue": "code, strategy, ring, wrap_up, max_wait, weight, max_length",
    "telephony_flowversion": "version, definition::text, state, published_at",
    "telephony_prompt": "name, language, text, sha",
    "billing_contract": "number, service_mode, starts_on, ends_on, billing_day, currency",
    "billing_pricecomponent": "code, kind, params::text, invoice_text, invoice_text_zh, tax_code, position",
    "billing_taxrule": "code, starts_on, rate_percent",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _quick():
    with quick_hashes():
        yield


def rows(table: str, columns: str) -> list[tuple]:
    scope = finance_scope() if table.startswith("billing") else operator_scope()
    with scope, connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {table} ORDER BY {columns}")
        return cursor.fetchall()


def business() -> str:
    found = {table: rows(table, columns) for table, columns in BUSINESS.items()}
    assert all(found.values()), "no table of the world is empty"
    return hashlib.sha256(repr(found).encode()).hexdigest()


def everything() -> dict[str, list[tuple]]:
    return {table: rows(table, f"{table}::text") for table in BUSINESS}


def test_loaded_a_second_time_a_day_later_nothing_has_changed():
    first = world.load(SEED, SECRET, NOON)
    before = everything()
    assert world.load(SEED, SECRET, NOON + timedelta(days=1)) == first
    assert everything() == before


def test_two_fresh_databases_with_the_same_seed_and_secret_have_the_same_world():
    found = []
    for _ in range(2):
        with transaction.atomic():
            world.load(SEED, SECRET, NOON)
            found.append(business())
            transaction.set_rollback(True)
    assert found[0] == found[1]


def test_another_machine_has_other_secrets_and_takes_them_over_when_its_secret_changed():
    here, there = world.load(SEED, SECRET, NOON), world.load(SEED, "another", NOON)
    assert here.user("operator").secret != there.user("operator").secret
    assert here.agent("1001").pin != there.agent("1001").pin
    assert here.agent("1001").sip_secret != there.agent("1001").sip_secret
    with operator_scope():
        assert all(User.objects.get(username=one.login).check_password(one.secret) for one in there.users)
    with pytest.raises(PinWrong):
        log_in("1001", here.agent("1001").pin, "seat-001", 1, NOON)
    assert log_in("1001", there.agent("1001").pin, "seat-001", 1, NOON).agent_number == "1001"


def test_secrets_are_not_in_what_a_log_would_print():
    loaded = world.load(SEED, SECRET, NOON)
    shown = repr(loaded)
    assert not any(one.pin in shown or one.secret in shown or one.sip_secret in shown for one in loaded.agents)
    assert not any(one.secret in shown for one in loaded.users)


def test_every_number_leads_to_its_tenants_flow_and_a_code_behind_1252_too():
    world.load(SEED, SECRET, NOON)
    plan = load_plan()
    codes = {tenant.id: tenant.code for tenant in plan.tenants.values()}
    for number, code in (("+862196968101", "museum"), ("+8612502002", "harbour"), ("+862196968303", "lotus")):
        routed = routing.find(plan, number, NOON)
        assert codes[routed.tenant] == code and routed.flow.code == "main"
    assert routing.find(plan, "+861252", NOON).flow.code == "directory"
    assert codes[routing.find_merchant(plan, "+861252", "202", NOON).tenant] == "harbour"


def test_every_prompt_that_a_flow_says_has_a_sound_in_both_languages():
    world.load(SEED, SECRET, NOON)
    plan = load_plan()
    said = [
        (flow.tenant, say.prompt)
        for flow in plan.flows.values()
        for node in flow.nodes.values()
        for say in (*getattr(node, "say", ()), *getattr(node, "wrong", ()))
    ]
    assert len(said) > 20
    missing = [
        (name, language)
        for tenant, name in said
        for language in ("en", "zh")
        if not plan.prompts.get((tenant, name, language), plan.prompts.get((None, name, language)))
    ]
    assert missing == []


def test_the_room_lets_20_seats_by_day_and_25_at_night():
    world.load(SEED, SECRET, NOON)
    night = datetime(2026, 11, 24, 23, 0, tzinfo=SHANGHAI)
    with operator_scope():
        assert (room_load(NOON).seats, room_load(NOON).let) == (370, 20)
        assert room_load(night).let == 25


def test_a_sixth_agent_of_the_mail_order_house_finds_all_five_seats_taken():
    loaded = world.load(SEED, SECRET, NOON)
    night = datetime(2026, 11, 24, 23, 0, tzinfo=SHANGHAI)
    agents = [one for one in loaded.agents if one.tenant == "lotus"]
    for one in agents[:5]:
        log_in(one.number, one.pin, one.endpoint, one.seat, night)
    with pytest.raises(SeatsFull):
        log_in(agents[5].number, agents[5].pin, agents[5].endpoint, agents[5].seat, night)


def test_contracts_run_since_the_first_of_last_month_with_prices_that_two_people_put_in_force():
    world.load(SEED, SECRET, NOON)
    began = service_began(NOON)
    assert began.isoformat() == "2026-10-01"
    assert service_began(datetime(2027, 1, 1, 0, tzinfo=SHANGHAI)).isoformat() == "2026-12-01"
    with finance_scope():
        kinds = {}
        for contract in Contract.objects.select_related("tenant"):
            assert contract.starts_on == began
            version = contract.versions.get()
            assert {version.written_by.username, version.approved_by.username} == {"finance", "finance2"}
            terms = terms_in(contract, full_period(began, contract.billing_day)).terms
            kinds[contract.tenant.code] = [one.kind for one in terms.components]
    assert kinds == {
        "museum": ["bundle", "recurring"],
        "harbour": ["seat_month", "recurring"],
        "lotus": ["metered", "seat_hour", "recurring"],
    }


def test_staff_sit_in_their_groups_and_agents_logins_open_nothing():
    loaded = world.load(SEED, SECRET, NOON)
    with operator_scope():
        staff = {user.username: user for user in User.objects.filter(is_staff=True)}
        assert set(staff) == {"operator", "operator2", "finance", "finance2", "floor_sup", "security"}
        assert [name for name, user in staff.items() if is_finance(user)] == ["finance", "finance2"]
        agent = User.objects.get(username=loaded.agent("1001").login)
        assert not agent.is_staff and not agent.memberships.exists() and not agent.groups.exists()


def test_prompts_are_spoken_once(tmp_path):
    assert speak_prompts(tmp_path) > 20
    assert speak_prompts(tmp_path) == 0
    assert list((tmp_path / "prompts").glob("*.tmp")) == []

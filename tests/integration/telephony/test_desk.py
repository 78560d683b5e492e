"""The desk's services and addresses: what an agent is shown, what he may ask for, and of whom."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from agents.desktop.entry import DeskAgent
from agents.people.services import add_pause_reason, find_agent
from agents.presence.models import PresenceEvent
from agents.presence.rules import PresenceState
from agents.presence.services import PresenceFact, log_out, open_session, record
from agents.presence.sessions import session_of
from seatline import clock
from seatline.ids import new_id
from telephony.desk import phones, pop, shift
from telephony.desk.dispositions import NoSuchDisposition, dispose
from telephony.desk.models import Disposed, Disposition, Offer, PopAddress, WebPhone
from telephony.desk.state import desk_state
from telephony.journal.models import Call, LedgerEntry, Leg
from telephony.plans.services import digest, make_phone
from telephony.requests.services import NotYourCall
from tenants.accounts.scope import operator_scope, telephony_scope, tenant_scope
from tests.builders.agents import PIN, an_agent
from tests.builders.telephony import a_queue
from tests.builders.tenants import NINE, a_lease, a_room, a_tenant

pytestmark = pytest.mark.django_db
CALL, OTHER_CALL = UUID(int=0xCA11), UUID(int=0xCA12)
SECOND = timedelta(seconds=1)
CALLER = "+8613800000001"


@pytest.fixture
def museum():
    """A tenant with a queue, a word for what comes of a call, a telephone at seat 7, and an agent."""
    with operator_scope():
        a_room(20)
        tenant = a_tenant("museum", name="City Museum", name_zh="城市博物馆")
        a_lease(tenant, 5)
        queue = a_queue(tenant, wrap_up=20 * SECOND)
        an_agent(tenant, "1001", language="en")
        make_phone("seat-007", "a-phone-secret", seat=7)
        add_pause_reason("1", "Lunch", "午餐")
        add_pause_reason("1", "Tea", "茶歇", tenant)
        Disposition.objects.create(tenant=tenant, queue=queue, code="sold", name="Sold", name_zh="成交", success=True)
        Disposition.objects.create(tenant=tenant, code="gone", name="Gone", active=False)
    return tenant


def the_agent(tenant, number="1001"):
    with telephony_scope():
        person = find_agent(number)
        return DeskAgent(
            person.agent_id, number, person.name, tenant.id, (tenant.id,), session_of(person.agent_id), "en"
        )  # fmt: skip


def at_work(tenant):
    with telephony_scope():
        open_session(find_agent("1001"), "seat-007", 7, NINE)
    return the_agent(tenant)


def talks(tenant, agent, call=CALL, *, state=PresenceState.TALKING, at=NINE + SECOND):
    """A call in which the agent talks, as ledger and presence have it."""
    with telephony_scope():
        row = Call.objects.create(
            id=call, tenant_id=tenant.id, caller=CALLER, dialled="+862196968101", queue_code="service",
            started_at=NINE, connected_at=at, position=call.int % 1000,
        )  # fmt: skip
        for no, kind, who in ((0, Leg.Kind.CALLER, None), (1, Leg.Kind.AGENT, agent.agent_id)):
            Leg.objects.create(
                id=new_id(),
                tenant_id=tenant.id,
                call=row,
                no=no,
                kind=kind,
                agent_id=who,
                started_at=NINE,
                answered_at=at,
            )
        record([PresenceFact(new_id(), agent.session.session_id, agent.agent_id, tenant.id, at, state, call)])


def facts(tenant, *told, call=CALL):
    with telephony_scope():
        for seq, (kind, body) in enumerate(told, 1):
            LedgerEntry.objects.create(tenant_id=tenant.id, call_id=call, seq=seq, at=NINE, kind=kind, body=body)


def test_whoever_is_not_at_work_is_shown_that_and_the_tenants_own_reasons_for_a_break(museum):
    state = desk_state(the_agent(museum), NINE)
    assert (state["shift"], state["call"], state["reasons"]) == (None, None, [{"code": "1", "name": "Tea"}])


def test_a_call_is_shown_with_its_tenant_queue_way_and_what_may_come_of_it(museum):
    agent = at_work(museum)
    talks(museum, agent)
    facts(museum, ("NodesPassed", {"path": ["menu", "agent", "to service"]}))
    state = desk_state(agent, NINE + 9 * SECOND)
    call = state["call"]
    assert (state["shift"]["state"], state["shift"]["seat"], state["shift"]["browser"]) == ("talking", 7, False)
    assert (call["tenant"]["name"], call["caller"], call["queue"]["code"]) == (
        "City Museum",
        "+8613800000001",
        "service",
    )
    assert (call["path"], call["verified"], call["talk"]) == (["menu", "agent"], False, "")
    assert [one["name"] for one in state["dispositions"]] == ["Sold"]
    assert state["today"]["calls"] == 1


def test_card_is_there_before_presence_and_ledger_know_of_the_call(museum):
    agent = at_work(museum)
    with telephony_scope():
        Offer.objects.create(
            agent_id=agent.agent_id, tenant_id=museum.id, call_id=CALL, caller=CALLER, dialled="+862196968101",
            queue_code="service", waiting_since=NINE, offered_at=NINE + 5 * SECOND,
        )  # fmt: skip
    state = desk_state(agent, NINE + 6 * SECOND)
    assert (state["shift"]["state"], state["call"]["caller"]) == ("ringing", CALLER)
    later = desk_state(agent, NINE + 600 * SECOND)
    assert (later["shift"]["state"], later["call"]) == ("ready", None), "an offer of which nothing came is no call"


def test_wrap_up_has_its_end(museum):
    agent = at_work(museum)
    talks(museum, agent, state=PresenceState.WRAP_UP, at=NINE + 10 * SECOND)
    assert desk_state(agent, NINE + 11 * SECOND)["shift"]["wrap_up_until"] == (NINE + 30 * SECOND).isoformat()


@pytest.mark.parametrize(
    ("told", "talk"),
    [
        ([("ConsultBegun", {"leg": 1})], "calling"),
        ([("ConsultBegun", {"leg": 1}), ("ConsultAnswered", {"leg": 2, "by": 1})], "consulting"),
        ([("ConsultBegun", {"leg": 2}), ("ConsultAnswered", {"leg": 1, "by": 2})], "third"),
        ([("ConsultBegun", {"leg": 1}), ("ConsultAnswered", {"leg": 2}), ("TalkJoined", {"leg": 1})], "together"),
        ([("ConsultBegun", {"leg": 1}), ("ConsultEnded", {"leg": 1, "reason": "cancelled"})], ""),
    ],
)
def test_who_else_is_in_the_talk(museum, told, talk):
    agent = at_work(museum)
    talks(museum, agent)
    facts(museum, *told)
    assert desk_state(agent, NINE + 9 * SECOND)["call"]["talk"] == talk


def test_pause_of_the_recording_is_shown(museum):
    agent = at_work(museum)
    talks(museum, agent)
    facts(museum, ("RecordingPaused", {"leg": 1}))
    assert desk_state(agent, NINE + 9 * SECOND)["call"]["recording_paused"]


def test_caller_who_waits_for_a_phone_that_is_away_is_known_as_such(museum):
    agent = at_work(museum)
    talks(museum, agent)
    facts(
        museum,
        ("AgentConnected", {"leg": 1, "agent": str(agent.agent_id)}),
        ("TransferBegun", {"leg": 1, "target": ""}),
    )
    assert desk_state(agent, NINE + 9 * SECOND)["call"]["away"]


def test_what_came_of_a_call_is_said_once_and_can_be_changed(museum):
    agent = at_work(museum)
    talks(museum, agent)
    with operator_scope():
        sold = Disposition.objects.get(code="sold")
        gone = Disposition.objects.get(code="gone")
    dispose(agent, museum.id, CALL, sold.id, "two tickets", NINE)
    dispose(agent, museum.id, CALL, sold.id, "three tickets", NINE)
    with tenant_scope(museum.id):
        assert list(Disposed.objects.values_list("disposition__code", "note")) == [("sold", "three tickets")]
    with pytest.raises(NoSuchDisposition):
        dispose(agent, museum.id, CALL, gone.id, "", NINE)


def test_nobody_speaks_for_a_call_that_he_had_no_part_in(museum):
    agent = at_work(museum)
    talks(museum, agent)
    with operator_scope():
        an_agent(museum, "1002")
        sold = Disposition.objects.get(code="sold")
    with pytest.raises(NotYourCall):
        dispose(the_agent(museum, "1002"), museum.id, CALL, sold.id, "", NINE)


def test_shift_at_a_seat_begins_and_ends_as_by_the_codes(museum):
    with pytest.raises(shift.NoPhoneThere):
        shift.begin(the_agent(museum), 9, NINE, browser=False)
    session = shift.begin(the_agent(museum), 7, NINE, browser=False)
    assert (session.endpoint, session.seat) == ("seat-007", 7)
    agent = the_agent(museum)
    shift.take_a_break(agent, "1", NINE + SECOND)
    assert desk_state(the_agent(museum), NINE + 2 * SECOND)["shift"]["reason_name"] == "Tea"
    shift.be_ready(agent, NINE + 3 * SECOND)
    with telephony_scope():  # by *44 at the telephone
        log_out(endpoint="seat-007", at=NINE + 9 * SECOND)
    assert desk_state(the_agent(museum), NINE + 9 * SECOND)["shift"] is None
    with telephony_scope():
        assert list(PresenceEvent.objects.order_by("at").values_list("state", flat=True)) == [
            "ready", "paused", "ready", "logged_out",
        ]  # fmt: skip


def test_browsers_phone_lives_for_the_shift_alone(museum):
    agent = the_agent(museum)
    with pytest.raises(shift.BrowserHasNoPhone):
        shift.begin(agent, None, NINE, browser=True)
    minted = phones.mint(agent.agent_id, museum.id, "1001", NINE)
    assert len(minted.password) >= 20
    (account,) = phones.accounts(NINE)
    assert (account.endpoint, account.digest, account.browser) == (
        "web-1001",
        digest("web-1001", minted.password),
        True,
    )
    shift.begin(agent, None, NINE, browser=True)
    assert phones.accounts(NINE + 8 * 3600 * SECOND), "as long as the shift lasts"
    shift.end(the_agent(museum), NINE + 9 * 3600 * SECOND)
    assert phones.accounts(NINE + 9 * 3600 * SECOND) == []


def test_account_is_gone_whoever_ended_the_shift_and_if_none_began(museum):
    agent = the_agent(museum)
    phones.mint(agent.agent_id, museum.id, "1001", NINE)
    assert phones.accounts(NINE + SECOND)
    assert phones.accounts(NINE + phones.NEW_FOR + SECOND) == []
    with telephony_scope():
        assert not WebPhone.objects.exists()


def test_a_second_browser_takes_the_phone_from_the_first(museum):
    agent = the_agent(museum)
    first, second = (phones.mint(agent.agent_id, museum.id, "1001", NINE) for _ in range(2))
    assert first.password != second.password
    assert [one.digest for one in phones.accounts(NINE)] == [digest("web-1001", second.password)]


def test_address_that_pops_up_is_made_of_the_call_and_cannot_be_bent_by_a_caller(museum):
    agent = at_work(museum)
    talks(museum, agent)
    with pytest.raises(pop.NothingPops):
        pop.pop(agent, museum.id, CALL, NINE)
    with operator_scope():
        PopAddress.objects.create(tenant=museum, template="https://crm.example/?n={caller}&q={queue}&a={agent}")
    found = pop.pop(agent, museum.id, CALL, NINE)
    assert found == {"open": "https://crm.example/?n=%2B8613800000001&q=service&a=1001"}
    assert (
        pop.filled("https://crm.example/?n={caller}", {"caller": "1&admin=1#"})
        == "https://crm.example/?n=1%26admin%3D1%23"
    )


def test_pages_and_scripts_of_the_desk_are_closed_to_everybody_else(client):
    for path in ("/desk/state/", f"/desk/requests/{uuid4()}/"):
        assert client.get(path).status_code == 302, path
    for path in ("/desk/phone/", "/desk/shift/", "/desk/break/", f"/desk/calls/{CALL}/ask/", "/desk/dial/"):
        answer = client.post(path, headers={"Accept": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (401, "logged_out"), path


@pytest.fixture
def desk(museum, client):
    client.post("/desk/login/", {"number": "1001", "pin": PIN})
    client.defaults["HTTP_ACCEPT"] = "application/json"
    return client


@pytest.mark.django_db(transaction=True)
def test_agent_asks_for_nothing_of_another_tenant(museum, desk):
    with operator_scope():
        other = a_tenant("harbour")
    body = {"id": str(uuid4()), "tenant": str(other.id), "kind": "hold"}
    answer = desk.post(f"/desk/calls/{OTHER_CALL}/ask/", body, content_type="application/json")
    assert answer.status_code == 404
    body["tenant"] = str(museum.id)
    answer = desk.post(f"/desk/calls/{OTHER_CALL}/ask/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (404, "call_not_found")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("body", ["[]", "{", '{"kind": "rob"}', '{"id": 7, "kind": "hold"}'])
def test_what_cannot_be_read_is_refused_in_words(museum, desk, body):
    answer = desk.post(f"/desk/calls/{CALL}/ask/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "not_understood")


@pytest.mark.django_db(transaction=True)
def test_page_lets_nothing_in_from_elsewhere(museum, desk):
    page = desk.get("/desk/", headers={"Accept": "text/html"})
    assert "default-src 'self'" in page["Content-Security-Policy"]
    assert "城市" not in page.content.decode()
    state = desk.get("/desk/state/").json()
    assert state["shift"] is None and state["at"] <= clock.now().isoformat()

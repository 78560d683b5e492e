"""Supervisors ask to be in talks: by right, inside the tenant, and never without its standing in the tenant's log."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from telephony.core import facts as fact
from telephony.core.listening import ListeningAsked, ListeningOver, Way
from telephony.journal.models import Call, LedgerEntry, Leg
from telephony.journal.projector import alone, project
from telephony.recordings.models import Recording
from telephony.requests.services import CallIsOver, CallNotFound, open_requests
from telephony.supervision import services
from telephony.supervision.models import Listening, Supervisor
from telephony.switch.requests import Requests
from tenants.accounts.scope import operator_scope, telephony_scope, tenant_scope
from tenants.trust.models import Operation
from tests.builders.agents import an_agent
from tests.builders.tenants import NINE, a_tenant

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
CALL, BOSS = UUID(int=41), UUID(int=77)
EVERY_WAY = frozenset(Way)
HERE = services.Place("seat-009", UUID(int=9))


@pytest.fixture
def museum():
    """A tenant whose agent 5101 talks."""
    with operator_scope():
        tenant = a_tenant("museum")
        agent = an_agent(tenant, "5101")
    with telephony_scope():
        call = Call.objects.create(id=CALL, tenant_id=tenant.id, started_at=NINE, answered_at=NINE, position=1)
        Leg.objects.create(
            id=uuid4(), tenant_id=tenant.id, call=call, no=1, kind=Leg.Kind.AGENT, agent_id=agent.pk, started_at=NINE,
            answered_at=NINE,
        )  # fmt: skip
    return tenant


def supervise(tenant, way=Way.LISTEN, *, ways=EVERY_WAY, place=HERE, call=CALL):
    with tenant_scope(tenant.id):
        return services.supervise(uuid4(), call, way, NINE, ways=ways, by=BOSS, place=place)


def test_request_stands_in_the_tenants_log_and_comes_to_the_switch_with_its_rights(museum):
    assert supervise(museum, ways=frozenset({Way.LISTEN, Way.WHISPER})).state == "open"
    with operator_scope():
        (entry,) = Operation.objects.filter(tenant=museum, act="talk.listen")
        assert str(CALL) in entry.content and str(BOSS) in entry.content
    heard = []
    (one,) = open_requests()
    taken = Requests(None, lambda call: True, heard.append, lambda: NINE)
    taken._began = NINE - SECOND
    taken._hand_over(one)
    (event,) = heard
    assert isinstance(event, ListeningAsked)
    assert (event.by, event.supervisor, event.endpoint, event.channel) == (BOSS, HERE.agent_id, "seat-009", None)
    assert (event.way, event.may) == (Way.LISTEN, {Way.LISTEN, Way.WHISPER})


def test_asking_to_be_out_comes_to_the_switch(museum):
    with tenant_scope(museum.id):
        services.stop(uuid4(), CALL, NINE, by=BOSS)
    heard = []
    taken = Requests(None, lambda call: True, heard.append, lambda: NINE)
    taken._began = NINE - SECOND
    taken._hand_over(open_requests()[0])
    assert isinstance(heard[0], ListeningOver) and heard[0].by == BOSS


def test_way_without_its_right_is_refused_and_leaves_no_request(museum):
    for way in (Way.WHISPER, Way.BARGE, Way.TAKE_OVER):
        with pytest.raises(services.MayNot):
            supervise(museum, way, ways=frozenset({Way.LISTEN}))
    assert not open_requests()


def test_nobody_listens_to_a_neighbours_talk_or_to_one_that_is_over(museum):
    with operator_scope():
        harbour = a_tenant("harbour")
    with pytest.raises(CallNotFound):
        supervise(harbour)
    with telephony_scope():
        Call.objects.filter(id=CALL).update(ended_at=NINE)
    with pytest.raises(CallIsOver):
        supervise(museum)


def test_without_a_telephone_only_who_is_in_the_talk_already_asks(museum):
    with pytest.raises(services.PhoneMissing):
        supervise(museum, Way.WHISPER, place=None)
    with telephony_scope():
        Listening.objects.create(
            id=uuid4(), tenant=museum, call_id=CALL, no=1, leg=1, agent_id=uuid4(), by_id=BOSS, ways="listen",
            begun_at=NINE,
        )  # fmt: skip
    assert supervise(museum, Way.WHISPER, place=None).state == "open"


def test_telephone_of_a_neighbour_is_nobodys_here(museum):
    with tenant_scope(museum.id), pytest.raises(services.PhoneNotYours):
        services.place_of("seat-001")


def test_code_finds_the_talk_by_the_agents_number_and_only_where_she_looks_after_it(museum):
    with operator_scope():
        harbour = a_tenant("harbour")
        boss = an_agent(museum, "5190", employed_by="operator")
        services.name_supervisor(boss, harbour.id, EVERY_WAY)
    with telephony_scope():
        with pytest.raises(services.NoSuchTalk):
            services.by_code(boss.pk, "5101")
        with pytest.raises(services.NotASupervisor):
            services.by_code(uuid4(), "5101")
    with operator_scope():
        services.name_supervisor(boss, museum.id, frozenset({Way.LISTEN}))
    with telephony_scope():
        call, _agent, ways = services.by_code(boss.pk, "5101")
        assert (call, ways) == (CALL, {Way.LISTEN})
        for nobody in ("5190", "9999"):
            with pytest.raises(services.NoSuchTalk):
                services.by_code(boss.pk, nobody)


def test_agent_whom_a_tenant_employs_looks_after_no_other_tenant(museum):
    with operator_scope():
        harbour = a_tenant("harbour")
        own = an_agent(museum, "5191", employed_by="tenant")
        with pytest.raises(services.EmployedElsewhere):
            services.name_supervisor(own, harbour.id, EVERY_WAY)
        services.name_supervisor(own, museum.id, EVERY_WAY)
    with tenant_scope(harbour.id):
        assert not Supervisor.objects.exists()


def test_facts_become_who_was_there_and_the_recordings_silences(museum):
    agent = uuid4()
    head = {"call": CALL, "tenant": museum.id}
    told = [
        fact.CallArrived(**head, seq=1, at=NINE, dialled="1252", caller="021", channel="c"),
        fact.RecordingStarted(**head, seq=2, at=NINE, name="x"),
        fact.ListeningBegan(
            **head, seq=3, at=NINE + SECOND, no=1, leg=1, way="listen", by=BOSS, agent=agent, channel="s",
            endpoint="seat-009", may=("listen", "whisper"),
        ),
        fact.ListeningChanged(**head, seq=4, at=NINE + 2 * SECOND, no=1, way="whisper"),
        fact.RecordingPaused(**head, seq=5, at=NINE + 3 * SECOND, leg=1),
        fact.RecordingResumed(**head, seq=6, at=NINE + 8 * SECOND, leg=1, reason="asked"),
        fact.ListeningEnded(**head, seq=7, at=NINE + 9 * SECOND, no=1, reason="hung_up"),
        fact.RecordingStored(**head, seq=8, at=NINE + 10 * SECOND, name="x", seconds=9.0, peak_db=-9.0, size=8),
    ]  # fmt: skip
    from telephony.core.plain_facts import body

    with telephony_scope():
        LedgerEntry.objects.bulk_create(
            LedgerEntry(
                call_id=CALL, seq=one.seq, at=one.at, tenant_id=museum.id, kind=type(one).__name__, body=body(one)
            )
            for one in told
        )  # fmt: skip
        alone()
        project([CALL])
        (row,) = Listening.objects.all()
        assert (row.ways, row.by_id, row.agent_id, row.reason) == ("listen whisper", BOSS, agent, "hung_up")
        assert row.ended_at - row.begun_at == 8 * SECOND
        assert Recording.objects.get().pauses == [[3.0, 8.0]]
        assert not project([CALL]), "told again, nothing differs"

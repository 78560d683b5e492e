"""The same callers through Asterisk's own queue and through ours, on one Asterisk: whose phones ring, in what order.

Each side has three phones; the second never answers, so that a strategy also has to say who comes after it. The
witness of app_queue is its own queue_log, which is compared with ours as well. The strategies that draw by chance are
held to app_queue's arithmetic in tests/unit/telephony/core/test_acd_app_queue.py.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from time import sleep

import pytest

from seatline.house.caller import CallerResult
from tests.acceptance.rig import Rig
from tests.acceptance.rig_phone import RigPhone
from tests.acceptance.waiting import wait_until
from tests.acceptance.world import SECOND, Client, a_client, keys, wait_for_plan, wait_for_state

STRATEGIES = ("linear", "rrmemory", "rrordered", "fewestcalls", "leastrecent", "ringall")
# Under these a phone that never answers would be rung for ever, with both; so only the two that answer are members. Who
# is first of equals is no rule of app_queue's (it is the order of a hash table), so phones go by who came first.
COUNTING = {"fewestcalls": 2, "leastrecent": 3}  # so many calls are determined by the first
CALLERS = 3  # one after another, under each strategy
RING = 3  # seconds
RULES = {"ring": RING * SECOND, "wrap_up": timedelta(0), "retry": SECOND, "misses_allowed": 99, "record": False}


@dataclass(frozen=True)
class Side:
    """Three phones behind one of the two."""

    client: Client
    phones: Sequence[RigPhone]

    @property
    def endpoints(self) -> list[str]:
        """The accounts of the phones, in the order of their agents."""
        return [place.endpoint for place in self.client.places]


@pytest.fixture(scope="module")
def ours(rig: Rig) -> Side:
    """A client with a queue for each strategy, chosen by key."""
    from agents.people.models import Agent
    from seatline.clock import now
    from telephony.plans.models import Flow
    from telephony.plans.services import add_queue, answer_with, name_member, publish_flow, save_draft
    from tenants.accounts.models import Tenant
    from tenants.accounts.scope import operator_scope

    client = a_client(rig, "differs", agents=3)
    choices = {str(no): strategy for no, strategy in enumerate(STRATEGIES)}
    definition = {
        "start": "menu",
        "nodes": {
            "menu": {"kind": "menu", "say": ["greeting"], "choices": choices, "otherwise": "wrong"},
            "wrong": {"kind": "finish", "outcome": "wrong_keys"},
            **{strategy: {"kind": "queue", "queue": strategy} for strategy in STRATEGIES},
        },
    }
    with operator_scope():
        tenant = Tenant.objects.get(code="differs")
        for strategy in STRATEGIES:
            queue = add_queue(tenant, strategy, strategy, strategy=strategy, **RULES)
            for place in (0, 2) if strategy in COUNTING else ():
                name_member(queue, Agent.objects.get(number=client.places[place].agent), position=place)
        flow = Flow.objects.get(tenant=tenant)
        save_draft(flow, definition)
        publish_flow(flow, now())
        answer_with(client.e164, flow)
    wait_for_plan(rig)
    phones = [client.at_work(place, answers=place != 1) for place in range(3)]
    return Side(client, phones)


@pytest.fixture(scope="module")
def theirs(rig: Rig) -> Iterator[Side]:
    """Three more phones as static members of a Queue() for each strategy; nobody is logged in at them."""
    client = a_client(rig, "app-queue", agents=3)
    phones = [client.phone(place, answers=place != 1) for place in range(3)]
    etc = rig.asterisk.folder / "etc"
    rules = f"timeout = {RING}\nretry = 1\nringinuse = no\nwrapuptime = 0\n"
    before = {name: (etc / name).read_text() for name in ("queues.conf", "logger.conf")}
    queues = "".join(
        f"[theirs-{strategy}]\nstrategy = {strategy}\n{rules}{members(client, strategy)}\n" for strategy in STRATEGIES
    )
    (etc / "queues.conf").write_text(before["queues.conf"] + "\n" + queues)
    (etc / "logger.conf").write_text(before["logger.conf"].replace("queue_log = no", "queue_log = yes"))
    for command in ("queue reload all", "logger reload"):
        rig.asterisk.ask(command)
    for no, strategy in enumerate(STRATEGIES):
        rig.past_the_switch.add(number(no))
        for priority, app in enumerate(("Answer(,i)", f"Queue(theirs-{strategy},,,,30)", "Hangup()"), 1):
            rig.asterisk.ask(f"dialplan add extension {number(no)},{priority},{app} into from-trunk")
    yield Side(client, phones)
    for name, text in before.items():
        (etc / name).write_text(text)
    for command in ("queue reload all", "logger reload", "dialplan reload"):
        rig.asterisk.ask(command)


def members(client: Client, strategy: str) -> str:
    """The lines of queues.conf that name a queue's phones."""
    places = client.places[::2] if strategy in COUNTING else client.places
    return "".join(f"member => PJSIP/{place.endpoint}\n" for place in places)


def number(no: int) -> str:
    """The number behind which the Queue() of a strategy waits."""
    return f"7770{no}"


def callers(rig: Rig, side: Side, dialled: str, pressed: str = "") -> Iterator[tuple[CallerResult, list[int]]]:
    """Callers one after another: the agent who answers hangs up soon. With each, the phones that rang, in no order."""
    for _ in range(CALLERS):
        marks = [phone.mark() for phone in side.phones]
        call = rig.begin_call(dialled, keys=keys((1, pressed)) if pressed else (), hang_up_after=30 * SECOND)

        def talking(marks: list[int] = marks) -> RigPhone | None:
            for phone, mark in zip(side.phones, marks, strict=True):
                if phone.happened("CALL_ESTABLISHED", mark):
                    return phone
            return None

        wait_until(talking, 15, "an agent who answers")
        sleep(0.5)
        for phone, mark in zip(side.phones, marks, strict=True):
            # Under ringall two answer, and one of them is too late.
            if phone.happened("CALL_ESTABLISHED", mark) and not phone.happened("CALL_CLOSED", mark):
                phone.hang_up()
        result = call.result(20)
        rung = [no for no in range(3) if side.phones[no].happened("CALL_INCOMING", marks[no])]
        yield result, rung
        sleep(1.1)  # app_queue's leastrecent knows whole seconds only


def log_of(rig: Rig, strategy: str) -> dict[str, list[tuple[str, str]]]:
    """Asterisk's queue_log of one queue: agent and event, by call."""
    found: dict[str, list[tuple[str, str]]] = {}
    for line in (rig.asterisk.folder / "log" / "queue_log").read_text().splitlines():
        _, callid, queue, agent, event, *_ = line.split("|")
        if queue == f"theirs-{strategy}":
            found.setdefault(callid, []).append((agent.removeprefix("PJSIP/"), event))
    return found


def our_log(client: Client) -> dict[str, dict[str, list[tuple[str, str]]]]:
    """Our queue_log: agent and event, by queue and call."""
    from telephony.journal.queue_log_table import QueueLog
    from tenants.accounts.scope import operator_scope

    found: dict[str, dict[str, list[tuple[str, str]]]] = {}
    seats = {place.agent: place.endpoint for place in client.places}
    with operator_scope():
        rows = QueueLog.objects.filter(tenant__code=client.code).order_by("time")
        for row in rows:
            calls = found.setdefault(row.queuename, {})
            calls.setdefault(row.callid, []).append((seats.get(row.agent, row.agent), row.event))
    return found


def by_phone(log: Sequence[tuple[str, str]], side: Side) -> list[tuple[int | str, str]]:
    """A call's log with the number of the phone in place of its account."""
    return [(side.endpoints.index(agent) if agent in side.endpoints else agent, event) for agent, event in log]


def by_turn(logs: Sequence[Sequence[tuple[int | str, str]]]) -> list[list[tuple[int | str, str]]]:
    """The calls' logs with each phone called by the turn in which it first came."""
    turns: dict[int | str, int | str] = {"NONE": "NONE"}
    return [[(turns.setdefault(agent, len(turns)), event) for agent, event in log] for log in logs]


def events_of(logs: Sequence[Sequence[tuple[int | str, str]]]) -> list[list[str]]:
    """The events alone."""
    return [[event for _, event in log] for log in logs]


def test_each_call_rings_the_same_phones_in_the_same_order(rig: Rig, ours: Side, theirs: Side) -> None:
    """All strategies that do not draw by chance; and both write the same queue_log."""
    for place in ours.client.places:
        wait_for_state(place.agent, "ready")
    with ThreadPoolExecutor(2) as pool:
        for no, strategy in enumerate(STRATEGIES):
            mine = pool.submit(list, callers(rig, ours, ours.client.dialled, str(no)))
            reference = pool.submit(list, callers(rig, theirs, number(no)))
            here, there = mine.result(120), reference.result(120)
            reports = [rig.report(result) for result, _ in here]
            expected = [by_phone(log, theirs) for log in log_of(rig, strategy).values()]
            wait_until(lambda: len(our_log(ours.client).get(strategy, {})) == CALLERS, 10, "our queue_log")  # noqa: B023
            written = [by_phone(log, ours) for log in our_log(ours.client)[strategy].values()]
            if strategy in COUNTING:
                assert by_turn(written)[: COUNTING[strategy]] == by_turn(expected)[: COUNTING[strategy]], strategy
                continue
            assert [rung for _, rung in here] == [rung for _, rung in there], strategy
            if strategy == "ringall":
                assert [rung for _, rung in here] == [[0, 1, 2]] * CALLERS
                # Which of two phones answers first is chance.
                assert events_of(written) == events_of(expected)
                continue
            assert written == expected, strategy
            for report, log in zip(reports, expected, strict=True):
                rung = [(ours.endpoints.index(leg["endpoint"]), leg["missed"]) for leg in report["legs"][1:]]
                told = [
                    (agent, event == "RINGNOANSWER") for agent, event in log if event in ("RINGNOANSWER", "CONNECT")
                ]
                assert rung == told, strategy

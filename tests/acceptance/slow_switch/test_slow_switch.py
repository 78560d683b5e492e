"""A switch that does not keep up: it stands still while events flow, or more of them come than it can handle."""

import http.client
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest

from seatline.house import handover
from tests.acceptance.crowd import a_crowd
from tests.acceptance.doctoring import names, names_no_more
from tests.acceptance.figures import figure
from tests.acceptance.rig import Rig
from tests.acceptance.sound import seconds_of_tone
from tests.acceptance.waiting import wait_until
from tests.acceptance.world import SECOND, Client, a_client, caller_voice, keys, wait_for_state

#: Seconds that a caller may wait for the answer in a flood of thousands of events a second: while Asterisk writes to a
#: socket that is full it takes no call, a second at most (websocket_write_timeout), and telephones dial again half a
#: second, one and a half, and three and a half seconds later.
PATIENCE = 5.0
EVENT = "Nonsense"  # a user event that means nothing to the switch


@pytest.fixture(scope="module")
def client(rig: Rig) -> Client:
    """One agent at work; the others who call only hear the menu."""
    made = a_client(rig, "torpid")
    made.at_work()
    return made


@contextmanager
def a_flood(rig: Rig, senders: int) -> Iterator[list[int]]:
    """Events for the switch as fast as Asterisk makes them; how many were made, by sender."""
    access, over = rig.asterisk.access, Event()
    password = b64encode(f"{access.ari_user}:{access.ari_password}".encode()).decode()
    made = [0] * senders

    def send(no: int) -> None:
        asterisk = http.client.HTTPConnection("127.0.0.1", rig.asterisk.ports.http, timeout=10)
        while not over.is_set():
            body = f'{{"variables": {{"filling": "{"x" * 2000}"}}}}'
            asterisk.request(
                "POST", f"/ari/events/user/{EVENT}?application={rig.asterisk.app}", body,
                {"Authorization": f"Basic {password}", "Content-Type": "application/json"},
            )  # fmt: skip
            asterisk.getresponse().read()
            made[no] += 1
        asterisk.close()

    threads = [Thread(target=send, args=(no,), name="flood") for no in range(senders)]
    for thread in threads:
        thread.start()
    try:
        yield made
    finally:
        over.set()
        for thread in threads:
            thread.join(15)


@pytest.mark.parametrize(
    ("rate", "still"), [pytest.param(5, 5.0, id="short"), pytest.param(20, 9.0, id="long", marks=pytest.mark.faults)]
)
def test_switch_that_stands_still_for_a_while_harms_nobody_and_goes_on(
    rig: Rig, client: Client, rate: int, still: float
) -> None:
    """No other stands by. It does not read what Asterisk says; then it does, and what it missed is put right."""
    switch = rig.switch.pid()
    call = rig.begin_call(
        client.dialled, keys=keys((1, "0")), speech=caller_voice(rig), hang_up_after=(still + 6) * SECOND
    )
    wait_for_state(client.places[0].agent, "talking")
    with a_crowd(rig, client, rate, still + 3) as crowd:
        time.sleep(1)
        with rig.frozen_switch(), a_flood(rig, 1) as made:
            stopped = time.monotonic()
            time.sleep(max(still - 5, 0))
            assert " s old" in names(rig, "switch's heartbeat")
            time.sleep(max(still - (time.monotonic() - stopped), 0))
        since = time.monotonic()
        wait_until(lambda: handover.leads(rig.var, switch), 10, "the switch to take calls again")
        took = time.monotonic() - since
    figure(
        f"switch stood still for {since - stopped:.0f} s at {rate} calls/s and {sum(made)} more events: in "
        f"control again after {took:.1f} s, the slowest answer {crowd.longest_wait() * 1000:.0f} ms, "
        f"{crowd.calls - crowd.served['ended']} of {crowd.calls} calls failed"
    )
    crowd.nobody_failed()
    assert took < 5
    assert crowd.longest_wait() < PATIENCE
    talked = call.result(60)
    assert talked.hung_up_by == "caller"
    assert talked.heard is not None
    assert seconds_of_tone(talked.heard, client.places[0].hertz) > still + 3, "the sound never stopped"
    assert rig.report(talked, 30)["outcome"] == "answered"
    crowd.facts_are_whole(crowd.on_record())
    names_no_more(rig, "switch's heartbeat")
    assert rig.switch.pid() == switch


@pytest.mark.parametrize(
    ("rate", "seconds"),
    [pytest.param(10, 4.0, id="short"), pytest.param(25, 30.0, id="long", marks=pytest.mark.faults)],
)
def test_flood_of_events_costs_no_call(rig: Rig, client: Client, rate: int, seconds: float) -> None:
    """Whoever the switch cannot take in time, the fallback has: nobody fails, and nobody waits long for the answer."""
    with a_crowd(rig, client, rate, seconds) as crowd, a_flood(rig, 2) as made:
        time.sleep(seconds)
    calls = crowd.on_record(60)
    figure(
        f"flood of {sum(made) / seconds:.0f} events/s beside {rate} calls/s: the slowest answer "
        f"{crowd.longest_wait() * 1000:.0f} ms, {sum(not call.flow_code for call in calls)} of {crowd.calls} left "
        f"to the fallback, {crowd.calls - crowd.served['ended']} failed"
    )
    crowd.nobody_failed()
    assert crowd.longest_wait() < PATIENCE
    crowd.facts_are_whole(calls)
    names_no_more(rig, "alarm lag")

"""A payment is taken: the recording goes on in silence, no supervisor hears, the card's digits are nowhere.

Complaint 16 of docs: the pause belongs to the agent's leg, and the far end cannot begin it by pressing the code.
"""

import time
from pathlib import Path
from uuid import uuid4

import pytest

from seatline.clock import now
from telephony.core.listening import Way
from tests.acceptance.rig import Rig
from tests.acceptance.rig_phone import RigPhone
from tests.acceptance.sound import RATE, samples_of, seconds_of_sound, seconds_of_tone
from tests.acceptance.waiting import wait_until
from tests.acceptance.wishing import call_of, wish
from tests.acceptance.world import (
    CALLER_HERTZ,
    SECOND,
    Client,
    a_client,
    caller_voice,
    facts_of,
    keys,
    wait_for_state,
)

CARD = "49298001"
BOUND = 5  # seconds after which the silence ends by itself


@pytest.fixture(scope="module")
def shop(rig: Rig) -> Client:
    """A client whose agent takes payments, and whose supervisor listens."""
    return a_client(rig, "payments", agents=2, strategy="linear", longest_mask=BOUND * SECOND)


@pytest.fixture(scope="module")
def phones(shop: Client) -> tuple[RigPhone, RigPhone]:
    """The agent's and the supervisor's."""
    agent, boss = shop.at_work(0, record=True), shop.at_work(1, record=True)
    shop.pause(1)
    return agent, boss


def test_card_is_keyed_in_a_silence_that_ends_by_itself_and_its_digits_are_nowhere(
    rig: Rig, shop: Client, phones: tuple[RigPhone, RigPhone]
) -> None:
    """The caller tries the code himself, in vain; then the agent keys *6, and the caller keys his card."""
    agent = shop.places[0]
    call = rig.begin_call(
        shop.dialled, keys=keys((1, "0"), (4, "*6"), (8, CARD)), speech=caller_voice(rig), hang_up_after=18 * SECOND
    )  # fmt: skip
    wait_for_state(agent.agent, "talking")
    talking = time.monotonic()
    listen(shop)
    time.sleep(max(0.0, talking + 4.5 - time.monotonic()))
    since = phones[0].mark()
    phones[0].key("*6")
    time.sleep(BOUND + 1.5)
    assert wish(shop, 0, "recording_pause") == ""
    assert wish(shop, 0, "recording_pause") == "not_now"
    assert wish(shop, 0, "recording_resume") == ""
    result = call.result(40)
    report = rig.report(result)
    told = [kind for kind in facts_of(report) if kind.startswith("RecordingP") or kind == "RecordingResumed"]
    assert told == ["RecordingPaused", "RecordingResumed"] * 2, "the caller's own *6 began nothing"
    assert not any(one.no > since and "DTMF" in one.type for one in phones[0].agent.phone.events)
    path, pauses = the_recording(rig, report["call_id"])
    begun, over = pauses[0]
    assert BOUND - 0.3 < over - begun < BOUND + 0.7, "it ended by itself, at the queue's bound"
    for lane, hertz in enumerate((CALLER_HERTZ, agent.hertz)):
        silent = cut(path, lane, begun + 0.4, over - 0.4, rig.folder / f"silence-{lane}.wav")
        assert seconds_of_sound(silent) < 0.15, "nothing is kept of it"
        assert seconds_of_tone(path, hertz, channel=lane) > 4, "before and after it there is sound"
    talk = report["talk_ms"] / 1000
    assert abs(len(samples_of(path)) / RATE - talk) < 1.2, "and its times go on"
    heard = phones[1].heard()[-1]
    assert 0.7 < seconds_of_sound(heard) < talk - BOUND, "the supervisor hears before and after, and not meanwhile"
    assert not places_of(CARD, rig)


def listen(client: Client) -> None:
    """The supervisor is rung, and listens."""
    from telephony.supervision.models import Listening
    from telephony.supervision.services import place_of, supervise
    from tenants.accounts.models import Tenant
    from tenants.accounts.scope import operator_scope, tenant_scope

    with operator_scope():
        tenant = Tenant.objects.get(code=client.code).id
    call = call_of(client)
    with tenant_scope(tenant):
        place = place_of(client.places[1].agent)
        supervise(uuid4(), call, Way.LISTEN, now(), ways=frozenset(Way), by=uuid4(), place=place)

    def there() -> bool:
        with tenant_scope(tenant):
            return Listening.objects.filter(call_id=call).exists()

    wait_until(there, 8, "the supervisor")


def the_recording(rig: Rig, call_id: str) -> tuple[Path, list[list[float]]]:
    """The file of a call, and its silences."""
    from telephony.recordings.models import Recording
    from tenants.accounts.scope import operator_scope

    def stored() -> Recording | None:
        with operator_scope():
            return Recording.objects.filter(call_id=call_id).first()

    row = wait_until(stored, 10, "the recording")
    assert row is not None
    return rig.var / "recordings" / row.path, row.pauses


def cut(path: Path, channel: int, start: float, end: float, target: Path) -> Path:
    """A piece of one channel, as a file of its own."""
    import wave

    with wave.open(str(target), "wb") as sound:
        sound.setparams((1, 2, RATE, 0, "NONE", ""))
        sound.writeframes(samples_of(path, channel)[round(start * RATE) : round(end * RATE)].tobytes())
    return target


def places_of(digits: str, rig: Rig) -> list[str]:
    """Where these digits stand: in a file of the rig, or in any row of the database."""
    from django.db import connection

    from tenants.accounts.scope import operator_scope

    found = []
    for folder in (rig.var, rig.folder / "log", rig.asterisk.folder):
        for path in (one for one in folder.rglob("*") if one.is_file() and one.suffix not in (".wav", ".raw")):
            if digits.encode() in path.read_bytes():
                found.append(str(path))
    with operator_scope(), connection.cursor() as cursor:
        for table in ("telephony_ledgerentry", "telephony_channelevent", "tenants_operation"):
            cursor.execute(f"SELECT count(*) FROM {table} row WHERE row::text LIKE %s", [f"%{digits}%"])
            found += [table] * cursor.fetchone()[0]
    return found

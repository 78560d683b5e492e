"""A draft is tried on a number before callers meet it; prompts are taken in as recorded."""

import io
import shutil
import wave
from datetime import timedelta

import pytest

from telephony.core.routing import Routed, find
from telephony.core.values import Outcome
from telephony.plans.services import FlowNotUsable, load_plan, save_draft
from telephony.plans.trials import CallerUnfit, NumberOfAnother, TrialTooLong, end_trial, try_flow
from telephony.plans.upload import SoundTooLong, SoundUnreadable, upload_prompt
from tenants.accounts.scope import operator_scope
from tenants.numbers.services import assign_number
from tests.builders.telephony import a_definition, a_published_flow, a_queue
from tests.builders.tenants import NINE, a_number, a_tenant

NUMBER, TEST = "+862196968101", "+862196968199"
HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    with operator_scope():
        tenant = a_tenant()
        a_queue(tenant)
        a_number(NUMBER)
        a_number(TEST)
        assign_number(NUMBER, tenant, NINE - HOUR)
        flow = a_published_flow(tenant, answers=NUMBER)
        return tenant, flow, save_draft(flow, {**a_definition(), "start": "menu"})


def test_draft_answers_the_number_while_it_is_tried_and_its_calls_are_practice(world):
    tenant, flow, draft = world
    with operator_scope():
        try_flow(draft, TEST, HOUR, NINE)
    plan = load_plan()
    tried, live = find(plan, TEST, NINE), find(plan, NUMBER, NINE)
    assert isinstance(tried, Routed)
    assert isinstance(live, Routed)
    assert (tried.flow.version, tried.practice, tried.tenant, tried.flow.id) == (2, True, tenant.id, flow.id)
    assert (live.flow.version, live.practice) == (1, False)
    assert find(plan, TEST, NINE + HOUR) is Outcome.UNASSIGNED


def test_trial_on_a_live_number_goes_before_its_route_and_ends(world):
    _, _, draft = world
    with operator_scope():
        trial = try_flow(draft, NUMBER, HOUR, NINE)
    assert find(load_plan(), NUMBER, NINE).flow.version == 2
    assert find(load_plan(), NUMBER, NINE + HOUR).flow.version == 1
    with operator_scope():
        end_trial(trial)
    assert find(load_plan(), NUMBER, NINE).flow.version == 1


def test_trial_for_one_caller_leaves_the_number_to_all_others(world):
    """One's own telephone, however the carrier writes it."""
    _, _, draft = world
    with operator_scope():
        try_flow(draft, NUMBER, HOUR, NINE, caller="(021) 6123-4567")
        try_flow(draft, NUMBER, HOUR, NINE, caller="+86 138 0000 0001")
        with pytest.raises(CallerUnfit):
            try_flow(draft, NUMBER, HOUR, NINE, caller="my phone")
    plan = load_plan()
    for caller in ("02161234567", "+862161234567", "13800000001", "8613800000001"):
        assert find(plan, NUMBER, NINE, caller).flow.version == 2, caller
    for caller in ("02161234568", "", "61234567"):
        assert find(plan, NUMBER, NINE, caller).flow.version == 1, caller


def test_draft_that_is_broken_meanwhile_breaks_neither_trial_nor_number(world):
    _, flow, draft = world
    with operator_scope():
        trial = try_flow(draft, NUMBER, HOUR, NINE)
        save_draft(flow, {"start": "nowhere", "nodes": {}})
    assert find(load_plan(), NUMBER, NINE).flow.start == "menu"
    with operator_scope():
        trial.definition = {}
        trial.save()
    assert find(load_plan(), NUMBER, NINE).flow.version == 1, "a trial that nobody can use leaves the number alone"


def test_trial_is_refused_on_a_neighbours_number_for_a_faulty_draft_and_for_ever(world):
    _, flow, draft = world
    with operator_scope():
        assign_number(TEST, a_tenant("harbour"), NINE - HOUR)
        with pytest.raises(NumberOfAnother):
            try_flow(draft, TEST, HOUR, NINE)
        with pytest.raises(TrialTooLong):
            try_flow(draft, NUMBER, 5 * HOUR, NINE)
        faulty = save_draft(flow, a_definition(queue="claims"))
        with pytest.raises(FlowNotUsable, match="node “agent”"):
            try_flow(faulty, NUMBER, HOUR, NINE)


def a_sound(rate: int, seconds: float, channels: int = 2) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setparams((channels, 2, rate, 0, "NONE", ""))
        sound.writeframes(b"\x10\x10" * channels * round(rate * seconds))
    return out.getvalue()


@pytest.mark.skipif(shutil.which("sox") is None, reason="sox is not installed")
def test_recorded_prompt_becomes_what_asterisk_plays(world, tmp_path):
    tenant, _, _ = world
    with operator_scope():
        prompt = upload_prompt(tenant, "welcome", "zh", "欢迎", a_sound(44100, 2), sounds=tmp_path)
    with wave.open(str(tmp_path / "prompts" / f"{prompt.sha}.wav")) as sound:
        assert (sound.getnchannels(), sound.getframerate(), sound.getsampwidth()) == (1, 8000, 2)
        assert abs(sound.getnframes() / 8000 - 2) < 0.01
    assert prompt.source == "upload"


@pytest.mark.skipif(shutil.which("sox") is None, reason="sox is not installed")
@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"ID3\x04 a song", SoundUnreadable),
        (b"RIFF\x00\x00\x00\x00WAVE and nothing behind", SoundUnreadable),
        (a_sound(8000, 302, 1), SoundTooLong),
        (a_sound(8000, 0.05, 1), SoundTooLong),
    ],
)
def test_what_is_no_prompt_is_refused_and_leaves_no_file(world, tmp_path, content, error):
    tenant, _, _ = world
    with operator_scope(), pytest.raises(error):
        upload_prompt(tenant, "welcome", "zh", "欢迎", content, sounds=tmp_path)
    assert not list(tmp_path.rglob("*.wav")) + list(tmp_path.rglob("*.tmp"))

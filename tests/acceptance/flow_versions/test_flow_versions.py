"""A flow is tried on a number and then published, while a caller is in the version before."""

from datetime import timedelta

from tests.acceptance.rig import Rig
from tests.acceptance.sound import seconds_of_tone, write_tone
from tests.acceptance.waiting import wait_until
from tests.acceptance.world import GREETING_HERTZ, SECOND, Client, a_client, keys, open_calls, wait_for_plan
from tests.builders.tenants import a_number

OLD, NEW = 1110, 1160  # hertz
TEST = "96968900"


def definition(says: str) -> dict[str, object]:
    """A menu of which key 1 says something."""
    return {
        "start": "menu",
        "nodes": {
            "menu": {"kind": "menu", "say": ["greeting"], "choices": {"1": "told"}, "otherwise": "told", "wait": 9},
            "told": {"kind": "finish", "outcome": "informed", "say": [says]},
        },
    }


def a_changing_client(rig: Rig, code: str = "changing") -> Client:
    """A client whose flow says the old tone."""
    from seatline.clock import now
    from telephony.plans.models import Flow
    from telephony.plans.services import publish_flow, save_draft, set_prompt
    from tenants.accounts.models import Tenant
    from tenants.accounts.scope import operator_scope

    client = a_client(rig, code)
    with operator_scope():
        tenant = Tenant.objects.get(code=code)
        for name, hertz in (("old", OLD), ("new", NEW)):
            tone = write_tone(rig.var / "sounds" / "prompts" / f"{hertz:08x}.wav", hertz, 0.8)
            set_prompt(tenant, name, "en", "A tone.", sha=tone.stem, source="upload")
        flow = Flow.objects.get(tenant=tenant)
        save_draft(flow, definition("old"))
        publish_flow(flow, now())
    wait_for_plan(rig)
    return client


def test_draft_is_tried_on_a_number_and_a_call_in_progress_keeps_its_version(rig: Rig) -> None:
    """The trial says the new, as practice; who called before the publishing hears the old, who calls later the new."""
    from seatline.clock import now
    from telephony.plans.models import Flow
    from telephony.plans.services import publish_flow, save_draft
    from telephony.plans.trials import try_flow
    from tenants.accounts.scope import operator_scope

    client = a_changing_client(rig)
    with operator_scope():
        a_number(f"+8621{TEST}")
        flow = Flow.objects.get(tenant__code="changing")
        try_flow(save_draft(flow, definition("new")), f"+8621{TEST}", timedelta(minutes=5), now())
    wait_for_plan(rig)
    tried = rig.call(TEST, keys=keys((1.2, "1")), hang_up_after=6 * SECOND)
    assert tried.heard is not None
    assert seconds_of_tone(tried.heard, NEW) > 0.4
    report = rig.report(tried)
    assert (report["tenant"], report["practice"], report["flow_version"]) == ("changing", True, 3)

    early = rig.begin_call(client.dialled, keys=keys((5, "1")), hang_up_after=10 * SECOND)
    wait_until(lambda: open_calls(client.dialled), 5, "the call in the flow")
    with operator_scope():
        publish_flow(flow, now())
    wait_for_plan(rig)
    late = rig.call(client.dialled, keys=keys((1.2, "1")), hang_up_after=6 * SECOND)
    before = early.result(30)
    assert before.heard is not None
    assert late.heard is not None
    assert seconds_of_tone(before.heard, GREETING_HERTZ) > 0.4
    assert seconds_of_tone(before.heard, OLD) > 0.4
    assert seconds_of_tone(late.heard, NEW) > 0.4
    assert (rig.report(before)["flow_version"], rig.report(late)["flow_version"]) == (2, 3)
    assert not rig.report(late)["practice"]


def test_flow_built_in_the_editor_is_met_by_its_author_alone_until_it_is_published(rig: Rig) -> None:
    """Step by step as the editor's forms send it; tried on the live number from one telephone, then met by all."""
    from seatline.clock import now
    from telephony.editor.edits import mark
    from telephony.editor.services import fill_in, working
    from telephony.plans.models import Flow, FlowVersion
    from telephony.plans.services import faults_of, publish_flow
    from telephony.plans.trials import try_flow
    from tenants.accounts.scope import operator_scope

    client = a_changing_client(rig, "building")
    author, other = "02155550001", "02161230002"
    with operator_scope():
        flow = Flow.objects.get(tenant__code="building")
        menu = {**working(flow)["nodes"]["menu"], "choices": {"1": "+play"}}
        fill_in(flow, "menu", menu, mark(working(flow)["nodes"]["menu"]), by=None, at=now())
        play = {"kind": "play", "say": ["new"], "next": "told"}
        fill_in(flow, "play", play, mark(working(flow)["nodes"]["play"]), by=None, at=now())
        assert faults_of(flow, working(flow)) == []
        draft = FlowVersion.objects.get(flow=flow, state="draft")
        try_flow(draft, client.e164, timedelta(minutes=5), now(), author)
    wait_for_plan(rig)
    calls = {
        caller: rig.begin_call(client.dialled, caller=caller, keys=keys((1.2, "1")), hang_up_after=6 * SECOND)
        for caller in (author, other)
    }
    mine, theirs = calls[author].result(30), calls[other].result(30)
    assert mine.heard is not None
    assert theirs.heard is not None
    assert seconds_of_tone(mine.heard, NEW) > 0.4
    assert seconds_of_tone(theirs.heard, NEW) == 0
    assert seconds_of_tone(theirs.heard, OLD) > 0.4
    assert (rig.report(mine)["practice"], rig.report(theirs)["practice"]) == (True, False)

    with operator_scope():
        publish_flow(flow, now())
    wait_for_plan(rig)
    after = rig.call(client.dialled, caller=other, keys=keys((1.2, "1")), hang_up_after=6 * SECOND)
    assert after.heard is not None
    assert seconds_of_tone(after.heard, NEW) > 0.4
    report = rig.report(after)
    assert (report["flow_version"], report["practice"], report["outcome"]) == (draft.version, False, "informed")

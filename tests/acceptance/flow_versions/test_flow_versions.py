"""A flow is tried on a number and then published, while a caller is in the version before."""

from datetime import timedelta

from tests.acceptance.rig import Rig, wait_until
from tests.acceptance.sound import seconds_of_tone, write_tone
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


def a_changing_client(rig: Rig) -> Client:
    """A client whose flow says the old tone."""
    from seatline.clock import now
    from telephony.plans.models import Flow
    from telephony.plans.services import publish_flow, save_draft, set_prompt
    from tenants.accounts.models import Tenant
    from tenants.accounts.scope import operator_scope

    client = a_client(rig, "changing")
    with operator_scope():
        tenant = Tenant.objects.get(code="changing")
        for name, hertz in (("old", OLD), ("new", NEW)):
            tone = write_tone(rig.var / "sounds" / "prompts" / f"{hertz:08x}.wav", hertz, 0.8)
            set_prompt(tenant, name, "en", "A tone.", sha=tone.stem, source="upload")
        flow = Flow.objects.get(tenant=tenant)
        save_draft(flow, definition("old"))
        publish_flow(flow, now())
        a_number(f"+8621{TEST}")
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

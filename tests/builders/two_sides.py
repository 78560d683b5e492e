"""Two tenants of the same shape, whose every text holds a canary: what one must never read of the other.

`a_side` makes one with all that the API shows; call it outside any scope. Ids by resource are in `Side.ids`.
"""

import io
import wave
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection

from agents.people.services import add_pause_reason, add_skill, allow_outside_phone, give_skill
from billing.contracts.models import Contract
from billing.invoices.services import refresh_drafts
from billing.mediation.models import UsageRecord
from billing.mediation.services import mediate
from seatline import clock
from telephony.callbacks.services import ask as ask_back
from telephony.journal.disk import Journal
from telephony.journal.ship import ship
from telephony.lookups.models import Order
from telephony.lookups.services import set_row, set_system
from telephony.plans.models import Prompt, QueueMember
from telephony.plans.services import ask_skill, name_member, save_draft, set_prompt
from telephony.plans.trials import try_flow
from telephony.recordings.models import Recording
from telephony.trunks.do_not_call import never_call
from telephony.trunks.services import allow_outside
from telephony.voicemail.models import Voicemail
from tenants.accounts.models import Membership, Tenant, User
from tenants.accounts.scope import finance_scope, operator_scope, telephony_scope, tenant_scope
from tenants.customers.importing import begin_import
from tenants.customers.merging import merge
from tenants.forms.services import keep_answers, version_in_use
from tenants.keys.models import ApiKey
from tenants.keys.rules import read
from tenants.numbers.models import Number
from tenants.numbers.services import assign_number, list_in_directory
from tests.builders.agents import a_session, an_agent
from tests.builders.api import a_key
from tests.builders.billing import a_contract
from tests.builders.calls import a_call_id
from tests.builders.money_side import a_money_side
from tests.builders.telephony import a_definition, a_published_flow, a_queue, an_answered_call
from tests.builders.tenants import NINE, a_lease, a_number, a_room, a_tenant
from tests.builders.work import a_case, a_case_type, a_customer, a_script, an_article, the_fields

HOUR = timedelta(hours=1)
SHORT = "+861252"


@dataclass
class Side:
    """One tenant, its keys, and what it has."""

    tenant: Tenant
    canary: str
    key: str
    owner: User
    number: str
    ids: dict[str, str] = field(default_factory=dict)


def a_side(code: str, place: int, folder: Path) -> Side:
    """A tenant with all that the API shows; `place` (1, 2, …) keeps numbers apart."""
    at = clock.now()
    canary = f"CNRY-{code}"
    number = f"+8621969681{place:02d}"
    with operator_scope():
        tenant = a_tenant(code, name=f"{canary} Ltd", name_zh=f"{canary} 公司")
        owner = User.objects.create(username=f"owner-{code}")
        Membership.objects.create(tenant=tenant, user=owner, role="owner")
        a_room(20)
        a_number(number)
        a_number(SHORT, Number.Kind.SHORT)
        assignment = assign_number(number, tenant, NINE - HOUR)
        listing = list_in_directory(SHORT, tenant, f"{place}01", NINE - HOUR, name=canary)
        lease = a_lease(tenant, 5, starts_at=at - 48 * HOUR, at=at - 48 * HOUR)
        agent = an_agent(tenant, f"{place}001", name=f"{canary} agent")
        skill = add_skill(tenant, "english", f"{canary} english")
        give_skill(agent, skill, 7)
        phone = allow_outside_phone(agent, f"+86138000000{place:02d}")
        add_pause_reason("5", f"{canary} pause", tenant=tenant)
        session = a_session(agent, f"seat-{place:03d}", place, at - 24 * HOUR)
        queue = a_queue(tenant, name_zh=canary)
        name_member(queue, agent)
        ask_skill(queue, skill, 1)
        prompt = set_prompt(tenant, "hello", "en", f"{canary} hello", sha=f"{place:064d}")
        flow = a_published_flow(tenant, answers=number)
        draft = save_draft(flow, {**a_definition(), "note": canary})
        trial = try_flow(flow.versions.get(version=1), number, HOUR, at)
        rule = allow_outside(tenant, f"+86{place}")
        allow_outside(tenant, "+8613")
        callback, _ = ask_back(tenant, queue.code, f"+86138100000{place:02d}", at, note=canary)
        member = QueueMember.objects.get(queue=queue)
    call = a_call_id(place)
    journal = Journal(folder / f"{code}.sqlite3")
    journal.append(
        an_answered_call(call, tenant=tenant.id, agent=agent.id, starts_at=at - HOUR, sip_call_id=canary), []
    )
    ship(journal)
    journal.close()
    with connection.cursor() as cursor:  # the shipper's own transaction is over in life
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    _sounds(tenant, call, canary)
    with telephony_scope():
        message = Voicemail.objects.create(
            id=a_call_id(100 + place), tenant=tenant, call_id=call, name="message", queue_id=queue.id,
            queue_code=queue.code, caller=canary, path=f"{code}/{call}.message.wav", seconds=1, peak_db=-3, size=44,
            left_at=at,
        )  # fmt: skip
        order = Order.objects.create(
            id=a_call_id(200 + place), tenant=tenant, call_id=call, key=f"{canary} key", system="shop", path="/orders",
            content={"what": canary}, confirmed_at=at,
        )  # fmt: skip
        recording = Recording.objects.get(call_id=call)
    with finance_scope():
        contract = a_contract(tenant, number=f"{canary}-1")
    mediate(at)
    with finance_scope():
        documents = refresh_drafts(Contract.objects.get(pk=contract.pk), at)
        money = a_money_side(contract, documents[0], canary, at)
        usage = UsageRecord.objects.get(source_id=call)
    key = a_key(tenant)
    with operator_scope():
        key_id = ApiKey.objects.get(pk=read(key).key_id).pk
    found = {
        "tenants": tenant.pk, "number-assignments": assignment.pk, "directory-listings": listing.pk,
        "seat-leases": lease.pk, "agents": agent.pk, "skills": skill.pk, "presence": session.session_id,
        "agent-sessions": session.session_id, "queues": queue.pk, "prompts": prompt.pk, "flows": flow.pk,
        "flow-trials": trial.pk, "outside-rules": rule.pk, "calls": call, "voicemail": message.pk, "orders": order.pk,
        "recordings": recording.pk, "invoices": documents[-1].pk, "contracts": contract.pk, "keys": key_id,
        "callbacks": callback.pk, "usage": usage.pk, "agent_id": agent.pk, "skill_id": skill.pk, "phone_id": phone.pk,
        "member": member.pk, "draft": draft.pk, "numbers": Number.objects.get(e164=number).pk, **money,
    }  # fmt: skip
    found |= _work(tenant, canary, place) | _plan(tenant, canary, at)
    return Side(tenant, canary, key, owner, number, {name: str(value) for name, value in found.items()})


def _work(tenant: Tenant, canary: str, place: int) -> dict[str, object]:
    """What the tenant's people keep of their customers."""
    with tenant_scope(tenant.pk):
        the_fields(tenant)
        customer = a_customer(tenant, f"{canary} customer", f"139000000{place:02d}", city=canary)
        other = a_customer(tenant, f"{canary} other", f"139100000{place:02d}")
        done = merge(customer, a_customer(tenant, f"{canary} twin", f"139200000{place:02d}"), NINE, canary)
        file = f"name,number\n{canary},1393000{place:04d}\n".encode()
        kept = begin_import(tenant, f"{canary}.csv", file, NINE, canary)
        case = a_case(type_ := a_case_type(tenant), customer=customer, subject=canary, draft={"what": canary})
        article = an_article(tenant, f"{canary} article", canary)
        script = a_script(tenant, name=canary)
        answers = keep_answers(version_in_use(script), {"content": "yes"}, NINE, canary, complete=True)
    return {
        "customers": customer.pk, "customer_id": other.pk, "customer-merges": done.pk, "customer-imports": kept.pk,
        "case-types": type_.pk, "cases": case.pk, "articles": article.pk, "scripts": script.pk,
        "script-answers": answers.pk,
    }  # fmt: skip


def _sounds(tenant: Tenant, call: object, canary: str) -> None:
    """Sound files whose bytes hold the canary, where the rows say that they are."""
    with telephony_scope():
        for recording in Recording.objects.filter(call_id=call):
            _wav(Path(settings.VAR) / "recordings" / recording.path, canary)
    _wav(Path(settings.VAR) / "recordings" / tenant.code / f"{call}.message.wav", canary)
    with operator_scope():
        for prompt in Prompt.objects.filter(tenant=tenant):
            _wav(Path(settings.VAR) / "sounds" / "prompts" / f"{prompt.sha}.wav", canary)


def _wav(path: Path, canary: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = io.BytesIO()
    with wave.open(content, "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", "not compressed"))
        sound.writeframes(canary.encode().ljust(160, b"\0"))
    path.write_bytes(content.getvalue())


def _plan(tenant: Tenant, canary: str, at: datetime) -> dict[str, object]:
    """What a tenant's programs keep of its plan, beside queues and flows."""
    with operator_scope():
        system = set_system(tenant, "crm", f"https://crm.example/{canary}", header="X-Key", secret=canary)
        row = set_row(tenant, "members", canary, {"name": canary}, pin="4812")
        (barred,) = never_call(tenant, ["+8613800000077"], at, canary)
    return {"systems": system.pk, "table-rows": row.pk, "do-not-call": barred.pk}

"""What agents ask of a call that goes on, as their desk does: by a request that the switch answers."""

from uuid import UUID, uuid4

from seatline.clock import now
from tests.acceptance.waiting import wait_until
from tests.acceptance.world import Client, open_calls


def wish(client: Client, place: int, kind: str, target: str = "") -> str:
    """The agent of a place asks; the reason of the refusal, empty if it is done."""
    from agents.people.services import find_agent
    from telephony.requests.services import Standing, answer_to, ask
    from tenants.accounts.models import Tenant
    from tenants.accounts.scope import operator_scope, tenant_scope

    with operator_scope():
        tenant = Tenant.objects.get(code=client.code).id
        agent = find_agent(client.places[place].agent).agent_id
        (call,) = open_calls(client.dialled)
    request = uuid4()
    with tenant_scope(tenant):
        ask(request, call.id, kind, now(), target=target, agent_id=agent, asked_by=agent)

    def answered() -> Standing | None:
        with tenant_scope(tenant):
            found = answer_to(request, now())
        return found if found is not None and found.state != "open" else None

    standing = wait_until(answered, 10, f"the answer to {kind}")
    assert standing is not None
    return standing.reason


def call_of(client: Client) -> UUID:
    """The one call to this client that goes on."""
    (call,) = open_calls(client.dialled)
    return UUID(str(call.id))

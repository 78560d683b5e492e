"""Asterisk's own queue as the fallback, in Asterisk's words: its database, its queues, their members.

Pure: it makes actions and texts, and reads answers. The dialplan's context `fallback` reads what is written here.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from telephony.core.refuge import Place, Refuge
from telephony.core.values import AgentId, Endpoint, TenantId

FAMILY = "fallback"
QUEUE = "fallback-"  # and the tenant's id: the AGI server and the dialplan know no more of a tenant
_SOUND = "sound:"
_RULES = """\
strategy = leastrecent
timeout = 20
retry = 1
wrapuptime = 5
ringinuse = no
joinempty = paused,unavailable,invalid,unknown
leavewhenempty = paused,unavailable,invalid,unknown
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An agent at a phone, as a member of his tenant's fallback queue."""

    queue: str
    interface: str
    name: str
    paused: bool = False


def queue_of(tenant: TenantId) -> str:
    """The name of a tenant's fallback queue."""
    return f"{QUEUE}{tenant}"


def member_of(tenant: TenantId, agent: AgentId, number: str, endpoint: Endpoint, *, paused: bool) -> Member:
    """The member that an agent is; the name carries who he is, for whoever hears of him in Asterisk's events."""
    return Member(queue=queue_of(tenant), interface=f"PJSIP/{endpoint}", name=f"{number}:{agent}", paused=paused)


def spellings(number: str, country: str, area: str, canonical: Callable[[str], str]) -> list[str]:
    """All forms in which a trunk may send a number; each is read back by `canonical` as this number."""
    digits = number.removeprefix("+")
    inland = digits.removeprefix(country)
    forms = [number, digits, f"00{digits}"]
    if inland != digits:
        forms += [inland, f"0{inland}", inland.removeprefix(area)]
    return [form for form in dict.fromkeys(forms) if form == number or canonical(form) == number]


def database(refuges: Mapping[Place, Refuge], spell: Callable[[str], Iterable[str]]) -> dict[str, str]:
    """Key and value of every entry. A merchant has one behind each spelling of the number, as in 1252101, and one
    under the number and a hyphen, which the dialplan asks for when the code was keyed."""
    entries: dict[str, str] = {}
    for (number, code), refuge in refuges.items():
        for spelled in spell(number):
            entries[spelled + code] = _value(refuge, number)
        if code:
            entries[f"{number}-{code}"] = _value(refuge, number)
    return entries


def _value(refuge: Refuge, number: str) -> str:
    """The fields in the order in which the dialplan takes them; a comma within one would shift those behind it."""
    fields = (
        str(refuge.tenant or ""), str(refuge.queue or ""), refuge.queue_code, refuge.language,
        refuge.greeting.removeprefix(_SOUND), str(int(refuge.longest.total_seconds())), refuge.music,
        str(int(refuge.record)), "" if refuge.tenant else number,
    )  # fmt: skip
    return ",".join(field.replace(",", "") for field in fields)


def queues(tenants: Mapping[TenantId, str]) -> str:
    """The file that asterisk_etc/queues.conf includes: a queue for each tenant, whose code stands beside it."""
    head = "; Written by the switch from the plan; read by app_queue. A change by hand is lost.\n"
    sections = (f"\n[{queue_of(tenant)}] ; {code}\n{_RULES}" for tenant, code in sorted(tenants.items(), key=_by_code))
    return head + "".join(sections)


def _by_code(one: tuple[TenantId, str]) -> str:
    return one[1]


def changes(there: Mapping[tuple[str, str], Member], wanted: Iterable[Member]) -> list[dict[str, str]]:
    """The actions that make Asterisk's members, by queue and interface, those that are wanted."""
    want = {(member.queue, member.interface): member for member in wanted}
    actions = []
    for key, member in there.items():
        if key not in want or want[key].name != member.name:  # another agent at the same phone is another member
            actions.append({"Action": "QueueRemove", "Queue": member.queue, "Interface": member.interface})
    for key, member in want.items():
        before = there.get(key)
        if before is None or before.name != member.name:
            actions.append(
                {
                    "Action": "QueueAdd", "Queue": member.queue, "Interface": member.interface,
                    "MemberName": member.name, "Paused": str(member.paused).lower(),
                    "StateInterface": member.interface,
                }
            )  # fmt: skip
        elif before.paused != member.paused:
            actions.append(
                {
                    "Action": "QueuePause", "Queue": member.queue, "Interface": member.interface,
                    "Paused": str(member.paused).lower(),
                }
            )  # fmt: skip
    return actions


def members(status: Iterable[Mapping[str, str]]) -> dict[tuple[str, str], Member]:
    """The members that QueueStatus tells of, of fallback queues alone."""
    found = {}
    for event in status:
        queue = event.get("Queue", "")
        if event.get("Event") == "QueueMember" and queue.startswith(QUEUE):
            member = Member(
                queue=queue, interface=event["Location"], name=event["Name"], paused=event.get("Paused") == "1"
            )
            found[queue, member.interface] = member
    return found


def entries(tree: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """The entries that DBGetTree tells of."""
    return {
        event["Key"].removeprefix(f"/{FAMILY}/"): event.get("Val", "")
        for event in tree
        if event.get("Event") == "DBGetTreeResponse"
    }

"""After each story: nothing of it is left. No channel, no bridge, no open call, no agent who is busy with nobody."""

from collections.abc import Iterator

import pytest

from tests.acceptance.rig import Rig
from tests.acceptance.waiting import TooLate, wait_until

SETTLED_WITHIN = 8.0  # seconds; a wrap-up of a story's queue must be shorter than this, or the agent counts as stuck


def leaks(rig: Rig) -> list[str]:
    """What is left now, in words."""
    found = [f"channel {one['name']} ({one['state']})" for one in rig.ari("channels") or []]
    found += [f"bridge {one['id']} with {len(one['channels'])} channels" for one in rig.ari("bridges") or []]
    return found + open_calls() + stuck_agents() + unshipped(rig)


def open_calls() -> list[str]:
    """Calls that the ledger thinks are still going on."""
    from telephony.journal.models import Call
    from tenants.accounts.scope import operator_scope

    with operator_scope():
        return [f"open call {call.id} from {call.caller}" for call in Call.objects.filter(ended_at__isnull=True)]


def stuck_agents() -> list[str]:
    """Agents whom presence thinks on a call."""
    from agents.presence.services import sessions_in_force, state_of
    from tenants.accounts.scope import telephony_scope

    with telephony_scope():
        states = {session.agent_number: state_of(session.session_id) for session in sessions_in_force()}
    return [
        f"agent {number} is {state}" for number, state in states.items() if str(state) in ("ringing", "talking", "hold")
    ]


def unshipped(rig: Rig) -> list[str]:
    """Facts that are on the disk and not in PostgreSQL, for now or for good."""
    from telephony.journal.disk import look

    waiting, refused = look(rig.var / "journal" / "switch.sqlite3")
    return [f"{waiting} facts are not shipped"] * bool(waiting) + [f"{refused} facts were refused"] * bool(refused)


def ended(rig: Rig) -> list[str]:
    """Programs that a story ended and did not start again; they are started, so that the next story tells its own."""
    found = []
    if rig.asterisk.process.pid() is None:
        found.append(f"Asterisk had ended: {rig.asterisk.process.last_words()}")
        rig.asterisk.start()
    for program in (rig.agi, rig.switch):
        if program.pid() is None:
            found.append(f"{program.name} had ended: {program.last_words()}")
            program.start()
    if found:
        rig.wait_for_switch()
    return found


@pytest.fixture(autouse=True)
def nothing_is_left(rig: Rig) -> Iterator[None]:
    """Fail a story that leaves something behind, even if all its own assertions held. What another left is not its."""
    yield from looked_over(rig)


def looked_over(rig: Rig) -> Iterator[None]:
    """Before and after a story."""
    before = set(leaks(rig))
    yield
    dead = ended(rig)
    try:
        wait_until(lambda: not set(leaks(rig)) - before, SETTLED_WITHIN)
    except TooLate:
        dead += sorted(set(leaks(rig)) - before)
    if dead:
        pytest.fail("left behind: " + "; ".join(dead))

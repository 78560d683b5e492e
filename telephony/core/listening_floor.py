"""What supervisors' coming and going means to the floor, and to whose channels are whose.

Rules of this file: it changes the engine's own floor and its book of channels, and nothing of a call.
"""

from datetime import datetime

from telephony.core import commands as cmd
from telephony.core.acd.agents import State
from telephony.core.acd.floor import Floor
from telephony.core.call import Call
from telephony.core.values import CallId, ChannelId
from telephony.core.work import Work


def follow(before: Call, after: Call, channels: dict[ChannelId, CallId], floor: Floor) -> None:
    """Supervisors come into a call and go: news of their channels is the call's, and their telephones are taken."""
    was, now = ({one.channel: one for one in call.listeners} for call in (before, after))
    for channel in (channel for one in was.values() for channel in one.channels):
        if after.leg_of(channel) is None:
            channels.pop(channel, None)
    for channel in (channel for one in now.values() for channel in one.channels):
        channels[channel] = after.id
    for channel in was.keys() ^ now.keys():
        floor.taken((was | now)[channel].endpoint, channel in now)


def take_over(floor: Floor, command: cmd.AgentTakesOver, call: Call, at: datetime, work: Work) -> None:
    """A supervisor who is logged in talks in this call now; not one for whom another call is on its way."""
    agent = floor.agents.get(command.agent)
    if agent is not None and agent.call is None:
        before = (agent.state, agent.call)
        agent.queue = call.queue.id if call.queue else None
        floor.become(agent, State.TALKING, at, call.id)
        work.say(before, agent, at)

"""How long a caller will wait, and how it is said.

The estimator: a caller at place p waits about p × m ÷ n. n is the number of agents at work for the queue; m is how long
one call keeps an agent, from the first ring until he is ready again, as a mean in which each new call counts a tenth.
Before the queue has had a call m is `UNKNOWN`. It assumes that nobody ahead gives up, so it is long rather than short;
each estimate that a caller hears is a fact (`WaitForeseen`), so its error can be reported.
"""

from datetime import timedelta

from telephony.core.flow import Say
from telephony.core.plan import QueuePlan

UNKNOWN = 180.0  # seconds; a usual length of a call with its wrap-up
NEWEST = 0.1  # what the newest call counts in the mean
MOST_PLACES = 10  # beyond, the exact place is of no comfort
MINUTES = (1, 2, 3, 5, 10, 15, 20, 30)  # what is said: "less than so many"


def learn(mean: float | None, seconds: float) -> float:
    """The mean after one more call that kept an agent for so long."""
    return seconds if mean is None else mean + NEWEST * (seconds - mean)


def expected_wait(position: int, agents: int, mean: float | None) -> timedelta | None:
    """The wait from now on of the caller at this place, from 1; None with nobody at work."""
    if agents < 1:
        return None
    return timedelta(seconds=position * (UNKNOWN if mean is None else mean) / agents)


def place_in_words(queue: QueuePlan, position: int, wait: timedelta | None) -> tuple[Say, ...]:
    """The prompts that tell a caller the place and the wait, as far as the queue's rules want them told."""
    said = []
    if queue.say_position:
        said.append(Say(f"position-{position}" if position <= MOST_PLACES else "position-many"))
    if queue.say_wait and wait is not None:
        minutes = next((one for one in MINUTES if wait < timedelta(minutes=one)), None)
        said.append(Say(f"wait-{minutes}" if minutes else "wait-long"))
    return tuple(said)

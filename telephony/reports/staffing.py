"""How many agents a load needs: Erlang C, and Erlang A where callers give up.

Rules of this file: pure. Load is in erlang: calls an hour times hours a call. Erlang C (A. K. Erlang, 1917) supposes
that everybody waits for ever, so it asks for too many agents where many give up; Erlang A (C. Palm, 1957; Garnett,
Mandelbaum, Reiman, 2002) gives each caller a patience, exponential with the mean `patience`. Both suppose
arrivals by chance (Poisson), exponential handling times, and agents who all can take every call.
"""

from dataclasses import dataclass
from datetime import timedelta
from math import exp, log

from seatline.errors import BadInput

MOST_AGENTS = 5000  # beyond it the question is a mistake


class NoSuchLoad(BadInput):
    """Calls, handling time and patience must be more than nothing, and the target a share below 1."""


class TooManyAgents(BadInput):
    """The load asks for more than {most} agents. Look at calls an hour ({calls}) and handling time ({seconds} s)."""


@dataclass(frozen=True, slots=True)
class Load:
    """Calls that come in an hour, and how long an agent is at one: talk, hold and wrap-up."""

    calls: float
    handling: timedelta
    patience: timedelta | None = None  #: mean time until a caller gives up; None: never

    def __post_init__(self) -> None:
        """Raises NoSuchLoad."""
        hopeless = self.patience is not None and self.patience <= timedelta(0)
        if self.calls <= 0 or self.handling <= timedelta(0) or hopeless:
            raise NoSuchLoad

    @property
    def erlang(self) -> float:
        """Agents that are busy on average."""
        return self.calls * self.handling.total_seconds() / 3600


@dataclass(frozen=True, slots=True)
class Forecast:
    """What so many agents make of a load; shares from 0 to 1, the mean wait in seconds over all callers.

    `service_level` is the share of all callers who are answered in time.
    """

    agents: int
    must_wait: float
    service_level: float
    mean_wait: float
    occupancy: float
    give_up: float = 0.0


def blocked(agents: int, erlang: float) -> float:
    """Erlang B: the share of calls that find all agents busy and go away. By the recursion that never overflows."""
    share = 1.0
    for number in range(1, agents + 1):
        share = erlang * share / (number + erlang * share)
    return share


def erlang_c(agents: int, load: Load, in_time: timedelta) -> Forecast:
    """What `agents` make of the load if nobody gives up; with no more agents than erlang the wait has no end."""
    erlang = load.erlang
    if agents <= erlang:
        return Forecast(agents, 1.0, 0.0, float("inf"), 1.0)
    lost = blocked(agents, erlang)
    waits = lost / (1 - erlang / agents * (1 - lost))
    handling = load.handling.total_seconds()
    late = waits * exp(-(agents - erlang) * in_time.total_seconds() / handling)
    return Forecast(agents, waits, 1 - late, waits * handling / (agents - erlang), erlang / agents)


def erlang_a(agents: int, load: Load, in_time: timedelta) -> Forecast:
    """What `agents` make of the load if each caller gives up by chance after `load.patience` on average.

    The callers present are a birth and death process: arrivals at rate λ, departures at μ for each at an agent, and
    each who waits adds a rate θ of giving up.
    """
    if load.patience is None:
        return erlang_c(agents, load, in_time)
    arrivals, service = load.calls / 3600, 1 / load.handling.total_seconds()
    theta = 1 / load.patience.total_seconds()
    shares = _present(arrivals, service, theta, agents)
    waiting = shares[agents:]  # by the number who wait already: what an arriving caller finds before him
    in_queue = sum(no * share for no, share in enumerate(waiting))
    served = _answered_within(len(waiting), agents * service / theta, exp(-theta * in_time.total_seconds()))
    level = sum(shares[:agents]) + sum(share * chance for share, chance in zip(waiting, served, strict=True))
    give_up = theta * in_queue / arrivals
    busy = load.erlang * (1 - give_up) / agents
    return Forecast(agents, sum(waiting), level, in_queue / arrivals, busy, give_up)


def _present(arrivals: float, service: float, theta: float, agents: int) -> list[float]:
    """The share of time with 0, 1, 2 … callers present, until the rest is too rare to matter. In logarithms, since
    the weights of a large centre are far beyond what a float holds."""
    weights = [0.0]
    while True:
        number = len(weights)
        step = arrivals / (min(number, agents) * service + max(number - agents, 0) * theta)
        weights.append(weights[-1] + log(step))
        if number > agents and step < 1 and weights[-1] < max(weights) - 40:
            break
    most = max(weights)
    sizes = [exp(weight - most) for weight in weights]
    whole = sum(sizes)
    return [size / whole for size in sizes]


def _answered_within(most: int, size: float, survives: float) -> list[float]:
    """For 0, 1 … callers ahead: the chance to be answered in time, before the caller's own patience ends.

    With k ahead the wait V is a sum of exponentials of rates θ(size + j), j = 0…k, where size = nμ/θ: so e^(-θV) has
    the law Beta(size, k + 1), and the chance is its mean over what is above e^(-θT) = `survives`:
    size/(size + k + 1) · (1 - I(size + 1, k + 1)), I by the sum over the negative binomial law.
    """
    if survives >= 1:
        return [0.0] * most
    chances, below = [], 0.0
    term = (size + 1) * log(survives)
    for ahead in range(most):
        if ahead:
            term += log((size + ahead) / ahead * (1 - survives))
        below += exp(term)
        chances.append(size / (size + ahead + 1) * max(0.0, 1 - below))
    return chances


def agents_needed(load: Load, share: float, in_time: timedelta) -> Forecast:
    """The fewest agents with whom at least `share` of callers are answered in time.

    Raises NoSuchLoad, TooManyAgents.
    """
    if not 0 < share < 1:
        raise NoSuchLoad
    forecast = erlang_a if load.patience is not None else erlang_c
    low, high = 0, 1
    while forecast(high, load, in_time).service_level < share:
        low, high = high, high * 2
        if high > MOST_AGENTS:
            raise TooManyAgents(most=MOST_AGENTS, calls=load.calls, seconds=load.handling.total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if forecast(middle, load, in_time).service_level < share:
            low = middle
        else:
            high = middle
    return forecast(high, load, in_time)

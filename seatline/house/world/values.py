"""The world as a value: who logs in with what, who sits where, what is dialled."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from seatline.house import cast


@dataclass(frozen=True, slots=True)
class WebUser:
    """Somebody who opens the house with a browser."""

    login: str
    secret: str = field(repr=False)
    role: str
    tenant: str | None  # None: the operator's own


@dataclass(frozen=True, slots=True)
class AgentSeat:
    """An agent, and the phone at the seat where the agent sits."""

    tenant: str
    number: str
    language: str
    login: str
    secret: str = field(repr=False)
    pin: str = field(repr=False)
    seat: int
    endpoint: str
    sip_secret: str = field(repr=False)
    played: bool  # by a scripted phone


@dataclass(frozen=True, slots=True)
class World:
    """Everything that a person or a script needs to use the demo. Holds secrets."""

    seed: int
    users: tuple[WebUser, ...]
    agents: tuple[AgentSeat, ...]
    phones: Mapping[str, str] = field(repr=False)  # endpoint -> SIP secret
    short: str
    merchants: Mapping[str, str]  # tenant -> code behind the short number
    local: Mapping[str, str]
    national: Mapping[str, str]
    callers: tuple[str, ...]
    login_code: str

    def user(self, login: str) -> WebUser:
        """The user with this login."""
        return next(one for one in self.users if one.login == login)

    def agent(self, number: str) -> AgentSeat:
        """The agent with this number."""
        return next(one for one in self.agents if one.number == number)


PHONES = 40  # seats with a phone; the room has more
ENGLISH_SPEAKERS = frozenset({"1006", "2014"})


def world_of(seed: int, secret: str) -> World:
    """The cast with the secrets that follow from this machine's."""
    users = [WebUser(login, cast.password_of(login, secret), login.rstrip("2"), None) for login in cast.STAFF]
    for tenant in cast.TENANTS:
        for role in cast.TENANT_ROLES:
            login = f"{tenant.code}_{role}"
            users.append(WebUser(login, cast.password_of(login, secret), role, tenant.code))
    agents = tuple(
        AgentSeat(
            tenant=part.tenant,
            number=part.number,
            language="en" if part.number in ENGLISH_SPEAKERS else "zh",
            login=part.login,
            secret=cast.password_of(part.login, secret),
            pin=cast.pin_of(part.number, secret),
            seat=part.seat,
            endpoint=part.endpoint,
            sip_secret=cast.phone_secret(part.endpoint, secret),
            played=part.played,
        )
        for part in cast.agents()
    )
    endpoints = [cast.endpoint_of(seat) for seat in range(1, PHONES + 1)]
    return World(
        seed=seed,
        users=tuple(users),
        agents=agents,
        phones={endpoint: cast.phone_secret(endpoint, secret) for endpoint in endpoints},
        short=cast.SHORT,
        merchants={one.code: one.merchant for one in cast.TENANTS},
        local={one.code: one.local for one in cast.TENANTS},
        national={one.code: one.national for one in cast.TENANTS},
        callers=cast.CALLERS,
        login_code=cast.LOGIN_CODE,
    )

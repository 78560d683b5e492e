"""The cast of the demo world: who logs in with what, who sits at which phone, who is reached under which number.

Every password, PIN and phone secret follows from this machine's own secret key: the same at every start, different on
every machine, and kept nowhere in the clear but in demo.json. The world loads from here, the phones play from here,
the panel prints from here.
"""

import string
from dataclasses import dataclass
from itertools import count

from seatline.house.secrets import derived

SEED = 20261124  # of everything by chance in the demo world
SHORT = "1252"  # the shared number; callers key a merchant's code there, or dial it behind
CALLERS = ("02161234567", "02162345678", "13800138000")  # numbers that scripted callers show
LOGIN_CODE = "*45"
STAFF = ("operator", "operator2", "finance", "finance2", "floor_sup", "security")  # the operator's own people
TENANT_ROLES = ("owner", "supervisor", "finance")
_LETTERS = string.ascii_letters.translate({ord(letter): None for letter in "lIO"}) + string.digits.replace("0", "")


@dataclass(frozen=True, slots=True)
class TenantPart:
    """A tenant of the demo: its numbers, agents and seats."""

    code: str
    name: str
    name_zh: str
    merchant: str  # behind 1252
    local: str  # as dialled in town
    national: str  # as dialled anywhere
    agents: tuple[str, ...]
    first_seat: int
    phones: int  # so many of its agents are played by scripted phones

    def seat_of(self, agent: str) -> int:
        """The seat at which this agent sits."""
        return self.first_seat + self.agents.index(agent)


def _numbers(first: int, count: int) -> tuple[str, ...]:
    return tuple(str(first + place) for place in range(count))


TENANTS = (
    TenantPart("museum", "City Museum", "城市博物馆", "101", "96968101", "12501001", _numbers(1001, 6), 1, 3),
    TenantPart("harbour", "Harbour Insurance", "海港保险", "202", "96968202", "12502002", _numbers(2001, 14), 11, 4),
    TenantPart("lotus", "Blue Lotus Mail Order", "蓝莲邮购", "303", "96968303", "12503003", _numbers(3001, 6), 31, 3),
)


@dataclass(frozen=True, slots=True)
class AgentPart:
    """An agent of the demo and the phone at the agent's seat."""

    tenant: str
    number: str
    login: str
    seat: int
    endpoint: str
    played: bool  # by a scripted phone


def agents() -> list[AgentPart]:
    """All agents of the demo."""
    return [
        AgentPart(
            tenant=tenant.code,
            number=number,
            login=f"agent{number}",
            seat=tenant.seat_of(number),
            endpoint=endpoint_of(tenant.seat_of(number)),
            played=place < tenant.phones,
        )
        for tenant in TENANTS
        for place, number in enumerate(tenant.agents)
    ]


def endpoint_of(seat: int) -> str:
    """The SIP account of a seat's phone."""
    return f"seat-{seat:03d}"


def logins() -> list[str]:
    """Everybody who has a password for the web."""
    tenants = [f"{tenant.code}_{role}" for tenant in TENANTS for role in TENANT_ROLES]
    return [*STAFF, *tenants, *(agent.login for agent in agents())]


def password_of(login: str, key: str | None = None) -> str:
    """A user's password; it follows from `key`, or from this machine's own."""
    return derived(f"demo user {login}", 14, _LETTERS, key)


def phone_secret(endpoint: str, key: str | None = None) -> str:
    """A phone's SIP secret: 24 characters, too many to guess."""
    return derived(f"demo phone {endpoint}", 24, _LETTERS, key)


#: Whose programs have a key in the demo: each tenant's, the operator's, and the accounting system's.
KEY_HOLDERS = (*(tenant.code for tenant in TENANTS), "operator", "finance")


def api_key_of(holder: str, key: str | None = None) -> str:
    """The text of a demo API key; it follows from `key`, or from this machine's own."""
    number = derived(f"demo api key {holder}", 32, "0123456789abcdef", key)
    return f"sl_{number}_{derived(f'demo api secret {holder}', 43, string.ascii_letters + string.digits, key)}"


def pin_of(number: str, key: str | None = None) -> str:
    """An agent's PIN: six different digits that do not count up or down."""
    row = string.digits * 2
    for turn in count():
        digits = list(string.digits)
        order = derived(f"demo pin {number} {turn}", 6, string.digits, key)
        pin = "".join(digits.pop(int(place) % len(digits)) for place in order)
        if pin not in row and pin not in row[::-1]:
            return pin
    raise AssertionError  # count() never ends

"""What may be done through the API, and who may do it: the one table.

Rules of this file: pure values. A right opens operations; which rows they show is PostgreSQL's to say (`scope.py`,
`walls.py`), and which states they allow is the services'. Membership roles are `models.Membership.Role`, groups those
of `staff.py`, named here by their plain words.
"""

from collections.abc import Mapping
from enum import StrEnum


class Kind(StrEnum):
    """On whose behalf somebody asks; each has a scope of its own."""

    TENANT = "tenant"  # one tenant's people and programs
    OPS = "ops"  # the operator's staff and programs
    FIN = "fin"  # finance, and the operator's accounting system


class Right(StrEnum):
    """What opens an operation; part of the API, so never renamed."""

    PLAN_READ = "plan:read"  # numbers held, routes, flows, prompts, queues
    PLAN_WRITE = "plan:write"
    PEOPLE_READ = "people:read"  # agents, skills, who is in which state, times
    PEOPLE_WRITE = "people:write"  # names, skills, pause reasons
    FLOOR_ACT = "floor:act"  # pause agents, act on live calls
    AGENTS_LOG_OUT = "agents:log_out"
    TALKS_LISTEN = "talks:listen"  # hear both, and be heard by nobody
    TALKS_WHISPER = "talks:whisper"  # be heard by the agent alone
    TALKS_BARGE = "talks:barge"  # talk with both
    TALKS_TAKE_OVER = "talks:take_over"  # take the caller from the agent
    CALLS_READ = "calls:read"  # calls, waits, messages, queue events
    CALLS_WRITE = "calls:write"  # assign and settle messages, ask for callbacks
    RECORDINGS_HEAR = "recordings:hear"  # the sound of calls and messages
    RECORDINGS_TAKE = "recordings:take"  # download a recording, share it by a link
    RECORDINGS_DELETE = "recordings:delete"
    SEATS_READ = "seats:read"  # leases and seats
    BILLING_READ = "billing:read"  # usage, the bill so far, invoices and their files
    ALERTS_WRITE = "alerts:write"  # the amount at which a tenant is warned of its bill
    WORK_READ = "work:read"  # customers, cases, articles, scripts: the tenant's own alone
    WORK_WRITE = "work:write"
    KEYS_WRITE = "keys:write"  # API keys; for people only, never for a key
    TENANTS_READ = "tenants:read"
    TENANTS_WRITE = "tenants:write"
    NUMBERS_WRITE = "numbers:write"  # inventory, assignments, directory
    SEATS_WRITE = "seats:write"  # leases, seats in and out of service
    AGENTS_HIRE = "agents:hire"  # agents, PINs, telephones outside
    LINES_READ = "lines:read"  # trunks, and whom tenants may call
    LINES_WRITE = "lines:write"
    CONTRACTS_READ = "contracts:read"
    BILLING_WRITE = "billing:write"  # contracts, versions, invoices


#: What supervisors do with agents and their talks; each is given by itself.
SUPERVISION = frozenset({
    Right.AGENTS_LOG_OUT, Right.TALKS_LISTEN, Right.TALKS_WHISPER, Right.TALKS_BARGE, Right.TALKS_TAKE_OVER,
})  # fmt: skip
_SHARED = SUPERVISION | frozenset({
    Right.PLAN_READ, Right.PLAN_WRITE, Right.PEOPLE_READ, Right.PEOPLE_WRITE, Right.FLOOR_ACT, Right.CALLS_READ,
    Right.CALLS_WRITE, Right.RECORDINGS_HEAR, Right.RECORDINGS_TAKE, Right.RECORDINGS_DELETE, Right.SEATS_READ,
    Right.BILLING_READ, Right.KEYS_WRITE, Right.TENANTS_READ, Right.ALERTS_WRITE, Right.WORK_READ, Right.WORK_WRITE,
})  # fmt: skip

#: All that may be asked for on somebody's behalf at most.
RIGHTS: Mapping[Kind, frozenset[Right]] = {
    Kind.TENANT: _SHARED,
    Kind.OPS: frozenset(Right) - {Right.BILLING_WRITE, Right.ALERTS_WRITE, Right.WORK_READ, Right.WORK_WRITE},
    Kind.FIN: frozenset({
        Right.TENANTS_READ, Right.SEATS_READ, Right.CONTRACTS_READ, Right.BILLING_READ, Right.BILLING_WRITE,
    }),
}  # fmt: skip

#: What only a person may be given.
FOR_PEOPLE = frozenset({Right.KEYS_WRITE})

#: Rights of a tenant's people, by the role of their membership.
OF_ROLE: Mapping[str, frozenset[Right]] = {
    "owner": RIGHTS[Kind.TENANT],
    "supervisor": RIGHTS[Kind.TENANT]
    - {
        Right.BILLING_READ,
        Right.ALERTS_WRITE,
        Right.KEYS_WRITE,
        Right.RECORDINGS_DELETE,
    },
    "finance": frozenset({Right.TENANTS_READ, Right.SEATS_READ, Right.BILLING_READ, Right.ALERTS_WRITE}),
}

#: Rights of the operator's staff, by their groups. Finance alone is of the kind FIN.
OF_GROUP: Mapping[str, frozenset[Right]] = {
    "operations": RIGHTS[Kind.OPS] - {Right.KEYS_WRITE, Right.LINES_WRITE},
    "supervision": SUPERVISION | frozenset({
        Right.TENANTS_READ, Right.PLAN_READ, Right.PEOPLE_READ, Right.PEOPLE_WRITE, Right.FLOOR_ACT, Right.CALLS_READ,
        Right.CALLS_WRITE, Right.RECORDINGS_HEAR, Right.SEATS_READ,
    }),
    "technicians": frozenset({
        Right.TENANTS_READ, Right.PLAN_READ, Right.CALLS_READ, Right.SEATS_READ, Right.LINES_READ, Right.LINES_WRITE,
    }),
    "security": frozenset({Right.TENANTS_READ, Right.PEOPLE_READ, Right.KEYS_WRITE}),
    "finance": RIGHTS[Kind.FIN],
}  # fmt: skip

"""What an audit can find, how bad it is, and what mends it.

Rules of this file: pure. One table holds every kind; a check names a kind and says where it saw it. A kind that no test
seeds and finds is no kind (tests/unit/seatline/audit).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum


class Severity(IntEnum):
    """How bad: critical is an open door to all tenants' data or to money, low a habit that may become one."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4


#: What one finding takes off the score of 100.
_COST = {Severity.CRITICAL: 40, Severity.HIGH: 15, Severity.MEDIUM: 4, Severity.LOW: 1}


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of fault."""

    code: str
    severity: Severity
    title: str
    mend: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault that was seen somewhere."""

    kind: Kind
    where: str


def ranked(findings: Iterable[Finding]) -> list[Finding]:
    """The worst first, each place once."""
    return sorted(set(findings), key=lambda one: (-one.kind.severity, one.kind.code, one.where))


def score(findings: Iterable[Finding]) -> int:
    """From 100 for nothing found down to 0; each kind counts once, however many places have it."""
    cost = sum(_COST[kind.severity] for kind in {one.kind for one in findings})
    return max(0, 100 - cost)


def changes(before: Iterable[str], now: Iterable[str]) -> tuple[list[str], list[str]]:
    """Of two audits' findings as `code where`: what is new, and what was mended."""
    old, new = set(before), set(now)
    return sorted(new - old), sorted(old - new)


_C, _H, _M, _L = Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW
KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        # The database's walls.
        Kind(
            "wall.missing",
            _C,
            "a tenants' table without row level security",
            "ALTER TABLE … ENABLE and FORCE ROW LEVEL SECURITY; give the table its wall() in a migration",
        ),
        Kind(
            "wall.open",
            _C,
            "a policy that shows the tenants' role all rows",
            "make the policy compare tenant_id with app.tenant (tenants/accounts/walls.py)",
        ),
        Kind("wall.view", _H, "a view that reads past row level security", "create it WITH (security_invoker=true)"),
        Kind(
            "wall.matview", _H, "a materialised view that a program's role may read", "revoke it: it knows no policies"
        ),
        Kind(
            "role.strong",
            _C,
            "a program's role that row level security does not bind",
            "ALTER ROLE … NOSUPERUSER NOBYPASSRLS",
        ),
        Kind("role.owner", _H, "a program's role that owns tables", "ALTER TABLE … OWNER TO seatline_owner"),
        Kind(
            "role.password",
            _H,
            "a database role whose password is kept as MD5 or not at all",
            "SET password_encryption='scram-sha-256' and set the password anew",
        ),
        Kind(
            "function.path",
            _H,
            "a SECURITY DEFINER function without a fixed search_path",
            "ALTER FUNCTION … SET search_path = pg_catalog, public",
        ),
        Kind("function.public", _H, "a SECURITY DEFINER function that everybody may run", "REVOKE ALL … FROM PUBLIC"),
        Kind(
            "schema.public",
            _M,
            "everybody may create things in the schema public",
            "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        ),
        Kind("hba.trust", _C, "PostgreSQL lets somebody in without a password", "use scram-sha-256 in pg_hba.conf"),
        Kind(
            "hba.plain",
            _H,
            "PostgreSQL takes connections from other machines without TLS",
            "use hostssl in pg_hba.conf",
        ),
        # The web.
        Kind("web.debug", _C, "debug pages are on", "SEATLINE_DEBUG=no"),
        Kind(
            "web.key", _C, "the secret key is short or well known", "remove it from .local/env; ./run makes a new one"
        ),
        Kind(
            "web.vault",
            _H,
            "no key of its own seals clients' secrets",
            "remove SEATLINE_VAULT_KEY= from .local/env; ./run makes one",
        ),
        Kind("web.hosts", _H, "the web answers to every host name", "name the hosts in SEATLINE_HOSTS"),
        Kind(
            "web.cookies",
            _H,
            "cookies travel without TLS from other machines",
            "put a proxy with TLS in front, and set the cookies secure",
        ),
        Kind("web.password_rules", _M, "short or known passwords are accepted", "AUTH_PASSWORD_VALIDATORS as shipped"),
        # Asterisk.
        Kind(
            "asterisk.old", _H, "Asterisk is older than 22.10.1", "fetch a newer one: remove .local/asterisk, ./run up"
        ),
        Kind("ami.bind", _C, "the manager interface listens beyond loopback", "bindaddr = 127.0.0.1 in manager.conf"),
        Kind("ami.rights", _H, "a manager user may do everything", "name the classes that the user needs"),
        Kind("ami.secret", _C, "a manager's secret is weak", "remove it from .local/env; ./run makes a new one"),
        Kind(
            "ari.bind", _C, "Asterisk's http listens beyond loopback without TLS", "bindaddr = 127.0.0.1 in http.conf"
        ),
        Kind("ari.origins", _H, "any web page may talk to ARI", "remove allowed_origins = * from ari.conf"),
        Kind(
            "ari.password",
            _C,
            "ARI's password is kept in the clear or is weak",
            "password_format = crypt, a new password",
        ),
        Kind(
            "asterisk.dangerous",
            _H,
            "live_dangerously lets the dialplan's callers write files",
            "live_dangerously = no in asterisk.conf",
        ),
        Kind("sip.anonymous", _C, "calls are taken from anybody", "remove the endpoint anonymous from pjsip.conf"),
        Kind("sip.everywhere", _C, "a trunk is recognised from every address", "match the carrier's own addresses"),
        Kind(
            "dialplan.unfiltered",
            _H,
            "a wildcard pattern whose digits are used without FILTER",
            "Set(DIALLED=${FILTER(0-9+*#,${EXTEN})}) first",
        ),
        Kind(
            "dialplan.outbound",
            _C,
            "an inbound context can dial out",
            "remove the Dial or include: ARI dials out, by rule",
        ),
        Kind(
            "cel.digits",
            _C,
            "channel events keep the digits that callers press",
            "name the events in cel.conf, without DTMF",
        ),
        Kind(
            "cdr.on",
            _L,
            "call detail records are written beside ours",
            "unload cdr modules: they are never billed from",
        ),
        # People and keys.
        Kind(
            "staff.password",
            _C,
            "a staff account whose password is its name or a known one",
            "set another password, end its sessions",
        ),
        Kind("staff.unused", _M, "a staff account that nobody used for 90 days", "deactivate it"),
        Kind(
            "staff.superuser",
            _H,
            "an account that passes by the rights of groups",
            "take is_superuser away; give it a group",
        ),
        Kind("leaver.session", _H, "a leaver who is still logged in", "end the sessions"),
        Kind("leaver.key", _H, "an API key in the name of somebody who left", "revoke the key"),
        Kind("key.endless", _M, "an API key that never ends", "make another that ends, revoke this"),
        Kind("key.unused", _L, "an API key that nobody used for 90 days", "revoke it"),
        Kind("agent.pin", _H, "an agent whose PIN is a number of the first that one would try", "give another PIN"),
        Kind(
            "log.anchor",
            _M,
            "an operation log that has grown and was not signed for two hours",
            "is the worker up? ./run status",
        ),
        # Files and ports.
        Kind("file.secret", _C, "a file with secrets that others can read", "chmod 600"),
        Kind("file.sound", _H, "recordings that others on the machine can read", "chmod 700 the folder"),
        Kind(
            "port.open",
            _H,
            "one of our programs listens beyond loopback",
            "bind it to 127.0.0.1; the proxy is the only door",
        ),
        Kind(
            "backup.old",
            _M,
            "no backup of the last day",
            "./run backup every day, or the like of it for a database elsewhere",
        ),
        Kind("backup.here", _M, "backups lie on this machine alone", "./run backup --to a folder of another machine"),
        Kind("backup.untried", _M, "no restore was tried within a month, or it failed", "./run restore --drill"),
    )
}


def found(code: str, where: str) -> Finding:
    """A finding of a known kind. Raises KeyError for another."""
    return Finding(KINDS[code], where)

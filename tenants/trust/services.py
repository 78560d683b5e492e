"""Write down what was done with a tenant's data, seal it, and prove later that nothing of it was changed.

An entry is written in the transaction of the act: neither exists without the other. Values of customers do not stand
in the log, only ids: it stays when a tenant's data is destroyed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import orjson
from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from seatline import clock
from seatline.errors import BadInput
from seatline.signing import sign, signed_by
from tenants.accounts.models import Tenant
from tenants.trust.actor import current_actor
from tenants.trust.chain import Entry, Fault, Head, canonical, verify
from tenants.trust.models import Anchor, Operation

OPERATOR = "operator"  # the name of the chain without a tenant
_BATCH = 2000
ONE_LOOK = timedelta(minutes=10)


class AnchorUnreadable(BadInput):
    """{path} is no anchor: it must be as Seatline wrote it. Copy it again from where it was sent to."""


class AnchorForged(BadInput):
    """{path} was not signed by the key that it names. Somebody changed it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found of one chain: how long it is, how many anchors were compared, and what is wrong."""

    chain: str
    entries: int
    anchors: int
    faults: tuple[Fault, ...]


def log_operation(tenant_id: UUID | None, act: str, what: str, **details: str | int | bool | None) -> None:
    """Write down an act of whoever acts now, such as recording.heard, on `what`, an id. To be called in a scope.

    `details` are ids, counts and codes. In a tenant's scope the tenant's own chain alone can be written to.
    """
    actor, at = current_actor(), clock.now().astimezone(UTC)
    content = canonical(
        {
            "at": at.isoformat(timespec="microseconds"), "act": act, "what": what, "actor": actor.name,
            "kind": actor.kind, "address": actor.address, "details": details,
        }
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT log_operation(%s, %s, %s, %s, %s)", [tenant_id, at, act, str(actor), content])


def log_look(tenant_id: UUID | None, act: str, what: str) -> None:
    """Write down that somebody looks at something, such as recording.heard; once for all the pieces that a player
    fetches one after another within `ONE_LOOK`."""
    recent = _chain(tenant_id).filter(
        at__gt=clock.now() - ONE_LOOK, act=act, actor=str(current_actor()), content__contains=what
    )
    if not recent.exists():
        log_operation(tenant_id, act, what)


def anchor_all(at: datetime, folder: Path | None = None) -> list[Path]:
    """Sign the head of every chain that has grown, keep it, and write it to a file to be sent away; the files."""
    heads = Operation.objects.order_by("tenant_id", "-seq").distinct("tenant_id").values_list("tenant", "seq", "hash")
    known = set(Anchor.objects.values_list("tenant", "seq"))
    codes: dict[UUID | None, str] = {None: OPERATOR, **dict(_codes())}
    written = []
    for tenant_id, seq, head in heads:
        if (tenant_id, seq) in known:
            continue
        chain = codes[tenant_id]
        text = _anchored(chain, seq, head, at)
        signature, public_key = sign(text)
        Anchor.objects.create(
            tenant_id=tenant_id, seq=seq, hash=head, made_at=at, signature=signature, public_key=public_key
        )
        body = {**orjson.loads(text), "signature": signature, "public_key": public_key}
        written.append(_write((folder or anchors_folder()) / chain, f"{seq:012}.json", orjson.dumps(body)))
    return written


def anchors_folder() -> Path:
    """Where anchors are written for sending; a copy of it elsewhere is what makes a log safe from ourselves."""
    return Path(settings.VAR) / "anchors"


def verify_all(folders: Iterable[Path] = ()) -> Iterator[Verdict]:
    """A verdict for each chain, against the anchors kept here and those in `folders`.

    Raises AnchorUnreadable and AnchorForged. To be called in the operator's scope.
    """
    heads: dict[str, list[Head]] = {}
    codes: dict[UUID | None, str] = {None: OPERATOR, **dict(_codes())}
    for tenant_id, seq, head in Anchor.objects.values_list("tenant_id", "seq", "hash"):
        heads.setdefault(codes[tenant_id], []).append(Head(seq, head))
    for folder in folders:
        for path in sorted(folder.rglob("*.json")):
            chain, found = read_anchor(path)
            heads.setdefault(chain, []).append(found)
    for owner, chain in codes.items():
        entries = _Counted(owner)
        anchors = heads.get(chain, [])
        faults = tuple(verify(entries, anchors))
        if entries.count or anchors:
            yield Verdict(chain, entries.count, len(anchors), faults)


class _Counted:
    """The entries of one chain as they are read, and how many they were."""

    def __init__(self, tenant_id: UUID | None) -> None:
        self._rows = _chain(tenant_id).order_by("seq").values_list("seq", "content", "before", "hash")
        self.count = 0

    def __iter__(self) -> Iterator[Entry]:
        for row in self._rows.iterator(_BATCH):
            self.count += 1
            yield Entry(*row)


def _chain(tenant_id: UUID | None) -> QuerySet[Operation]:
    rows = Operation.objects.all()
    return rows.filter(tenant_id=tenant_id) if tenant_id else rows.filter(tenant_id__isnull=True)


def _codes() -> Iterable[tuple[UUID, str]]:
    return Tenant.objects.values_list("id", "code")


def read_anchor(path: Path) -> tuple[str, Head]:
    """The chain and head of an anchor's file, once its signature was checked."""
    try:
        body = orjson.loads(path.read_bytes())
        chain, seq, head = str(body["chain"]), int(body["seq"]), str(body["hash"])
        text = _anchored(chain, seq, head, datetime.fromisoformat(body["at"]))
        signature, public_key = str(body["signature"]), str(body["public_key"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AnchorUnreadable(path=path) from error
    if not signed_by(text, signature, public_key):
        raise AnchorForged(path=path)
    return chain, Head(seq, head)


def _anchored(chain: str, seq: int, head: str, at: datetime) -> str:
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    return canonical({"chain": chain, "seq": seq, "hash": head, "at": moment})


def _write(folder: Path, name: str, body: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.with_suffix(".tmp").write_bytes(body)
    return path.with_suffix(".tmp").replace(path)

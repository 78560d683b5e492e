"""What can be listened to, and who may: pure values.

Rules of this file: an address is `TENANT/TOPIC`, TENANT being a tenant's id or `all`, TOPIC a word such as `board`, or
a word and whose it is: `agent/ID`. A topic's word says which right opens it (`topics.py`); the tenant is the wall.
"""

import re
from dataclasses import dataclass
from uuid import UUID

from seatline.errors import BadInput

ALL = "all"
_TOPIC = re.compile(r"[a-z][a-z_]{0,31}(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?")


class NoSuchAddress(BadInput):
    """There is nothing to listen to at “{address}”."""


@dataclass(frozen=True, slots=True)
class Address:
    """One topic of one tenant; of all tenants together if none is named."""

    tenant_id: UUID | None
    topic: str

    @property
    def word(self) -> str:
        """The kind of topic."""
        return self.topic.partition("/")[0]

    def __str__(self) -> str:
        return f"{self.tenant_id or ALL}/{self.topic}"


@dataclass(frozen=True, slots=True)
class Pass:
    """What opens to somebody: these topics of one tenant, of every tenant if none is named.

    `topics` are whole topics (`board`, `agent/ID`), or words with everything behind them (`agent/*`).
    """

    tenant_id: UUID | None
    topics: frozenset[str]

    def opens(self, address: Address) -> bool:
        """Whether this address may be listened to."""
        if self.tenant_id is not None and self.tenant_id != address.tenant_id:
            return False
        return address.topic in self.topics or ("/" in address.topic and f"{address.word}/*" in self.topics)


def read_address(text: str) -> Address:
    """The address of a text. Raises NoSuchAddress."""
    tenant, _, topic = text.partition("/")
    if not _TOPIC.fullmatch(topic):
        raise NoSuchAddress(address=text[:80])
    try:
        return Address(None if tenant == ALL else UUID(tenant), topic)
    except ValueError as error:
        raise NoSuchAddress(address=text[:80]) from error

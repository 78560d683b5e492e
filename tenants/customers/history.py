"""All that was ever had with a customer, over all channels: asked of whoever keeps it.

Calls, messages and chats belong to floors above, which this floor does not know. They register a source when they are
ready; a source is asked for the contacts of some numbers and customers in the tenant's scope, and nothing is kept
twice. So a customer who is entered today has a history of the calls that he made last year.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import nlargest
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Contact:
    """Something that was had with a customer. `channel` is call, case, message …; `what` and `outcome` are for people
    in the language of the screen; `agent_id` names an agent of the floor above."""

    id: UUID
    channel: str
    at: datetime
    number: str = ""
    inbound: bool = True
    what: str = ""
    outcome: str = ""
    agent_id: UUID | None = None
    talked: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose contacts are asked for: any of these numbers (E.164) or customers; the newest `most` before `before`."""

    numbers: Sequence[str]
    customers: Sequence[UUID]
    most: int
    before: datetime | None = None


Source = Callable[[Asked], Iterable[Contact]]
_sources: dict[str, Source] = {}


def register(name: str, source: Source) -> None:
    """Say who knows contacts; under the same name again it takes the place of the one before."""
    _sources[name] = source


def contacts_of(asked: Asked) -> list[Contact]:
    """The newest contacts over all sources, the newest first. In the tenant's scope."""
    found = [contact for source in _sources.values() for contact in source(asked)]
    return nlargest(asked.most, found, key=lambda contact: (contact.at, contact.id))

"""From the journal on disk into PostgreSQL: ledger, presence, and the calls that are read from the ledger.

Rules of this file: a batch is one transaction, and only then leaves the journal. A crash in between ships the batch
again, and every step knows what it has seen: facts by call and number, states by their id, rows by comparison.
"""

from collections.abc import Sequence

import structlog
from django.db import DataError, IntegrityError, connection

from agents.presence.services import PresenceFact, PresenceState, record
from telephony.journal.disk import Entry, Unshipped, WrittenFact, WrittenState
from telephony.journal.models import LedgerEntry
from telephony.journal.projector import alone, project, tell
from tenants.accounts.scope import telephony_scope

log = structlog.get_logger(__name__)


def ship(journal: Unshipped, limit: int = 500) -> int:
    """Move the oldest entries, at most `limit`, out of the journal; how many were moved. Raises what `carry` raises."""
    entries = carry(journal, limit)
    if entries:
        journal.delete_shipped(entries[-1].position)
    return len(entries)


def carry(journal: Unshipped, limit: int = 500, after: int = 0) -> Sequence[Entry]:
    """Write entries behind position `after`, at most `limit`, into PostgreSQL; those that are safe there now.

    Runs in a scope of its own. Raises Django's OperationalError or InterfaceError while PostgreSQL is away: nothing is
    lost then, and a later call does the work. An entry that PostgreSQL refuses for its content is kept apart in the
    journal, so that it does not hold up those behind it.
    """
    entries = journal.pending(limit, after)
    if not entries:
        return ()
    try:
        _store(entries)
    except (IntegrityError, DataError):
        _store_one_by_one(journal, entries)
    return entries


def _store(entries: Sequence[Entry]) -> None:
    facts = [entry.written for entry in entries if isinstance(entry.written, WrittenFact)]
    states = [entry.written for entry in entries if isinstance(entry.written, WrittenState)]
    calls = list(dict.fromkeys(fact.call for fact in facts))
    with telephony_scope():
        alone()
        LedgerEntry.objects.bulk_create([_ledger_entry(fact) for fact in facts], ignore_conflicts=True)
        record([_presence_fact(state) for state in states])
        # Foreign keys wait for the commit otherwise, where nobody could tell which entry is at fault.
        connection.check_constraints()
        project(calls)
        tell(calls)


def _store_one_by_one(journal: Unshipped, entries: Sequence[Entry]) -> None:
    for entry in entries:
        try:
            _store([entry])
        except (IntegrityError, DataError) as error:
            why = str(error).split("\n", maxsplit=1)[0]
            log.critical("ledger refuses an entry; it stays in the journal", position=entry.position, cause=why)
            journal.refuse(entry.position, why)


def _ledger_entry(fact: WrittenFact) -> LedgerEntry:
    return LedgerEntry(
        tenant_id=fact.tenant, call_id=fact.call, seq=fact.seq, at=fact.at, kind=fact.kind, body=fact.body
    )


def _presence_fact(written: WrittenState) -> PresenceFact:
    state = written.state
    return PresenceFact(
        id=written.id, session_id=state.session, agent_id=state.agent, tenant_id=state.tenant, at=state.at,
        state=PresenceState(state.state.value), call_id=state.call, reason=state.reason,
    )  # fmt: skip

"""Facts survive the journal: what is read back is what was written."""

import json
from dataclasses import MISSING, fields
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.core import facts as fact
from telephony.core.plain_facts import KINDS, body, restore
from telephony.core.values import EndedBy, Outcome
from tests.builders.calls import NINE, a_call_id

HEAD = {field.name for field in fields(fact.Fact)}
# Text as PostgreSQL's jsonb takes it.
texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20)
VALUES = {
    str: texts,
    int: st.integers(-(2**31), 2**31),
    float: st.floats(allow_nan=False, allow_infinity=False),
    int | None: st.none() | st.integers(0, 2**31),
    bool: st.booleans(),
    UUID: st.uuids(),
    UUID | None: st.none() | st.uuids(),
    Outcome: st.sampled_from(Outcome),
    EndedBy: st.sampled_from(EndedBy),
    dict[str, str]: st.dictionaries(texts, texts, max_size=3),
    tuple[str, ...]: st.lists(texts, max_size=3).map(tuple),
}
FROM, TO = datetime(2020, 1, 1), datetime(2100, 1, 1)  # noqa: DTZ001  hypothesis adds the zone
instants = st.datetimes(FROM, TO, timezones=st.just(UTC))
any_fact = st.sampled_from(sorted(KINDS)).flatmap(
    lambda name: st.builds(
        KINDS[name], call=st.uuids(), seq=st.integers(1, 10_000), at=instants, tenant=st.none() | st.uuids(),
        **{field.name: VALUES[field.type] for field in fields(KINDS[name]) if field.name not in HEAD},
    )
)  # fmt: skip


@given(any_fact)
def test_fact_that_went_through_json_is_the_same_fact(one):
    text = json.dumps(body(one), allow_nan=False)
    again = restore(type(one).__name__, json.loads(text), call=one.call, seq=one.seq, at=one.at, tenant=one.tenant)
    assert again == one
    for field in fields(one):
        assert type(getattr(again, field.name)) is type(getattr(one, field.name))


def test_every_kind_of_fact_can_be_restored():
    kinds = {kind for kind in vars(fact).values() if isinstance(kind, type) and issubclass(kind, fact.Fact)}
    assert set(KINDS.values()) == kinds - {fact.Fact}


def test_kinds_and_fields_of_old_ledgers_still_exist():
    """Ledgers of years hold them: a name may be added here, never changed or taken away."""
    first = {
        "CallArrived": {"dialled", "caller", "caller_name", "sip_call_id", "channel", "practice"},
        "CallAnswered": set(),
        "FlowEntered": {"flow", "flow_code", "version", "merchant"},
        "NodesPassed": {"path", "language"},
        "QueueEntered": {"queue", "queue_code"},
        "QueueLeft": {"reason"},
        "AgentOffered": {"leg", "agent", "endpoint", "channel"},
        "AgentMissed": {"leg", "agent", "cause"},
        "AgentConnected": {"leg", "agent"},
        "RecordingStarted": {"name"},
        "RecordingStored": {"name", "seconds", "peak_db", "size"},
        "RecordingLost": {"name", "why"},
        "LegEnded": {"leg", "cause"},
        "CallEnded": {"outcome", "ended_by"},
    }
    for name, old in first.items():
        now = {field.name: field for field in fields(KINDS[name]) if field.name not in HEAD}
        assert old <= set(now), name
        added = [field for key, field in now.items() if key not in old]
        assert all(field.default is not MISSING for field in added), f"a new field of {name} needs a default"


def test_fact_of_an_older_version_is_read_with_defaults():
    old = {"dialled": "+861252", "caller": "+862161234567"}
    read = restore("CallArrived", old, call=a_call_id(), seq=1, at=NINE, tenant=None)
    assert read.caller_name == "" and read.practice is False


def test_kind_of_a_newer_version_is_refused_by_name():
    with pytest.raises(KeyError, match="CallTransferred"):
        restore("CallTransferred", {}, call=a_call_id(), seq=1, at=NINE, tenant=None)

"""Whatever is done to a log is seen: the six ways to tamper, alone and by chance."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenants.trust.chain import START, Entry, Fault, FaultKind, Head, canonical, seal, verify


def a_log(*contents: str) -> list[Entry]:
    log, before = [], START
    for seq, content in enumerate(contents, 1):
        log.append(Entry(seq, content, before, seal(before, seq, content)))
        before = log[-1].hash
    return log


LOG = a_log(*"abcdefgh")
ANCHORS = [Head(entry.seq, entry.hash) for entry in (LOG[3], LOG[7])]


def test_whole_log_has_no_fault():
    assert list(verify(LOG, ANCHORS)) == []
    assert list(verify([], [])) == []


def kinds(entries, anchors=ANCHORS):
    return {fault.kind for fault in verify(entries, anchors)}


def test_edit_is_seen_at_the_entry():
    log = [replace(entry, content="x") if entry.seq == 3 else entry for entry in LOG]
    assert list(verify(log, ANCHORS)) == [Fault(FaultKind.EDITED, 3)]


def test_deletion_is_seen():
    assert FaultKind.GAP in kinds([entry for entry in LOG if entry.seq != 5])


def test_swap_is_seen():
    log = [*LOG[:2], replace(LOG[3], seq=3), replace(LOG[2], seq=4), *LOG[4:]]
    assert kinds(log) >= {FaultKind.EDITED, FaultKind.UNLINKED}


def test_insertion_is_seen():
    between = Entry(4, "new", LOG[2].hash, seal(LOG[2].hash, 4, "new"))
    moved = [replace(entry, seq=entry.seq + 1) for entry in LOG[3:]]
    assert kinds([*LOG[:3], between, *moved]) >= {FaultKind.EDITED, FaultKind.UNLINKED, FaultKind.REWRITTEN}


def test_cut_tail_is_seen_by_an_anchor_and_only_by_it():
    assert list(verify(LOG[:6], ANCHORS)) == [Fault(FaultKind.CUT, 8)]
    assert list(verify(LOG[:6])) == []


def test_log_written_anew_is_seen_by_an_anchor_and_only_by_it():
    anew = a_log(*"abcXefgh")
    assert list(verify(anew, ANCHORS)) == [Fault(FaultKind.REWRITTEN, 4), Fault(FaultKind.REWRITTEN, 8)]
    assert list(verify(anew)) == []


CONTENTS = st.lists(st.text(max_size=4), min_size=2, max_size=12)


@given(CONTENTS, st.data())
@settings(max_examples=60)
def test_no_single_change_stays_unseen(contents, data):
    log = a_log(*contents)
    heads = [Head(log[-1].seq, log[-1].hash)]
    at = data.draw(st.integers(0, len(log) - 1))
    other = data.draw(st.text(max_size=4).filter(lambda text: text != log[at].content))
    edited = [*log[:at], replace(log[at], content=other), *log[at + 1 :]]
    resealed = a_log(*[*contents[:at], other, *contents[at + 1 :]])
    for changed in (edited, resealed, log[:at] + log[at + 1 :]):
        assert list(verify(changed, heads))


def test_same_values_are_the_same_text_and_floats_have_none():
    assert canonical({"b": 1, "a": [True, None, "é"]}) == '{"a":[true,null,"é"],"b":1}'
    with pytest.raises(TypeError):
        canonical({"a": 0.1})
    with pytest.raises(TypeError):
        canonical({1: "a"})

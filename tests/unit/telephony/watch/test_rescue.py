"""Whom the watchdog helps, and when it thinks the switch silent."""

from telephony.watch import heartbeat
from telephony.watch.heartbeat import Beat
from telephony.watch.rescue import AGAIN_AFTER, SILENT_AFTER, Helped, Silence, Stranded, stranded

CALLER = {"id": "c1", "name": "PJSIP/trunk-carrier-00000001"}
WAITING = {"id": "c2", "name": "PJSIP/trunk-carrier-00000002"}
RINGING = {"id": "a2", "name": "PJSIP/seat-002-00000004"}
AGENT = {"id": "a1", "name": "PJSIP/seat-001-00000003"}
STRANGER = {"id": "q1", "name": "PJSIP/trunk-carrier-00000009"}
ALL = [{**one, "dialplan": {"context": "from-trunk"}} for one in (CALLER, WAITING, RINGING, AGENT, STRANGER)]
TALK = {"id": "talk", "channels": ["c1", "a1"]}


def a_beat(monotonic=100.0, ready=True):
    return Beat(monotonic=monotonic, at="2026-11-24T01:00:00+00:00", pid=1, ready=ready)


def test_callers_who_are_alone_are_sent_on_and_phones_that_ring_for_them_silenced():
    assert stranded(["c1", "c2", "a1", "a2"], ALL, [TALK]) == Stranded(callers=("c2",), phones=("a2",))


def test_whoever_talks_and_whoever_is_not_the_switchs_is_never_touched():
    assert not stranded(["c1", "a1"], ALL, [TALK])
    assert not stranded([], ALL, [])


def test_who_hears_music_since_an_agent_has_set_him_aside_is_left_to_that_agent():
    held, waiting = ({**WAITING, "dialplan": {"context": "from-trunk"}, "channelvars": {"STAGE": stage}} for stage in
                     ("talking", "queue"))  # fmt: skip
    assert not stranded(["c2"], [held], [])
    assert stranded(["c2"], [waiting], []).callers == ("c2",)


def test_who_is_in_the_fallback_already_is_left_there_although_the_application_still_hears_of_him():
    in_fallback = {**WAITING, "dialplan": {"context": "fallback"}}
    assert not stranded(["c2"], [in_fallback], [])


def test_who_was_helped_is_not_helped_again_at_once():
    helped = Helped()
    assert helped.now(["c1"], 100.0) == ["c1"]
    assert helped.now(["c1", "c2"], 100.5) == ["c2"]
    assert helped.now(["c1"], 100.0 + AGAIN_AFTER) == ["c1"]


def test_silence_counts_from_the_last_good_beat():
    silence = Silence(100.0)
    assert silence.look(0.2, True, 110.0) < SILENT_AFTER
    assert silence.look(3.3, True, 113.1) > SILENT_AFTER
    assert silence.look(0.0, True, 114.0) == 0


def test_a_switch_that_beats_and_is_not_ready_is_silent_too():
    silence = Silence(100.0)
    assert silence.look(0.1, False, 103.5) > SILENT_AFTER


def test_a_watchdog_that_has_just_begun_gives_a_switch_its_time():
    assert Silence(100.0).look(None, False, 101.0) < SILENT_AFTER


def test_beats_are_read_as_written_and_their_age_is_of_the_clock_that_nobody_sets(tmp_path):
    path = heartbeat.path_in(tmp_path)
    assert heartbeat.read(path) is None
    heartbeat.write(path, a_beat())
    beat = heartbeat.read(path)
    assert beat == a_beat()
    assert heartbeat.age(beat, 101.5) == 1.5
    assert heartbeat.age(beat, 99.0) is None, "of before the machine's restart"
    assert heartbeat.age(None, 99.0) is None


def test_a_torn_file_is_no_beat(tmp_path):
    path = heartbeat.path_in(tmp_path)
    heartbeat.write(path, a_beat())
    path.write_bytes(path.read_bytes()[:20])
    assert heartbeat.read(path) is None

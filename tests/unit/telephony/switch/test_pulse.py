"""The switch's heartbeat and alarms."""

from datetime import timedelta

from telephony.switch.ailments import SCARCE, ailments
from telephony.switch.pulse import Pulse
from telephony.watch import heartbeat
from tests.builders.calls import NINE


class Clock:
    def __init__(self):
        self.now = NINE

    def __call__(self):
        return self.now


def a_pulse(folder, clock, ails=None):
    return Pulse(folder, clock, lambda: (True, 3, 2), lambda: ails or {})


def test_a_beat_says_what_the_switch_does_and_what_ails_it(tmp_path):
    ails = {"ami": "AMI is away"}
    a_pulse(tmp_path, Clock(), ails).beat(100.0)
    beat = heartbeat.read(heartbeat.path_in(tmp_path))
    assert (beat.ready, beat.calls, beat.waiting, beat.alarms, beat.monotonic) == (True, 3, 2, ails, 100.0)


def test_the_worst_lag_since_the_last_beat_is_told_once(tmp_path):
    pulse = a_pulse(tmp_path, Clock())
    for lag in (0.01, 0.4, 0.02):
        pulse.lag(lag)
    pulse.beat(100.0)
    beat = heartbeat.read(heartbeat.path_in(tmp_path))
    assert beat.lag == 0.4
    assert "lag" in beat.alarms
    pulse.beat(100.5)
    assert heartbeat.read(heartbeat.path_in(tmp_path)).alarms == {}


def test_a_clock_that_is_set_is_an_alarm_for_a_while_and_makes_nobody_look_dead(tmp_path):
    clock = Clock()
    pulse = a_pulse(tmp_path, clock)
    pulse.beat(100.0)
    clock.now += timedelta(seconds=0.5)
    pulse.beat(100.5)
    assert heartbeat.read(heartbeat.path_in(tmp_path)).alarms == {}
    clock.now += timedelta(hours=-1)
    pulse.beat(101.0)
    beat = heartbeat.read(heartbeat.path_in(tmp_path))
    assert "-3600" in beat.alarms["clock"]
    assert heartbeat.age(beat, 101.2) < 1
    clock.now += timedelta(seconds=700)
    pulse.beat(801.0)
    assert heartbeat.read(heartbeat.path_in(tmp_path)).alarms == {}


def test_a_heartbeat_that_cannot_be_written_ends_nothing(tmp_path):
    (tmp_path / "run").write_text("a file where the folder should be")
    a_pulse(tmp_path, Clock()).beat(100.0)


def test_each_ailment_has_a_name_and_a_healthy_switch_none(tmp_path, monkeypatch):
    well = {"away": (), "nodes": 1, "ami": True, "database": "", "unwritten": 0, "recordings": tmp_path}
    monkeypatch.setattr("telephony.switch.ailments.free_bytes", lambda _folder: SCARCE)
    assert ailments(**well) == {}
    monkeypatch.setattr("telephony.switch.ailments.free_bytes", lambda _folder: SCARCE - 1)
    ill = {**well, "away": ("seatline",), "ami": False, "database": "refused", "unwritten": 4}
    assert set(ailments(**ill)) == {"asterisk", "ami", "database", "journal", "disk"}
    assert set(ailments(**well | {"away": ("node-2",), "nodes": 2})) == {"node node-2", "disk"}

"""What a waveform is drawn from."""

import io

import pytest

from telephony.recordings.peaks import POINTS, packed, peaks_of, unpacked
from tests.builders.sounds import write_sound


def test_each_lane_has_its_own_loudness(tmp_path):
    with write_sound(tmp_path / "two.wav", 2.0).open("rb") as source:
        caller, agent = peaks_of(source)
    assert 0.9 * POINTS < len(caller) <= POINTS and len(caller) == len(agent)
    assert min(caller) > 110 and max(caller) < 130, "a tone of half of full scale"
    assert not any(agent)


def test_message_has_one_lane_and_a_short_sound_as_many_points_as_it_has_samples(tmp_path):
    with write_sound(tmp_path / "one.wav", 0.001, lanes=1).open("rb") as source:
        (lane,) = peaks_of(source)
    assert len(lane) == 8


def test_what_is_no_sound_is_an_oserror_and_what_was_packed_is_unpacked():
    with pytest.raises(OSError):
        peaks_of(io.BytesIO(b"no sound"))
    assert unpacked(packed((b"\x01\x02", b"\x03\x04"))) == (b"\x01\x02", b"\x03\x04")
    for broken in (b"", b"\x00", b"\x02abc"):
        with pytest.raises(ValueError):
            unpacked(broken)

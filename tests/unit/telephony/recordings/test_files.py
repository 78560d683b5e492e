"""From Asterisk's raw sound to the WAV that is kept."""

import math
import wave
from array import array
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from uuid import UUID

import pytest

from telephony.recordings.files import CHUNK, RATE, SILENCE_DB, day_of, keep, left_over, path_of

CALL = UUID(int=0xCA11)


def raw_sound(path: Path, seconds: float, caller: int, agent: int) -> Path:
    """Caller and agent as tones whose loudest samples are `caller` and `agent`."""
    frames = round(seconds * RATE)
    samples = array("h")
    for number in range(frames):
        wave_form = math.sin(2 * math.pi * 1000 * number / RATE)  # eight samples a turn: the peak itself is hit
        samples.extend((round(caller * wave_form), round(agent * wave_form)))
    path.write_bytes(samples.tobytes())
    return path


def channels(wav: Path) -> tuple[array, array]:
    with wave.open(str(wav)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (2, 2, RATE)
        samples = array("h", sound.readframes(sound.getnframes()))
    return samples[0::2], samples[1::2]


def test_caller_is_left_and_agent_is_right(tmp_path):
    raw = raw_sound(tmp_path / "call.raw", 1, caller=8000, agent=16384)
    kept = keep(raw, tmp_path / "museum" / "call.wav")
    left, right = channels(tmp_path / "museum" / "call.wav")
    assert (max(left), max(right)) == (8000, 16384)
    assert kept.seconds == 1
    assert kept.size == (tmp_path / "museum" / "call.wav").stat().st_size == 44 + 4 * RATE
    assert not raw.exists()


@pytest.mark.parametrize(
    ("loudest", "peak_db"),
    [
        # Half of full scale is 6 dB below it.
        (16384, -6.02),
        (3276, -20.0),
        # Nothing was said at all.
        (0, SILENCE_DB),
    ],
)
def test_peak_is_that_of_the_louder_side(tmp_path, loudest, peak_db):
    raw = raw_sound(tmp_path / "call.raw", 0.5, caller=loudest // 3, agent=loudest)
    assert keep(raw, tmp_path / "call.wav").peak_db == pytest.approx(peak_db, abs=0.01)


def test_lowest_sample_counts_as_loud(tmp_path):
    raw = tmp_path / "call.raw"
    raw.write_bytes(array("h", [0, 0, -32768, 0]).tobytes())
    assert keep(raw, tmp_path / "call.wav").peak_db == 0


def test_sound_longer_than_a_chunk_is_whole(tmp_path):
    raw = tmp_path / "call.raw"
    raw.write_bytes(b"\x01\x00\x02\x00" * (CHUNK // 4 + 7))
    assert keep(raw, tmp_path / "call.wav").seconds == (CHUNK // 4 + 7) / RATE
    left, right = channels(tmp_path / "call.wav")
    assert set(left) == {1}
    assert set(right) == {2}


def test_frame_that_was_cut_off_is_left_out(tmp_path):
    raw = tmp_path / "call.raw"
    raw.write_bytes(b"\x01\x00\x02\x00\x03\x00\x04")
    assert keep(raw, tmp_path / "call.wav").seconds == 1 / RATE


def test_run_that_was_killed_after_its_work_is_repeated_without_harm(tmp_path):
    raw = raw_sound(tmp_path / "call.raw", 1, 500, 1000)
    first = keep(raw, tmp_path / "call.wav")
    assert keep(raw, tmp_path / "call.wav") == first


def test_half_made_file_of_a_killed_run_is_made_anew(tmp_path):
    raw = raw_sound(tmp_path / "call.raw", 1, 500, 1000)
    (tmp_path / "call.tmp").write_bytes(b"half")
    assert keep(raw, tmp_path / "call.wav").seconds == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["call.wav"]


def test_missing_sound_is_an_error_and_leaves_nothing(tmp_path):
    with pytest.raises(FileNotFoundError):
        keep(tmp_path / "call.raw", tmp_path / "call.wav")
    assert list(tmp_path.iterdir()) == []


def test_raw_file_stays_when_the_wav_cannot_be_written(tmp_path):
    raw = raw_sound(tmp_path / "call.raw", 0.1, 1, 1)
    (tmp_path / "museum").touch()  # a file where the folder should be
    with pytest.raises(OSError, match="museum"):
        keep(raw, tmp_path / "museum" / "call.wav")
    assert raw.exists()


def test_left_over_files_are_those_named_after_calls(tmp_path):
    for name in (f"{CALL}.raw", f"{CALL}.wav", "moh.raw"):
        (tmp_path / name).touch()
    assert list(left_over(tmp_path)) == [(CALL, tmp_path / f"{CALL}.raw")]
    assert list(left_over(tmp_path / "not there")) == []


def test_path_says_tenant_day_and_call():
    assert path_of("museum", date(2026, 11, 24), CALL) == Path("museum", "2026-11-24", f"{CALL}.wav")
    assert path_of("", date(2026, 11, 24), CALL).parts[0] == "operator"
    with pytest.raises(ValueError, match="no folder name"):
        path_of("../etc", date(2026, 11, 24), CALL)


def test_day_is_that_of_utc():
    """Half past seven in the morning in Shanghai is still the day before in UTC."""
    shanghai = timezone(timedelta(hours=8))
    assert day_of(datetime(2026, 11, 24, 7, 30, tzinfo=shanghai)) == date(2026, 11, 23)
    assert day_of(datetime(2026, 11, 24, 7, 30, tzinfo=UTC)) == date(2026, 11, 24)

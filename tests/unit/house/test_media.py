"""A-law and RFC 4733: what the scripted caller puts on the wire."""

import asyncio
import itertools
import math
import wave
from array import array

from seatline.house.media import LINEAR, Voice, a_law_of


def a_tone(path, hertz: float = 440, seconds: float = 1, loudness: int = 12000):
    samples = array(
        "h", (round(loudness * math.sin(2 * math.pi * hertz * n / 8000)) for n in range(int(seconds * 8000)))
    )
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(samples.tobytes())
    return samples


def test_a_law_is_within_its_own_step_of_the_sample(tmp_path):
    samples = a_tone(tmp_path / "tone.wav")
    for sample, code in zip(samples, a_law_of(tmp_path / "tone.wav"), strict=True):
        assert abs(LINEAR[code] - sample) <= max(32, abs(sample) / 16)


def test_known_codes_of_g711():
    # The largest, the smallest above zero, and their mirror images.
    assert (LINEAR[0xAA], LINEAR[0x2A], LINEAR[0xD5], LINEAR[0x55]) == (32256, -32256, 8, -8)


class Wire:
    """Takes the place of the socket."""

    def __init__(self):
        self.packets = []

    def sendto(self, data, _address):
        self.packets.append(data)

    def close(self):
        pass


async def test_a_key_is_one_event_whose_end_is_said_three_times(tmp_path):
    a_tone(tmp_path / "tone.wav")
    voice = Voice(a_law_of(tmp_path / "tone.wav"))
    voice._transport = wire = Wire()
    voice.key("7")
    voice.speak_to("127.0.0.1", 9)
    await asyncio.sleep(0.5)
    await voice.stop()
    events = [packet for packet in wire.packets if packet[1] & 0x7F == 101]
    assert {packet[12] for packet in events} == {7}
    assert len({packet[4:8] for packet in events}) == 1  # one timestamp: one event
    assert [bool(packet[13] & 0x80) for packet in events] == [False] * 5 + [True] * 3
    assert [bool(packet[1] & 0x80) for packet in events] == [True] + [False] * 7  # the marker begins it
    numbers = [int.from_bytes(packet[2:4], "big") for packet in wire.packets]
    assert all((after - before) & 0xFFFF == 1 for before, after in itertools.pairwise(numbers))


async def test_what_is_heard_is_kept(tmp_path):
    voice = Voice(b"")
    header = bytes([0x80, 8]) + bytes(10)
    for _ in range(50):
        voice.datagram_received(header + bytes([0xAA]) * 160, ("127.0.0.1", 1))
    assert voice.save(tmp_path / "heard.wav") == 1.0


async def test_a_caller_is_asked_when_the_house_has_spoken_and_fell_silent(monkeypatch):
    monkeypatch.setattr("seatline.house.media._PAUSE", 0.1)
    voice = Voice(b"")
    header = bytes([0x80, 8]) + bytes(10)
    asked = asyncio.create_task(voice.asked())
    for _ in range(10):  # silence alone asks nothing
        voice.datagram_received(header + bytes([0xD5]) * 160, ("127.0.0.1", 1))
        await asyncio.sleep(0.02)
    assert not asked.done()
    for _ in range(3):
        voice.datagram_received(header + bytes([0xAA]) * 160, ("127.0.0.1", 1))
        await asyncio.sleep(0.02)
    assert not asked.done()
    await asyncio.wait_for(asked, 1)

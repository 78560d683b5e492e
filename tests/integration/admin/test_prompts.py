"""Prompts are recorded or spoken, kept until they are replaced, and heard; values are heard as they are said."""

import io
import re
import shutil
import wave
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from telephony.plans.models import Prompt
from telephony.plans.speech import speak
from tenants.accounts.scope import operator_scope

pytestmark = pytest.mark.skipif(
    shutil.which("sox") is None or shutil.which("espeak-ng") is None, reason="sox or espeak-ng is not installed"
)
LIST = "/admin/telephony/prompt/"


def text(answer) -> str:
    """The page without its tags."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


def a_recording(seconds: float = 1.0, name: str = "hello.wav") -> SimpleUploadedFile:
    """A WAV as a studio gives it."""
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setparams((2, 2, 44100, 0, "NONE", ""))
        sound.writeframes(b"\x10\x20\x30\x10" * round(44100 * seconds))
    return SimpleUploadedFile(name, out.getvalue(), "audio/wav")


def seconds_of(content: bytes) -> float:
    """How long a WAV is."""
    with wave.open(io.BytesIO(content)) as sound:
        return sound.getnframes() / sound.getframerate()


@pytest.fixture
def ops(staff, house, settings, tmp_path):
    settings.VAR = tmp_path
    return staff("operations")


def form(house, **fields):
    """What the form of a prompt sends."""
    return {"tenant": str(house.tenant.pk), "name": "hello", "language": "en", "text": "Hello.", **fields}


def the_prompt() -> Prompt:
    with operator_scope():
        return Prompt.objects.get(name="hello")


def test_recording_is_taken_heard_and_kept_until_it_is_replaced(ops, house):
    assert ops.post(f"{LIST}add/", form(house, recording=a_recording())).status_code == 302
    prompt = the_prompt()
    assert prompt.source == "upload"
    heard = b"".join(ops.get(f"{LIST}{prompt.pk}/sound/").streaming_content)
    assert seconds_of(heard) == pytest.approx(1, abs=0.02)
    assert ops.get(f"{LIST}{prompt.pk}/sound/", headers={"Range": "bytes=0-43"}).status_code == 206

    # Its text is mended: the recording stays. Then the machine takes its place.
    ops.post(f"{LIST}{prompt.pk}/change/", {"text": "Good day."})
    assert (the_prompt().text, the_prompt().sha, the_prompt().source) == ("Good day.", prompt.sha, "upload")
    ops.post(f"{LIST}{prompt.pk}/change/", {"text": "Good day.", "speak": "on"})
    assert the_prompt().source == "tts"
    assert the_prompt().sha != prompt.sha


@pytest.mark.parametrize(
    ("recording", "sentence"),
    [
        (SimpleUploadedFile("song.mp3", b"ID3\x04 a song", "audio/mpeg"), "This is no WAV file that can be read"),
        (a_recording(0.05), "A prompt lasts from a tenth of a second to five minutes"),
    ],
)
def test_what_is_no_prompt_is_refused_on_the_form(ops, house, recording, sentence):
    answer = ops.post(f"{LIST}add/", form(house, recording=recording))
    assert answer.status_code == 200
    assert sentence in text(answer)
    with operator_scope():
        assert not Prompt.objects.filter(name="hello").exists()


def test_file_that_is_too_large_is_refused_while_it_comes_in(ops, house, monkeypatch):
    from seatline import uploads

    monkeypatch.setattr(uploads, "LARGEST", 2**20)
    answer = ops.post(f"{LIST}add/", form(house, recording=a_recording(20)))
    assert "The file is too large" in text(answer)
    with operator_scope():
        assert not Prompt.objects.filter(name="hello").exists()


def test_value_is_heard_as_it_is_said_in_both_languages(ops, settings):
    sounds = settings.VAR / "sounds"
    for language, words in (("en", {"say-12": "twelve", "say-yuan": "yuan"}), ("zh", {"say-10": "十", "say-2": "二",
                                                                                     "say-yuan": "元"})):  # fmt: skip
        for name, word in words.items():
            speak(word, language, sounds / language / f"{name}.wav", tight=True)
    page = text(ops.get(f"{LIST}values/?value=12&as=amount"))
    assert "twelve · yuan" in page
    assert "十 · 二 · 元" in page
    one = ops.get(f"{LIST}value.wav?value=12&as=amount&language=en").content
    parts = [seconds_of((sounds / "en" / f"{name}.wav").read_bytes()) for name in ("say-12", "say-yuan")]
    assert seconds_of(one) == pytest.approx(sum(parts), abs=0.001)
    assert ops.get(f"{LIST}value.wav?value=many&as=amount").status_code == 404


def test_step_of_a_flow_is_heard_with_its_own_prompts(ops, house, settings):
    ops.post(f"{LIST}add/", form(house, name="welcome", recording=a_recording(1)))
    editor = f"/admin/telephony/flow/{house.flow_id}/editor/"
    heard = ops.get(f"{editor}hear/menu/en.wav")
    assert heard["Content-Type"] == "audio/wav"
    assert seconds_of(heard.content) == pytest.approx(1, abs=0.02)
    assert ops.get(f"{editor}hear/wrong/en.wav").status_code == 404, "a step that says nothing"


def test_prompts_are_changed_by_operations_alone(staff, house):
    assert staff("technicians").post(f"{LIST}add/", form(house)).status_code == 403
    assert staff("finance").get(f"{LIST}values/").status_code == 403

"""Takes in a recorded prompt: any WAV becomes mono, 8 kHz, 16 bits, loudest at -3 dB, as Asterisk plays it."""

import hashlib
import shutil
import subprocess
import wave
from pathlib import Path

from seatline.errors import BadInput
from telephony.plans.models import Prompt
from telephony.plans.services import set_prompt
from telephony.plans.speech import SpeakerMissing
from tenants.accounts.models import Tenant

LARGEST = 20 * 1024 * 1024  # bytes
LONGEST, SHORTEST = 300, 0.1  # seconds
_FORM = ("-c", "1", "-b", "16", "-t", "wav")


class SoundTooLarge(BadInput):
    """A sound file may have 20 MB."""


class SoundUnreadable(BadInput):
    """This is no WAV file that can be read: {cause}"""


class SoundTooLong(BadInput):
    """A prompt lasts from a tenth of a second to five minutes; this one has {seconds} seconds or more."""


def upload_prompt(
    tenant: Tenant | None, name: str, language: str, text: str, content: bytes, *, sounds: Path
) -> Prompt:
    """Use a recorded sound as a prompt; `text` is what it says, for those who read.

    Raises SoundTooLarge, SoundUnreadable, SoundTooLong, SpeakerMissing.
    """
    if len(content) > LARGEST:
        raise SoundTooLarge
    sha = hashlib.sha256(b"upload\0" + content).hexdigest()
    path = sounds / "prompts" / f"{sha}.wav"
    if not path.exists():
        _convert(content, path)
    return set_prompt(tenant, name, language, text, sha=sha, source=Prompt.Source.UPLOADED)


def _convert(content: bytes, path: Path) -> None:
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        raise SoundUnreadable(cause="it does not begin like one.")
    if shutil.which("sox") is None:
        raise SpeakerMissing(program="sox")
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".tmp")
    effects = ("trim", "0", str(LONGEST + 1), "rate", "8000", "norm", "-3")
    try:
        done = subprocess.run(
            ("sox", "-t", "wav", "-", *_FORM, str(fresh), *effects),
            input=content, capture_output=True, check=False, timeout=60,
        )  # fmt: skip
        if done.returncode != 0:
            raise SoundUnreadable(cause=" ".join(done.stderr.decode(errors="replace").split())[:200])
        with wave.open(str(fresh)) as sound:
            seconds = sound.getnframes() / sound.getframerate()
        if not SHORTEST <= seconds <= LONGEST:
            raise SoundTooLong(seconds=round(seconds, 1))
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)

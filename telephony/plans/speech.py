"""Makes prompts from text: espeak-ng speaks, sox brings the sound into the form that Asterisk plays without work.

For demonstration and for texts that change by the hour; a tenant's recorded voice takes the same place. Mono, 8 kHz,
16 bits, loudest point at -3 dB. The same text in the same voice is made once.
"""

import hashlib
import shutil
import subprocess
from pathlib import Path

from seatline.errors import BadInput, Unavailable

# Mandarin must be `cmn-latn-pinyin`: plain `cmn` of Debian 12 spells every character in English letters.
VOICES = {"en": ("en-us", 155), "zh": ("cmn-latn-pinyin", 165)}  # language -> espeak-ng's voice, words a minute
LONGEST = 2000  # characters, about three minutes
# In this order: the loudest point is set after the narrow band has taken some of it away; silence keeps words whole.
_EFFECTS = ("rate", "8000", "norm", "-3", "pad", "0.1", "0.2")
# Parts of numbers stand close: no silence of their own.
_TIGHT = (
    "rate", "8000", "silence", "1", "0.01", "0.5%", "reverse", "silence", "1", "0.01", "0.5%", "reverse", "norm", "-3",
    "pad", "0.02", "0.04",
)  # fmt: skip
TONE = "tone"  # the name of the sound after which a caller speaks
_FORM = "1"  # part of the fingerprint: raise it when voices or form change, and every prompt is made anew


class SpeakerMissing(Unavailable):
    """Prompts cannot be spoken: the program {program} is missing. Install it: apt-get install {program}."""


class SpeechFailed(Unavailable):
    """The prompt {path} cannot be made: {cause}"""


class UnknownLanguage(BadInput):
    """There is no voice for the language {language}; there are en and zh."""


class NothingToSay(BadInput):
    """A prompt needs between 1 and 2000 characters of text."""


def fingerprint(text: str, language: str, *, tight: bool = False) -> str:
    """What this text in this language's voice is called: 64 hexadecimal digits, good as a file name."""
    voice, speed = _voice(language)
    marks = (_FORM, voice, str(speed), text, *(("tight",) if tight else ()))
    return hashlib.sha256("\0".join(marks).encode()).hexdigest()


def make_tone(sounds: Path) -> bool:
    """Make the tone after which a caller speaks: 1 kHz for 0.3 seconds; False if it is there. Raises as `speak`."""
    path = sounds / f"{TONE}.wav"
    if path.exists():
        return False
    if shutil.which("sox") is None:
        raise SpeakerMissing(program="sox")
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".tmp")
    form = ("-r", "8000", "-c", "1", "-b", "16", "-t", "wav")
    _call(path, b"", "sox", "-n", *form, str(fresh), "synth", "0.3", "sine", "1000", "vol", "0.3", "pad", "0.1", "0.05")
    fresh.replace(path)
    return True


def speak(text: str, language: str, path: Path, *, tight: bool = False) -> bool:
    """Make the WAV file `path` say `text`; False if it already does. `tight`: without silence around it.

    The file appears in one step, so that a call never plays half of it. Beside it lies NAME.sha256 with the text's
    fingerprint. Raises `SpeakerMissing`, `SpeechFailed`, `UnknownLanguage`, `NothingToSay`.
    """
    if not 1 <= len(text.strip()) <= LONGEST:
        raise NothingToSay
    mark = path.with_suffix(".sha256")
    wanted = fingerprint(text, language, tight=tight)
    if path.exists() and mark.exists() and mark.read_text() == wanted:
        return False
    for program in ("espeak-ng", "sox"):
        if shutil.which(program) is None:
            raise SpeakerMissing(program=program)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{wanted[:8]}.tmp")
    voice, speed = _voice(language)
    try:
        # The text goes in by standard input: as an argument it could begin with a dash.
        sound = _call(path, text.encode(), "espeak-ng", "-b", "1", "-v", voice, "-s", str(speed), "--stdin", "--stdout")
        form = ("-c", "1", "-b", "16", "-t", "wav")
        _call(path, sound, "sox", "-t", "wav", "-", *form, str(fresh), *(_TIGHT if tight else _EFFECTS))
        fresh.replace(path)
        mark.write_text(wanted)
    finally:
        fresh.unlink(missing_ok=True)
    return True


def _voice(language: str) -> tuple[str, int]:
    try:
        return VOICES[language.partition("-")[0]]
    except KeyError:
        raise UnknownLanguage(language=language) from None


def _call(path: Path, given: bytes, *command: str) -> bytes:
    done = subprocess.run(command, input=given, capture_output=True, check=False, timeout=120)
    if done.returncode != 0 or (command[0] == "espeak-ng" and len(done.stdout) <= 44):  # 44: a WAV header alone
        cause = " ".join(done.stderr.decode(errors="replace").split()) or f"{command[0]} made no sound."
        raise SpeechFailed(path=path, cause=cause)
    return done.stdout

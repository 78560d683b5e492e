"""Speaks all phrases of the system itself into `VAR/sounds/{en,zh}/NAME.wav`; tenants' prompts are the flows' own."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path

from telephony.plans.speech import make_tone, speak

PART = "say-"  # how phrases are called of which values are put together

# Rooms that say something of their own; each has PHRASES: name -> {"en": text, "zh": text}.
SPEAKERS = ("telephony.agi.phrases", "telephony.plans.phrases")
# Played by the dialplan itself when nobody else is there (asterisk_etc/extensions.conf).
TROUBLE = {
    "technical-trouble": {
        "en": "We are sorry. Because of a technical problem we cannot take your call now. Please call again later.",
        "zh": "非常抱歉，由于技术原因，暂时无法接听您的来电，请您稍后再拨。",
    }
}


def phrases() -> dict[str, Mapping[str, str]]:
    """Every phrase that the rooms name."""
    known: dict[str, Mapping[str, str]] = dict(TROUBLE)
    for name in SPEAKERS:
        known.update(import_module(name).PHRASES)
    return known


def make_prompts(sounds: Path, say: Callable[[str], None] = lambda _: None) -> int:
    """Make what is missing or changed; how many were made. Two at a time: espeak-ng and sox wait for each other."""
    jobs = [
        (text, language, sounds / language / f"{name}.wav")
        for name, texts in phrases().items()
        for language, text in texts.items()
    ]
    with ThreadPoolExecutor(2) as pool:
        made = sum(pool.map(lambda job: speak(*job, tight=job[2].stem.startswith(PART)), jobs))
    made += make_tone(sounds)
    if made:
        say(f"{made} prompts spoken")
    return made


def missing_prompts(sounds: Path) -> list[str]:
    """Phrases that Asterisk would look for in vain, such as `zh/technical-trouble`."""
    return [
        f"{language}/{name}"
        for name, texts in phrases().items()
        for language in texts
        if not (sounds / language / f"{name}.wav").exists()
    ]

"""What callers would hear, as one sound for a browser: prompts and the parts of values, one after another.

All sounds of the house have one form (mono, 8 kHz, 16 bits), so that they are joined without being computed anew.
"""

import io
import wave
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from django.db.models import Q

from seatline.errors import NotFound
from telephony.core.speaking import parts
from telephony.plans.models import Prompt
from tenants.accounts.models import Tenant

FORM = (1, 2, 8000)  # channels, bytes of a sample, samples a second
LONGEST = 100  # sounds in one
# What stands for a value that only a call has.
EXAMPLES = {"digits": "61234567", "number": "1205", "amount": "128.50", "date": "2026-10-01", "time": "15:05"}


class NothingToHear(NotFound):
    """There is no sound for this yet: speak or upload its prompts first."""


def sound_of(tenant: Tenant | None, say: object, language: str, sounds: Path) -> bytes:
    """The WAV of what a step says, as it is written in a definition; values are examples. Raises NothingToHear."""
    return joined(_files(tenant, say if isinstance(say, list) else [], language, sounds))


def sound_of_value(value: str, how: str, language: str, currency: str, sounds: Path) -> bytes:
    """The WAV of a value as it is said. Raises NothingToHear."""
    return joined(sounds / language / f"{name}.wav" for name in parts(value, how, language, currency))


def joined(files: Iterable[Path]) -> bytes:
    """The sounds of these files as one; files that are not there are left out. Raises NothingToHear if all are."""
    out = io.BytesIO()
    count = 0
    with wave.open(out, "wb") as target:
        target.setparams((*FORM, 0, "NONE", "not compressed"))
        for file in files:
            if count < LONGEST and file.is_file():
                with wave.open(str(file), "rb") as sound:
                    if (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == FORM:
                        target.writeframes(sound.readframes(sound.getnframes()))
                        count += 1
    if not count:
        raise NothingToHear
    return out.getvalue()


def _files(tenant: Tenant | None, say: Iterable[Any], language: str, sounds: Path) -> Iterator[Path]:
    for one in say:
        given: Mapping[str, Any] = one if isinstance(one, Mapping) else {"prompt": str(one)}
        spoken = str(given.get("language") or language)
        if given.get("value"):
            how = str(given.get("as", "digits"))
            names = parts(EXAMPLES.get(how, ""), how, spoken, str(given.get("currency", "CNY")))
            yield from (_file(tenant, name, spoken, sounds) for name in names)
        else:
            yield _file(tenant, str(given.get("prompt", "")), spoken, sounds)


def _file(tenant: Tenant | None, name: str, language: str, sounds: Path) -> Path:
    """The tenant's own prompt, else the operator's, else the house's phrase: as `core.plan.Plan.media` finds them."""
    rows = Prompt.objects.filter(Q(tenant=tenant) | Q(tenant=None), name=name).exclude(sha="")
    ranked = sorted(rows, key=lambda row: (row.tenant_id is None, row.language != language, row.language != "zh"))
    if ranked:
        return sounds / "prompts" / f"{ranked[0].sha}.wav"
    other = "en" if language == "zh" else "zh"
    there = [sounds / each / f"{name}.wav" for each in (language, other)]
    inside = [file for file in there if file.resolve().is_relative_to(sounds.resolve())]
    return next((file for file in inside if file.is_file()), sounds / "missing.wav")

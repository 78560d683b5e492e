"""Recordings with a file, for tests."""

import math
import wave
from array import array
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings

from telephony.journal.models import Call, Leg
from telephony.recordings.models import Recording
from tenants.accounts.models import Tenant
from tenants.accounts.scope import telephony_scope

RATE = 8000


def write_sound(path: Path, seconds: float = 1.0, lanes: int = 2) -> Path:
    """A file in which the left lane is a tone and the right one is silent."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frames = array("h")
    for n in range(round(seconds * RATE)):
        frames.append(round(16000 * math.sin(2 * math.pi * 440 * n / RATE)))
        frames.extend([0] * (lanes - 1))
    with wave.open(str(path), "wb") as sound:
        sound.setparams((lanes, 2, RATE, 0, "NONE", ""))
        sound.writeframes(frames.tobytes())
    return path


def a_recording(
    tenant: Tenant, stored_at: datetime, *, agent_id: UUID | None = None, caller: str = "+8613800000001",
    queue: str = "service", pauses: list[list[float]] | None = None,
) -> Recording:  # fmt: skip
    """A call of this tenant that was answered and recorded, with its file."""
    call_id = uuid4()
    path = f"{tenant.code}/{stored_at:%Y-%m-%d}/{call_id}.wav"
    size = write_sound(Path(settings.VAR) / "recordings" / path).stat().st_size
    with telephony_scope():
        call = Call.objects.create(
            id=call_id, tenant=tenant, started_at=stored_at - timedelta(minutes=2), answered_at=stored_at,
            ended_at=stored_at, outcome=Call.Outcome.ANSWERED, caller=caller, dialled="+862196968101",
            queue_code=queue, agent_id=agent_id, position=call_id.int % 2**40,
        )  # fmt: skip
        if agent_id is not None:
            Leg.objects.create(
                id=uuid4(), tenant=tenant, call=call, no=1, kind=Leg.Kind.AGENT, agent_id=agent_id,
                started_at=call.started_at, answered_at=call.started_at, ended_at=stored_at,
            )  # fmt: skip
        return Recording.objects.create(
            id=uuid4(), tenant=tenant, call=call, name=str(call_id), path=path, seconds=1.0, peak_db=-6.0, size=size,
            stored_at=stored_at, pauses=pauses or [],
        )  # fmt: skip

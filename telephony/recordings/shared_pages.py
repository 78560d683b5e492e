"""What a link opens: one recording, for whoever has it, while it is valid. Nobody logs in here."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from seatline import clock
from telephony.recordings.opening import SoundGone
from telephony.recordings.play import sound_response
from telephony.recordings.services import LinkUnknown, Shared, opened
from telephony.recordings.waveform import drawing


@require_GET
def page(request: HttpRequest, token: str) -> HttpResponse:
    """The player, and nothing of the caller but the sound."""
    shared = _opened(request, token)
    try:
        wave = drawing(shared.recording)
    except SoundGone as error:
        raise Http404 from error
    response = render(request, "recordings/shared.html", {"share": shared.share, "wave": wave, "token": token})
    response["Referrer-Policy"] = "no-referrer"  # the address itself is what opens it
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = "private, no-store"
    return response


@require_GET
def sound(request: HttpRequest, token: str) -> HttpResponseBase:
    """The WAV, with Range."""
    return sound_response(request, None, _opened(request, token).recording.path, "recording.wav")


def _opened(request: HttpRequest, token: str) -> Shared:
    try:
        return opened(token, clock.now(), request.META.get("REMOTE_ADDR", ""))
    except LinkUnknown as error:
        raise Http404 from error

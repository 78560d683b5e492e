"""A tenant's recordings on its own pages: looked for, heard, taken away, shared, deleted; each by its right."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from seatline import clock
from seatline.errors import SeatlineError
from seatline.panel.said import said
from telephony.journal.models import Call
from telephony.plans.models import Queue
from telephony.recordings.models import Recording, RecordingShare
from telephony.recordings.opening import SoundGone
from telephony.recordings.play import sound_response
from telephony.recordings.search import found, names_of, read
from telephony.recordings.services import note_heard, note_taken, revoke, share, token_of
from telephony.recordings.waveform import drawing
from telephony.retention.services import delete, destroyed, name_of
from tenants.accounts.entrance import WORK, open_to
from tenants.accounts.models import Tenant
from tenants.accounts.paging import page_of
from tenants.accounts.rights import OF_ROLE, Right

PLACE = {"place": "recordings"}
View = Callable[..., HttpResponseBase]


def needs(right: Right) -> Callable[[View], View]:
    """Let only those in whose role has the right; for others there is no such page."""

    def doored(view: View) -> View:
        @wraps(view)
        def entered(request: HttpRequest, tenant: Tenant, **rest: Any) -> HttpResponseBase:
            if right not in OF_ROLE[request.portal_role]:  # type: ignore[attr-defined]
                raise Http404
            return view(request, tenant, **rest)

        return entered

    return doored


@require_GET
@open_to(WORK)
@needs(Right.RECORDINGS_HEAR)
def recordings(request: HttpRequest, tenant: Tenant) -> HttpResponse:
    """The list, or what was looked for."""
    asked = read(request.GET)
    page = page_of(found(asked, tenant.time_zone), request)
    rows = list(page.rows)
    names, gone = names_of(rows), destroyed([row.pk for row in rows])
    kept = request.GET.copy()
    kept.pop("page", None)
    context = {
        "tenant": tenant, "heading": _("Recordings"), "asked": asked, "page": page,
        "kept": f"{kept.urlencode()}&" if kept else "",
        "rows": [{"row": row, "agent": names.get(row.call.agent_id, "–"), "gone": gone.get(row.pk)} for row in rows],
        "queues": Queue.objects.order_by("code").values_list("code", flat=True), "outcomes": Call.Outcome.choices,
        **PLACE,
    }  # fmt: skip
    return render(request, "recordings/list.html", context)


@require_GET
@open_to(WORK)
@needs(Right.RECORDINGS_HEAR)
def recording(request: HttpRequest, tenant: Tenant, recording_id: UUID) -> HttpResponse:
    """One recording, with its waveform."""
    return _page(request, tenant, _found(recording_id))


@require_GET
@open_to(WORK)
@needs(Right.RECORDINGS_HEAR)
def sound(request: HttpRequest, tenant: Tenant, recording_id: UUID) -> HttpResponseBase:
    """The WAV, with Range."""
    row = _found(recording_id)
    note_heard(row)
    return sound_response(request, None, row.path, f"{row.call_id}.wav")


@require_GET
@open_to(WORK)
@needs(Right.RECORDINGS_TAKE)
def download(request: HttpRequest, tenant: Tenant, recording_id: UUID) -> HttpResponseBase:
    """The WAV, to be kept."""
    row = _found(recording_id)
    note_taken(row)
    return sound_response(request, None, row.path, f"{tenant.code}-{row.call_id}.wav", to_keep=True)


@require_http_methods(["GET", "POST"])
@open_to(WORK)
@needs(Right.RECORDINGS_TAKE)
def share_recording(request: HttpRequest, tenant: Tenant, recording_id: UUID) -> HttpResponse:
    """Make a link."""
    if request.method != "POST":  # the language was changed on the page that this had answered with
        return redirect("portal_recording", code=tenant.code, recording_id=recording_id)
    row, hours = _found(recording_id), request.POST.get("hours", "")
    try:
        length = timedelta(hours=int(hours) if hours.isdecimal() and len(hours) < 5 else 0)
        made = share(row, request.POST.get("to_whom", "").strip(), length, clock.now())
    except SeatlineError as error:
        return _page(request, tenant, row, refusal=said(error))
    address = request.build_absolute_uri(reverse("shared_recording", args=[token_of(made)]))
    return _page(request, tenant, row, link=address)


@require_POST
@open_to(WORK)
@needs(Right.RECORDINGS_TAKE)
def revoke_share(request: HttpRequest, tenant: Tenant, share_id: UUID) -> HttpResponse:
    """Take a link back."""
    made = RecordingShare.objects.filter(pk=share_id).first()
    if made is None:
        raise Http404
    revoke(made, clock.now())
    return redirect("portal_recording", code=tenant.code, recording_id=made.recording_id)


@require_http_methods(["GET", "POST"])
@open_to(WORK)
@needs(Right.RECORDINGS_DELETE)
def delete_recording(request: HttpRequest, tenant: Tenant, recording_id: UUID) -> HttpResponse:
    """Destroy it, if its name was typed."""
    if request.method != "POST":  # the language was changed on the page that this had answered with
        return redirect("portal_recording", code=tenant.code, recording_id=recording_id)
    row = _found(recording_id)
    try:
        delete(row, request.POST.get("name", ""), clock.now())
    except SeatlineError as error:
        return _page(request, tenant, row, refusal=said(error))
    messages.success(request, _("The recording is destroyed."))
    return redirect("portal_recordings", code=tenant.code)


def _found(recording_id: UUID) -> Recording:
    row = Recording.objects.select_related("call").filter(pk=recording_id).first()
    if row is None:
        raise Http404
    return row


def _page(request: HttpRequest, tenant: Tenant, row: Recording, *, refusal: str = "", link: str = "") -> HttpResponse:
    rights = OF_ROLE[request.portal_role]  # type: ignore[attr-defined]
    try:
        wave: dict[str, Any] | None = drawing(row)
    except SoundGone:
        wave = None
    now = clock.now()
    shares = RecordingShare.objects.filter(recording_id=row.pk, revoked_at=None, expires_at__gt=now)
    context = {
        "tenant": tenant, "heading": _("Recording"), "row": row, "call": row.call, "wave": wave, "refusal": refusal,
        "agent": names_of([row]).get(row.call.agent_id, "–") if row.call.agent_id else "–", "link": link,
        "gone": destroyed([row.pk]).get(row.pk), "shares": shares, "name": name_of(row),
        "may_take": Right.RECORDINGS_TAKE in rights, "may_delete": Right.RECORDINGS_DELETE in rights, **PLACE,
    }  # fmt: skip
    return render(request, "recordings/one.html", context, status=422 if refusal else 200)

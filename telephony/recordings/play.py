"""Hands out a sound to a player, with Range, in pieces that fit into memory. Rights are the caller's to check."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from telephony.recordings.opening import KeptSound, SoundGone, open_kept
from telephony.recordings.ranges import RangeOutside, Span, asked_span

PIECE = 256 * 1024
#: At most so much answers one Range request; players ask on.
LARGEST = 4 * 1024 * 1024


def sound_response(
    request: HttpRequest, root: Path | None, path: str, name: str, *, to_keep: bool = False
) -> HttpResponseBase:
    """The file `path` below `root` (None: the folder of recordings), or a 404; `to_keep`: the browser saves it."""
    try:
        sound = open_kept(path, root)
    except SoundGone as error:
        raise Http404 from error
    try:
        span = asked_span(request.headers.get("Range", ""), sound.size)
    except RangeOutside:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{sound.size}"})
    headers = {"Accept-Ranges": "bytes", "Cache-Control": "private, no-store", "Content-Type": "audio/wav"}
    if span is None:
        whole = Span(0, sound.size)
        pieces = _pieces_async(sound, whole) if isinstance(request, ASGIRequest) else _pieces(sound, whole)
        disposition = "attachment" if to_keep else "inline"
        headers |= {"Content-Length": str(sound.size), "Content-Disposition": f'{disposition}; filename="{name}"'}
        return StreamingHttpResponse(pieces, headers=headers)
    span = Span(span.start, min(span.stop, span.start + LARGEST))
    with sound.open() as source:
        source.seek(span.start)
        body = source.read(span.stop - span.start)
    headers["Content-Range"] = f"bytes {span.start}-{span.stop - 1}/{sound.size}"
    return HttpResponse(body, status=206, headers=headers)


def _pieces(sound: KeptSound, span: Span) -> Iterator[bytes]:
    with sound.open() as source:
        source.seek(span.start)
        left = span.stop - span.start
        while left and (piece := source.read(min(PIECE, left))):
            left -= len(piece)
            yield piece


async def _pieces_async(sound: KeptSound, span: Span) -> AsyncIterator[bytes]:
    for piece in _pieces(sound, span):
        yield piece

"""Hands out a sound file to a player, with Range, in pieces that fit into memory. Rights are the caller's to check."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from telephony.recordings.ranges import RangeOutside, Span, asked_span

PIECE = 256 * 1024
#: At most so much answers one Range request; players ask on.
LARGEST = 4 * 1024 * 1024


def sound_response(request: HttpRequest, root: Path, path: str, name: str) -> HttpResponseBase:
    """The file `path` below `root`, or a 404: also for a path that leads out of it."""
    file = (root / path).resolve()
    if not file.is_relative_to(root.resolve()) or not file.is_file():
        raise Http404
    size = file.stat().st_size
    try:
        span = asked_span(request.headers.get("Range", ""), size)
    except RangeOutside:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    headers = {"Accept-Ranges": "bytes", "Cache-Control": "private, no-store", "Content-Type": "audio/wav"}
    if span is None:
        whole = Span(0, size)
        pieces = _pieces_async(file, whole) if isinstance(request, ASGIRequest) else _pieces(file, whole)
        headers |= {"Content-Length": str(size), "Content-Disposition": f'inline; filename="{name}"'}
        return StreamingHttpResponse(pieces, headers=headers)
    span = Span(span.start, min(span.stop, span.start + LARGEST))
    with file.open("rb") as source:
        source.seek(span.start)
        body = source.read(span.stop - span.start)
    headers["Content-Range"] = f"bytes {span.start}-{span.stop - 1}/{size}"
    return HttpResponse(body, status=206, headers=headers)


def _pieces(file: Path, span: Span) -> Iterator[bytes]:
    with file.open("rb") as source:
        source.seek(span.start)
        left = span.stop - span.start
        while left and (piece := source.read(min(PIECE, left))):
            left -= len(piece)
            yield piece


async def _pieces_async(file: Path, span: Span) -> AsyncIterator[bytes]:
    for piece in _pieces(file, span):
        yield piece

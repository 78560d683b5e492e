"""What the web tells Prometheus: requests by method and status, and how long they took."""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from prometheus_client import Histogram

REQUESTS = Histogram(
    "seatline_web_request_seconds", "How long requests took, by method and status.", ["method", "status"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)  # fmt: skip
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class MeasuredMiddleware:
    """Times each request; the outermost, so that all of it counts."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on, and note how long it took."""
        begin = time.perf_counter()
        response = self._get_response(request)
        # A stranger may send any word as the method: each would be a figure of its own for ever.
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(method, response.status_code).observe(time.perf_counter() - begin)
        return response

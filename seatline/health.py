"""A process's own health on loopback: /healthz, /readyz and its figures for Prometheus at /metrics.

A thread that answers, and nothing else: a port that is taken or a question that fails never disturbs the process's
work. `SEATLINE_METRICS_PORT` says where; 0 is nowhere, which is the default.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import structlog
from prometheus_client import make_wsgi_app

log = structlog.get_logger(__name__)
Check = Callable[[], str]  # what is wrong, in words; empty if nothing is
StartResponse = Callable[[str, list[tuple[str, str]]], Any]


class _Silent(WSGIRequestHandler):
    """Asked every few seconds: nobody wants that in the log."""

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def serve(port: int, checks: Mapping[str, Check] | None = None) -> threading.Thread | None:
    """Answer on this port of loopback from now on; `checks` decide what /readyz says. None if there is no port."""
    if not port:
        return None
    try:
        server = make_server("127.0.0.1", port, answer(checks or {}), handler_class=_Silent)
    except OSError as error:
        log.error("health cannot be asked: the port is taken", port=port, cause=str(error))
        return None
    thread = threading.Thread(target=server.serve_forever, name="health", daemon=True)
    thread.start()
    return thread


def answer(checks: Mapping[str, Check]) -> Callable[[dict[str, Any], StartResponse], Iterable[bytes]]:
    """The three addresses as a WSGI application."""
    figures = make_wsgi_app()

    def respond(environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        match environ.get("PATH_INFO"):
            case "/metrics":
                found: Iterable[bytes] = figures(environ, start)
                return found
            case "/healthz":
                return _say(start, "200 OK", "ok")
            case "/readyz":
                wrong = faults(checks)
                return _say(start, "503 Service Unavailable" if wrong else "200 OK", "\n".join(wrong) or "ready")
        return _say(start, "404 Not Found", "There are /healthz, /readyz and /metrics.")

    return respond


def faults(checks: Mapping[str, Check]) -> list[str]:
    """What is wrong, each as `name: words`; a check that fails itself is wrong too."""
    found = []
    for name, check in checks.items():
        try:
            wrong = check()
        except Exception as error:
            wrong = f"cannot be asked ({type(error).__name__})"
        if wrong:
            found.append(f"{name}: {wrong}")
    return found


def _say(start: StartResponse, status: str, text: str) -> list[bytes]:
    start(status, [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")])
    return [f"{text}\n".encode()]

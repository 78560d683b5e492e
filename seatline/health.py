"""A process's own health on loopback: /healthz, /readyz and its figures for Prometheus at /metrics.

A thread that answers, and nothing else: a port that is taken or a question that fails never disturbs the process's
work. `SEATLINE_METRICS_PORT` says where; 0 is nowhere, which is the default.
"""

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import structlog
from prometheus_client import make_wsgi_app

log = structlog.get_logger(__name__)
Check = Callable[[], str]  # what is wrong, in words; empty if nothing is
StartResponse = Callable[[str, list[tuple[str, str]]], Any]
Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]
AGAIN_AFTER = 1.0  # seconds between two tries to have a port that is taken


class _Silent(WSGIRequestHandler):
    """Asked every few seconds: nobody wants that in the log."""

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def serve(port: int, checks: Mapping[str, Check] | None = None) -> threading.Thread | None:
    """Answer on this port of loopback from now on; `checks` decide what /readyz says. None if there is no port.

    A port that is taken is waited for: the program that this one relieves may still have it.
    """
    if not port:
        return None
    thread = threading.Thread(target=_serve, args=(port, answer(checks or {})), name="health", daemon=True)
    thread.start()
    return thread


def _serve(port: int, application: Application) -> None:
    told = False
    while True:
        try:
            server = make_server("127.0.0.1", port, application, handler_class=_Silent)
            break
        except OSError as error:
            if not told:
                log.warning("health cannot be asked yet: the port is taken", port=port, cause=str(error))
            told = True
            time.sleep(AGAIN_AFTER)
    server.serve_forever()


def answer(checks: Mapping[str, Check]) -> Application:
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

"""What a process tells of itself on loopback."""

import socket
import time
import urllib.error
import urllib.request

from seatline import health
from seatline.health import answer, faults, serve


def asked(path, checks):
    """Status and text of one address."""
    said = {}
    body = answer(checks)({"PATH_INFO": path, "REQUEST_METHOD": "GET"}, lambda status, head: said.update(status=status))
    return said["status"][:3], b"".join(body).decode()


def broken():
    raise OSError("secret words")


def test_process_that_lives_says_so_whatever_else_is_wrong():
    assert asked("/healthz", {"database": broken}) == ("200", "ok\n")


def test_process_is_ready_when_nothing_is_wrong_and_else_says_what_is():
    assert asked("/readyz", {"database": lambda: ""}) == ("200", "ready\n")
    status, text = asked("/readyz", {"database": lambda: "", "asterisk": lambda: "does not answer", "disk": broken})
    assert (status, text) == ("503", "asterisk: does not answer\ndisk: cannot be asked (OSError)\n")


def test_what_is_said_holds_no_secret():
    assert "secret" not in "".join(faults({"disk": broken}))


def test_figures_are_told_in_prometheus_words():
    status, text = asked("/metrics", {})
    assert status == "200"
    assert "# TYPE" in text
    assert asked("/anything", {})[0] == "404"


def test_program_without_a_port_tells_nothing():
    assert serve(0) is None


def test_port_that_the_program_before_still_has_is_waited_for(monkeypatch):
    monkeypatch.setattr(health, "AGAIN_AFTER", 0.02)
    with socket.socket() as before:
        before.bind(("127.0.0.1", 0))
        before.listen()
        port = before.getsockname()[1]
        serve(port)
        time.sleep(0.05)
    assert _body(f"http://127.0.0.1:{port}/healthz") == b"ok\n"


def _body(url):
    for _ in range(100):
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=1) as said:
                return said.read()
        except (urllib.error.URLError, OSError):
            time.sleep(0.02)
    return b""

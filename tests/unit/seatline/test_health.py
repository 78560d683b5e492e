"""What a process tells of itself on loopback."""

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

"""Secrets and keyed digits do not get into logs, and a caller's name cannot forge a line."""

import io
import json
import logging

import pytest
import structlog

from seatline.logs import HIDDEN, hide_secrets, logging_config


@pytest.mark.parametrize("key", sorted(HIDDEN | {"PIN", "Password", "Digits"}))
def test_value_of_a_secret_key_is_replaced(key):
    assert hide_secrets(None, "info", {"event": "log in", key: "4711"}) == {"event": "log in", key: "***"}


def test_secret_is_found_at_any_depth():
    event = {"event": "x", "request": {"headers": {"Cookie": "s=1", "Accept": "*"}}}
    assert hide_secrets(None, "info", event)["request"]["headers"] == {"Cookie": "***", "Accept": "*"}


def test_secret_is_found_in_lists_of_dictionaries():
    event = {"event": "x", "agents": [{"number": "1001", "pin": "4711"}], "pair": ({"secret": "s"},)}
    hidden = hide_secrets(None, "info", event)
    assert "4711" not in str(hidden) and "'s'" not in str(hidden)


def test_what_the_caller_passed_is_not_changed_in_the_callers_hands():
    headers = {"cookie": "s=1"}
    hide_secrets(None, "info", {"event": "x", "headers": headers})
    assert headers == {"cookie": "s=1"}


def test_other_values_stay():
    event = {"event": "call", "call_id": "0192", "tenant": "museum", "seats": 5, "reason": "pin wrong"}
    assert hide_secrets(None, "info", dict(event)) == event


@pytest.fixture
def log_lines():
    """The lines that loggers of the house and of libraries bring out, as `logging_config` formats them."""
    made = dict(logging_config("INFO")["formatters"]["json"])
    formatter = made.pop("()")(**made)
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    logging.root.addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.root.removeHandler(handler)
    structlog.contextvars.clear_contextvars()


def test_line_is_one_json_object_with_call_and_tenant(log_lines):
    structlog.contextvars.bind_contextvars(call_id="0192", tenant="museum")
    structlog.get_logger("telephony").info("call answered", pin="4711")
    (line,) = log_lines()
    assert line.items() >= {"event": "call answered", "call_id": "0192", "tenant": "museum", "pin": "***"}.items()
    assert line["timestamp"].endswith("Z") and line["level"] == "info"


def test_library_logs_in_the_same_form(log_lines):
    logging.getLogger("panoramisk").warning("lost %s", "connection")
    (line,) = log_lines()
    assert line["event"] == "lost connection" and line["logger"] == "panoramisk"


def test_callers_name_with_a_line_break_cannot_forge_a_line(log_lines):
    structlog.get_logger("telephony").info("call", caller_name='Wang\n{"event": "admin logged in"}')
    (line,) = log_lines()
    assert line["event"] == "call"

"""Structured logs: one JSON object a line, with tenant and call id where they are bound, secrets and digits never.

Bind with `structlog.contextvars.bind_contextvars(call_id=..., tenant=...)`; every line of that task then carries them.
"""

from collections.abc import MutableMapping
from typing import Any

import structlog

HIDDEN = frozenset(
    {"pin", "pins", "password", "secret", "digits", "digit", "dtmf", "authorization", "cookie", "token", "api_key"}
)


def hide_secrets(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace the value of every key that may hold a secret or keyed digits, at any depth of dictionaries and lists."""
    for key, value in event.items():
        event[key] = _shown(key, value)
    return event


def _shown(key: object, value: object) -> object:
    if isinstance(key, str) and key.lower() in HIDDEN:
        return "***"
    if isinstance(value, dict):
        return {inner: _shown(inner, item) for inner, item in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(None, item) for item in value]
    return value


def logging_config(level: str) -> dict[str, Any]:
    """`LOGGING` for Django: the standard library's loggers and structlog's come out in the same form on stderr.

    JSON escapes line breaks, so that a caller's name with a newline cannot forge a line (ASVS 5.0, 16.4.1).
    """
    before = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        hide_secrets,
    ]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": before,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.JSONRenderer(ensure_ascii=False, sort_keys=False),
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django.server": {"handlers": [], "propagate": True},
            # They announce every task at the start of every process.
            "procrastinate.blueprints": {"level": "WARNING"},
            "procrastinate.periodic": {"level": "WARNING"},
        },
    }


def configure() -> None:
    """Send structlog's loggers through the standard library, so that `logging_config` formats them."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            hide_secrets,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )

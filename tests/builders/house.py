"""The demo world for tests: the same rows, with hashes that are not made to be slow."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from django.test import override_settings

from agents.people import services as people

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)  # a Tuesday in Shanghai
SEED = 1252
SECRET = "a machine's secret"


@contextmanager
def quick_hashes() -> Iterator[None]:
    """Passwords and PINs are hashed in no time inside."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(people, "_HASHER", "md5")
        with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
            yield

"""What every test may rely on."""

import os

import pytest


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings):
    """Let several people test against one cluster: TEST_DATABASE_SUFFIX parts their databases."""
    from django.db import connections

    suffix = os.environ.get("TEST_DATABASE_SUFFIX")
    if suffix:
        settings = connections["default"].settings_dict
        settings["TEST"]["NAME"] = f"test_{settings['NAME']}_{suffix}"

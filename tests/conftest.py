"""What every test may rely on."""

import os

import pytest
from hypothesis import settings as hypothesis

# On a loaded machine a slow example is no fault; a test that wants more examples, or fewer, says so itself. With CI set
# there are twice as many, the same each time, so that a change is not blamed for what chance has found.
CI = bool(os.environ.get("CI"))
hypothesis.register_profile("seatline", max_examples=50 if CI else 25, deadline=None, derandomize=CI)
hypothesis.load_profile("seatline")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings):
    """Let several people test against one cluster: TEST_DATABASE_SUFFIX parts their databases."""
    from django.db import connections

    suffix = os.environ.get("TEST_DATABASE_SUFFIX")
    if suffix:
        settings = connections["default"].settings_dict
        settings["TEST"]["NAME"] = f"test_{settings['NAME']}_{suffix}"


@pytest.fixture(scope="session", autouse=True)
def tables_that_refuse_truncate_can_be_emptied_between_tests():
    """After a test with real transactions Django truncates all tables; append-only ones refuse, so lift that for it."""
    from django.db import transaction
    from django.db.backends.postgresql.operations import DatabaseOperations

    plain = DatabaseOperations.execute_sql_flush

    def flush(operations, statements):
        with transaction.atomic(), operations.connection.cursor() as cursor:
            cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgtype & 32 = 32 AND NOT tgisinternal")
            guarded = {table for (table,) in cursor.fetchall()}
        lift = [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in guarded]
        put_back = [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in guarded]
        plain(operations, [*lift, *statements, *put_back])

    DatabaseOperations.execute_sql_flush = flush
    yield
    DatabaseOperations.execute_sql_flush = plain

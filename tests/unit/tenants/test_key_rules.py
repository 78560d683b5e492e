"""How an API key is written and read, and who may hold which right."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.accounts.rights import FOR_PEOPLE, OF_GROUP, OF_ROLE, RIGHTS, Kind, Right
from tenants.keys.rules import Token, fingerprint, fits, prefix, read

SECRET = "A" * 43
KEY = UUID(int=0x1252)


@given(st.uuids(), st.text("abcXYZ019-_", min_size=43, max_size=43))
def test_what_is_written_is_read_again(key, secret):
    assert read(str(Token(key, secret))) == Token(key, secret)


@pytest.mark.parametrize(
    "text",
    [
        "", "sl_", prefix(KEY), f"{prefix(KEY)}_", f"{prefix(KEY)}_{SECRET}A", f"{prefix(KEY)}_{SECRET[:-1]}",
        f"{prefix(KEY)}_{SECRET}\n", f" {prefix(KEY)}_{SECRET}", f"SL{prefix(KEY)[2:]}_{SECRET}", f"sl_{KEY}_{SECRET}",
        f"{prefix(KEY)}_{SECRET[:-1]}é",
    ],
)  # fmt: skip
def test_what_has_not_the_form_of_a_key_is_none(text):
    assert read(text) is None


def test_secret_is_in_no_text_of_a_token_but_the_key_itself():
    assert SECRET not in repr(Token(KEY, SECRET))
    assert SECRET not in prefix(KEY)


def test_only_the_secret_fits_what_was_kept_of_it():
    kept = fingerprint(SECRET)

    assert fits(SECRET, kept) and not fits(SECRET[:-1] + "B", kept) and not fits("", kept) and SECRET not in kept


def test_tables_of_rights_agree():
    """Nobody gets by role or group what nobody of the kind may have; each right can be had by somebody."""
    assert all(rights <= RIGHTS[Kind.TENANT] for rights in OF_ROLE.values())
    assert all(rights <= RIGHTS[Kind.OPS] for group, rights in OF_GROUP.items() if group != "finance")
    assert OF_GROUP["finance"] == RIGHTS[Kind.FIN]
    assert frozenset[Right]().union(*OF_ROLE.values(), *OF_GROUP.values()) == set(Right)
    assert {Right.KEYS_WRITE} == FOR_PEOPLE


def test_money_is_written_by_finance_alone():
    holders = {kind for kind, rights in RIGHTS.items() if Right.BILLING_WRITE in rights}

    assert holders == {Kind.FIN}
    assert not RIGHTS[Kind.FIN] & {Right.CALLS_READ, Right.RECORDINGS_HEAR, Right.PEOPLE_READ}

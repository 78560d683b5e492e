"""Secrets in the database are of no use without the machine's key."""

import pytest

from seatline import vault
from seatline.env import Environment
from seatline.vault import SecretUnreadable, seal, unseal


def keys(monkeypatch, value, secret_key="the-key-of-the-site"):
    """Let the machine have these keys."""
    values = {"SEATLINE_SECRET_KEY": secret_key, "SEATLINE_VAULT_KEY": value}
    monkeypatch.setattr(vault, "environment", Environment(values))


def test_secret_comes_back_in_its_own_place_alone(monkeypatch):
    keys(monkeypatch, "first")
    one, other = seal("an API key", "system/1"), seal("an API key", "system/1")
    assert unseal(one, "system/1") == unseal(other, "system/1") == "an API key"
    assert one != other, "two that are the same do not look it"
    assert "API" not in one
    with pytest.raises(SecretUnreadable):
        unseal(one, "system/2")
    with pytest.raises(SecretUnreadable):
        unseal(one[:-4] + "AAAA", "system/1")


def test_key_can_be_changed_while_the_old_one_still_opens(monkeypatch):
    keys(monkeypatch, "old")
    before = seal("secret", "here")
    keys(monkeypatch, "new,old")
    after = seal("secret", "here")
    assert unseal(before, "here") == "secret"
    keys(monkeypatch, "new")
    assert unseal(after, "here") == "secret"
    with pytest.raises(SecretUnreadable):
        unseal(before, "here")


def test_without_a_key_of_its_own_the_sites_key_seals(monkeypatch):
    keys(monkeypatch, "")
    sealed = seal("secret", "here")
    assert unseal(sealed, "here") == "secret"
    keys(monkeypatch, "", "another")
    with pytest.raises(SecretUnreadable):
        unseal(sealed, "here")


@pytest.mark.parametrize("sealed", ["v1.", "v1.AAAA", "no such thing", "v1.===="])
def test_what_was_never_sealed_is_refused(monkeypatch, sealed):
    keys(monkeypatch, "first")
    with pytest.raises(SecretUnreadable):
        unseal(sealed, "here")


def test_nothing_stays_nothing(monkeypatch):
    keys(monkeypatch, "first")
    assert seal("", "here") == unseal("", "here") == ""

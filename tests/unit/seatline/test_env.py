"""Settings: declared once, read typed, refused in words."""

from pathlib import Path

import pytest

from seatline.env import SETTINGS, Environment, SettingMissing, SettingUnreadable


def test_setting_has_its_default_where_the_environment_is_silent():
    assert Environment({}).number("SEATLINE_WEB_PORT") == 8000
    assert Environment({}).flag("SEATLINE_DEBUG") is False
    assert Environment({}).words("SEATLINE_HOSTS") == ["localhost", "127.0.0.1"]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("1", True),
        ("Yes", True),
        ("on", True),
        ("true", True),
        ("0", False),
        ("no", False),
        ("OFF", False),
        ("", False),
    ],
)
def test_flag_is_read_as_people_write_it(text, meant):
    assert Environment({"SEATLINE_DEBUG": text}).flag("SEATLINE_DEBUG") is meant


def test_words_are_parted_by_commas_and_empty_ones_fall_out():
    hosts = Environment({"SEATLINE_HOSTS": " a.example , ,b.example,"}).words("SEATLINE_HOSTS")
    assert hosts == ["a.example", "b.example"]


def test_folder_is_a_path():
    assert Environment({"SEATLINE_VAR": "/srv/seatline"}).path("SEATLINE_VAR") == Path("/srv/seatline")


def test_missing_setting_says_its_name_its_meaning_and_what_to_do():
    with pytest.raises(SettingMissing, match=r"no SEATLINE_SECRET_KEY \(signs sessions and links\).*\./run"):
        Environment({}).text("SEATLINE_SECRET_KEY")


def test_unreadable_setting_is_shown():
    with pytest.raises(SettingUnreadable, match="SEATLINE_WEB_PORT='http' cannot be read as int"):
        Environment({"SEATLINE_WEB_PORT": "http"}).number("SEATLINE_WEB_PORT")


def test_undeclared_name_cannot_be_read():
    with pytest.raises(KeyError):
        Environment({"SEATLINE_SURPRISE": "1"}).text("SEATLINE_SURPRISE")


def test_names_are_unique_and_only_secrets_lack_a_default():
    names = [one.name for one in SETTINGS]
    assert len(names) == len(set(names))
    assert all(one.secret for one in SETTINGS if one.default is None)
    assert all(one.meaning for one in SETTINGS)


def test_secret_is_never_shown_in_an_error(monkeypatch):
    monkeypatch.setattr("seatline.env._BY_NAME", {"X": type(SETTINGS[0])("X", int, "a secret number", secret=True)})
    with pytest.raises(SettingUnreadable) as caught:
        Environment({"X": "hunter2"}).number("X")
    assert "hunter2" not in str(caught.value)

"""asterisk_etc/ obeys its own rules: heads, no secrets, nothing unset, nothing loaded that the packages do not have."""

import re
from pathlib import Path

import pytest

from seatline.env import ROOT
from seatline.house.asterisk import Access, Asterisk, Carrier, Ports
from seatline.house.prefix import Prefix
from seatline.house.render import TEMPLATES, VariableUnset, differences, render, write

FILES = sorted(TEMPLATES.glob("*.conf"))
SECRET = "x&<y>'\"z"  # everything that a template engine likes to escape
INSTANCE = Asterisk(
    prefix=Prefix(Path("/prefix")),
    folder=Path("/folder"),
    sounds=Path("/sounds"),
    ports=Ports(sip=5060, http=8088, ami=5038, agi=4573, rtp_first=12000, rtp_last=15999),
    access=Access(ari_password="an-ari-password", ami_secret=SECRET),
    carriers=(Carrier("one", "127.0.0.10"), Carrier("two", "127.0.0.11", 5080)),
    bench=("bench-1",),
)


@pytest.fixture(scope="module")
def rendered() -> dict[str, str]:
    return render(INSTANCE.values())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_file_says_what_it_is_for_who_reads_it_and_what_to_do_after_a_change(file):
    head = file.read_text().split("\n")[:3]
    assert all(line.startswith("; ") for line in head)
    assert "Read by:" in "".join(head)
    assert "After a change:" in "".join(head)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_readme_names_every_file(file):
    assert file.name in (TEMPLATES / "README.md").read_text()


def test_nothing_is_unset_and_nothing_escaped(rendered):
    assert "UNSET" not in "".join(rendered.values())
    assert f"secret = {SECRET}\n" in rendered["manager.conf"]


def test_rendered_files_say_that_they_are_rendered(rendered):
    assert all(text.startswith("; Rendered from asterisk_etc/") for text in rendered.values())


def test_a_variable_without_a_value_is_named_and_nothing_is_written(tmp_path):
    (tmp_path / "a.conf").write_text("port = {{ no_such_port }}\n")
    with pytest.raises(VariableUnset, match=r"a\.conf uses \{\{ no_such_port \}\}"):
        render({}, tmp_path)
    (tmp_path / "a.conf").write_text("{% for one in no_such_list %}{% endfor %}")
    with pytest.raises(VariableUnset, match="no_such_list"):
        render({}, tmp_path)


def test_the_ari_password_is_not_in_the_files(rendered):
    assert "an-ari-password" not in "".join(rendered.values())


def test_templates_hold_no_secret():
    for file in FILES:
        for name, value in re.findall(r"^(secret|password)\s*=\s*(.*)$", file.read_text(), re.MULTILINE):
            assert value.startswith("{{"), f"{file.name}: {name}"


def test_everything_that_listens_listens_on_loopback_only(rendered):
    bound = re.findall(r"^(?:bind|bindaddr|tlsbindaddr)\s*=\s*([0-9.]+)", "\n".join(rendered.values()), re.MULTILINE)
    assert len(bound) >= 3
    assert set(bound) == {"127.0.0.1"}


def test_numbers_from_trunks_are_filtered_before_anything_is_done_with_them(rendered):
    for line in rendered["extensions.conf"].splitlines():
        if "${EXTEN}" in line:
            assert "FILTER(" in line


def test_keys_are_written_nowhere(rendered):
    events = re.search(r"^events = (.*)$", rendered["cel.conf"], re.MULTILINE)
    assert events is not None
    assert not {"ALL", "DTMF"} & set(events[1].split(","))
    levels = [line for line in rendered["logger.conf"].splitlines() if "=>" in line]
    assert not any("dtmf" in line or "verbose" in line or "debug" in line for line in levels)
    assert "dtmf" not in re.search(r"^read = (.*)$", rendered["manager.conf"], re.MULTILINE)[1].split(";")[0]


def test_every_loaded_module_is_in_the_packages(rendered):
    folder = Prefix(ROOT / ".local" / "asterisk").modules
    if not folder.exists():
        pytest.skip("Asterisk's packages are not unpacked")
    wanted = re.findall(r"^(?:load|require) = (\S+)", rendered["modules.conf"], re.MULTILINE)
    assert len(wanted) == len(set(wanted))
    assert [name for name in wanted if not (folder / name).exists()] == []


def test_rendering_twice_changes_nothing_and_removes_strangers(tmp_path, rendered):
    assert set(write(rendered, tmp_path)) == set(rendered)
    (tmp_path / "left-over.conf").write_text("[general]\n")
    assert write(render(INSTANCE.values()), tmp_path) == ["left-over.conf"]
    assert write(rendered, tmp_path) == []
    assert differences(rendered, tmp_path) == ""
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_a_difference_is_shown_without_secrets(tmp_path, rendered):
    write(rendered, tmp_path)
    changed = rendered | {"manager.conf": rendered["manager.conf"].replace("authlimit = 10", "authlimit = 11")}
    shown = differences(changed, tmp_path, (SECRET,))
    assert "+authlimit = 11" in shown
    assert SECRET not in shown

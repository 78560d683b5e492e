"""Every kind of fault is sown and found, and what is shipped has none of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from seatline.audit.configuration import examine_files, examine_version
from seatline.audit.database import examine_server
from seatline.audit.files import examine_backups, examine_files_of, examine_ports, listening
from seatline.audit.findings import KINDS, Severity, changes, found, ranked, score
from seatline.audit.strength import weak
from seatline.audit.web import examine_web
from seatline.backup.status import Status, write_status
from seatline.house.asterisk import Access, Asterisk, Ports
from seatline.house.postgres import new_secret
from seatline.house.prefix import Prefix
from seatline.house.render import render

NOW = datetime(2026, 11, 24, tzinfo=UTC)
STRONG = "k9f0Zq3mB7xW2rT5yU8vA1cD4eG6hJ0n"
SOUND = {
    "DEBUG": False, "SECRET_KEY": STRONG, "ALLOWED_HOSTS": ["localhost"],
    "AUTH_PASSWORD_VALIDATORS": [{"NAME": "x.MinimumLengthValidator"}, {"NAME": "x.CommonPasswordValidator"}],
}  # fmt: skip


def codes(findings) -> set[str]:
    return {one.kind.code for one in findings}


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("manager.conf", "[general]\nenabled = yes\nbindaddr = 0.0.0.0\n", "ami.bind"),
        ("manager.conf", "[general]\nenabled = yes\n", "ami.bind"),
        ("manager.conf", "[admin]\nread = all\n", "ami.rights"),
        ("manager.conf", "[admin]\nsecret = mysecret\n", "ami.secret"),
        ("http.conf", "[general]\nenabled = yes\nbindaddr = 10.0.0.1\n", "ari.bind"),
        ("ari.conf", "[general]\nallowed_origins = *\n", "ari.origins"),
        ("ari.conf", "[seatline]\npassword = s3cret\n", "ari.password"),
        ("asterisk.conf", "[options]\nlive_dangerously = yes\n", "asterisk.dangerous"),
        ("pjsip.conf", "[anonymous]\ntype = endpoint\n", "sip.anonymous"),
        ("pjsip.conf", "[carrier]\ntype = identify\nmatch = 0.0.0.0/0\n", "sip.everywhere"),
        ("extensions.conf", "[from-trunk]\nexten => _X.,1,Set(A=${EXTEN})\n", "dialplan.unfiltered"),
        ("extensions.conf", "[from-trunk]\nexten => 1,1,Dial(PJSIP/1@carrier)\n", "dialplan.outbound"),
        ("extensions.conf", "[from-trunk]\ninclude => outbound\n", "dialplan.outbound"),
        ("cel.conf", "[general]\nevents = ALL\n", "cel.digits"),
        ("cel.conf", "[general]\nevents = ANSWER,DTMF\n", "cel.digits"),
        ("cdr.conf", "[general]\nenable = yes\n", "cdr.on"),
    ],
)
def test_fault_sown_in_asterisks_files_is_found(name, text, code):
    assert codes(examine_files({name: text})) == {code}


def test_files_as_shipped_have_no_fault(tmp_path):
    asterisk = Asterisk(
        Prefix(tmp_path), tmp_path, tmp_path / "sounds", Ports(5060, 8088, 5038, 4573, 12000, 15999),
        Access(new_secret(), new_secret()), login_number="96968045",
    )  # fmt: skip
    assert list(examine_files(render(asterisk.values()))) == []


@pytest.mark.parametrize("version", ["Asterisk 20.1.0 built by", "Asterisk 22.10.0", "something"])
def test_old_asterisk_is_found(version):
    assert codes(examine_version(version)) == {"asterisk.old"}
    assert codes(examine_version("Asterisk 22.10.1~dfsg")) == set()


@pytest.mark.parametrize(
    ("setting", "vault", "code"),
    [
        ({"DEBUG": True}, STRONG, "web.debug"),
        ({"SECRET_KEY": "django-insecure-" + STRONG}, STRONG, "web.key"),
        ({"SECRET_KEY": "short"}, STRONG, "web.key"),
        ({}, "", "web.vault"),
        ({"ALLOWED_HOSTS": ["*"], "SESSION_COOKIE_SECURE": True, "CSRF_COOKIE_SECURE": True}, STRONG, "web.hosts"),
        ({"ALLOWED_HOSTS": ["calls.example.org"]}, STRONG, "web.cookies"),
        ({"AUTH_PASSWORD_VALIDATORS": []}, STRONG, "web.password_rules"),
    ],
)
def test_fault_sown_in_the_webs_settings_is_found(setting, vault, code):
    assert codes(examine_web(SOUND | setting, vault)) == {code}
    assert list(examine_web(SOUND, STRONG)) == []


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (("host", "all", "all", "127.0.0.1", "trust"), "hba.trust"),
        (("host", "all", "all", "10.0.0.0", "scram-sha-256"), "hba.plain"),
        (("hostssl", "all", "all", "10.0.0.0", "scram-sha-256"), None),
        (("local", "all", "all", None, "trust"), None),
    ],
)
def test_open_door_of_postgresql_is_found(rule, code):
    assert codes(examine_server([rule], [])) == ({code} if code else set())


def test_role_without_a_well_kept_password_is_found():
    kept = [("a", "SCRAM-SHA-256$4096:x"), ("b", "md5abc"), ("c", None)]
    assert [one.where for one in examine_server([], kept)] == ["b", "c"]


def test_readable_secret_and_sound_are_found(tmp_path):
    secret, sounds = tmp_path / "env", tmp_path / "recordings"
    secret.write_text("KEY=1")
    sounds.mkdir(mode=0o755)
    secret.chmod(0o644)
    assert codes(examine_files_of([secret], sounds, lambda folder: False)) == {"file.secret", "file.sound"}
    secret.chmod(0o600)
    sounds.chmod(0o700)
    assert codes(examine_files_of([secret], sounds, lambda folder: False)) == set()
    secret.chmod(0o644)
    assert codes(examine_files_of([secret], sounds, lambda folder: True)) == set()


def test_backup_of_the_day_before_yesterday_is_old(tmp_path):
    assert codes(examine_backups(tmp_path, NOW)) == {"backup.old"}
    made = Status(made_at=(NOW - timedelta(hours=3)).isoformat())
    write_status(tmp_path, made)
    assert codes(examine_backups(tmp_path, NOW)) == {"backup.here", "backup.untried"}
    away = replace(made, offsite="/elsewhere", offsite_at=made.made_at, tried_at=made.made_at, tried_well=True)
    write_status(tmp_path, away)
    assert codes(examine_backups(tmp_path, NOW)) == set()
    assert codes(examine_backups(tmp_path, NOW + timedelta(days=2))) == {"backup.old"}
    write_status(tmp_path, replace(away, tried_well=False))
    assert codes(examine_backups(tmp_path, NOW)) == {"backup.untried"}


def test_program_that_listens_beyond_loopback_is_found(tmp_path):
    (tmp_path / "tcp").write_text(
        "  sl  local_address rem_address   st\n"
        "   0: 0100007F:1F40 00000000:0000 0A\n"
        "   1: 00000000:1F98 00000000:0000 0A\n"
        "   2: 00000000:0016 00000000:0000 0A\n"
        "   3: 0100007F:1F40 0100007F:AAAA 01\n"
    )
    seen = list(listening(tmp_path))
    assert seen == [("127.0.0.1", 8000), ("0.0.0.0", 8088), ("0.0.0.0", 22)]
    assert [one.where for one in examine_ports(seen, [8000, 8088])] == ["0.0.0.0 8088"]


@pytest.mark.parametrize(
    ("secret", "guessed"),
    [("short", True), ("aaaaaaaaaaaaaaaaaaaaaaaa", True), ("seatline-abcdefghijklmnop", True), (STRONG, False)],
)
def test_secret_that_a_person_made_is_weak(secret, guessed):
    assert weak(secret, "seatline") is guessed


def test_worst_comes_first_and_a_kind_costs_once():
    findings = ranked([found("cdr.on", "b"), found("web.debug", "a"), found("web.debug", "b"), found("cdr.on", "b")])
    assert [one.kind.severity for one in findings] == [Severity.CRITICAL, Severity.CRITICAL, Severity.LOW]
    assert (score(findings), score([])) == (59, 100)


def test_next_audit_says_what_is_new_and_what_was_mended():
    assert changes(["a 1", "b 1"], ["b 1", "c 1"]) == (["c 1"], ["a 1"])


def test_there_are_at_least_thirty_kinds_each_with_its_mending():
    assert len(KINDS) >= 30
    assert all(kind.mend and kind.title for kind in KINDS.values())

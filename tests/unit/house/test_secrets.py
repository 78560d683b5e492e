"""`.local/env`: made once, kept, private; ports free and different."""

import socket

from seatline.house import secrets


def test_file_is_private_and_read_back_as_written(tmp_path):
    path = tmp_path / "env"
    values = secrets.complete({}, taken=lambda port: False)
    secrets.save(path, values)
    assert path.stat().st_mode & 0o777 == 0o600
    assert secrets.load(path) == values


def test_what_is_there_stays(tmp_path):
    first = secrets.complete({}, taken=lambda port: False)
    assert secrets.complete(first) == first


def test_two_machines_have_no_secret_in_common():
    one, other = (secrets.complete({}, taken=lambda port: False) for _ in range(2))
    assert not {one[name] for name in secrets.SECRETS} & {other[name] for name in secrets.SECRETS}


def test_the_usual_port_is_taken_only_if_nobody_has_it():
    values = secrets.complete({}, taken=lambda port: port == 8000)
    assert values["SEATLINE_WEB_PORT"] != "8000"
    assert values["SEATLINE_SIP_PORT"] == "5060"


def test_no_two_programs_get_one_port():
    values = secrets.complete({}, taken=lambda port: port < 16000)
    ports = [values[name] for name in secrets.PORTS]
    assert len(set(ports)) == len(ports)


def test_a_port_in_use_is_seen_as_tcp_and_as_udp():
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as other:
            other.bind(("127.0.0.1", 0))
            port = other.getsockname()[1]
            assert secrets.port_is_taken(port)
        assert not secrets.port_is_taken(port)


def test_derived_secrets_follow_from_key_and_purpose_alone():
    letters = "abcdefgh"
    assert secrets.derived("pin 1", 6, letters, "key") == secrets.derived("pin 1", 6, letters, "key")
    assert secrets.derived("pin 1", 6, letters, "key") != secrets.derived("pin 2", 6, letters, "key")
    assert secrets.derived("pin 1", 6, letters, "key") != secrets.derived("pin 1", 6, letters, "other key")

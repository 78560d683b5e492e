"""Whoever uses the program over the network is offered its source."""

import io
import tarfile


def test_source_is_given_without_a_login_and_holds_the_program_and_nothing_of_the_machine(client):
    answer = client.get("/source.tar.gz")

    assert answer.status_code == 200
    with tarfile.open(fileobj=io.BytesIO(answer.content)) as tar:
        names = tar.getnames()
    assert {"seatline/LICENSE", "seatline/manage.py", "seatline/telephony/core/call.py"} <= set(names)
    assert not [name for name in names if ".local" in name or "demo.json" in name or name.endswith(".pyc")]

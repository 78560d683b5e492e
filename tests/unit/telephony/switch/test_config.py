"""Numbers as carriers take them."""

from pathlib import Path

import pytest

from telephony.switch.config import Settings

HERE = Settings(
    ari_url="", ari_user="", ari_password="", ari_app="", ami_port=0, ami_user="", ami_secret="", var=Path(),
    country="86", area="21",
)  # fmt: skip


@pytest.mark.parametrize(
    ("number", "form"),
    [
        ("+8613800000001", "13800000001"),
        ("+862161234567", "61234567"),  # in town
        ("+861061234567", "01061234567"),  # another area
        ("+8675561234567", "075561234567"),
        ("+864001234567", "4001234567"),
        ("+442071234567", "00442071234567"),
    ],
)
def test_carrier_gets_the_national_form_and_reads_it_as_the_same_number(number, form):
    assert HERE.outward(number) == form
    assert HERE.canonical(form) == number

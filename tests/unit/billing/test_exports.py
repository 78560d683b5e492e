"""What goes into files: cells that stay text, amounts in capitals."""

from decimal import Decimal

import pytest

from billing.exports.capitals import in_capitals
from billing.exports.labels import LABELS, REASONS, label
from seatline.sheets import safe


@pytest.mark.parametrize(
    "text", ["=1+1", "+862161234567", "-5", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠x"]
)
def test_text_that_looks_like_a_formula_stays_text(text):
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Seats", "8,000.00 for the period", "1 − 2", "座席"])
def test_other_text_is_left_alone(text):
    assert safe(text) == text


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0.00", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("1.05", "壹元零伍分"),
        ("10.00", "壹拾元整"),
        ("105.30", "壹佰零伍元叁角整"),
        ("12345.60", "壹万贰仟叁佰肆拾伍元陆角整"),
        ("100000.00", "壹拾万元整"),
        ("100001.00", "壹拾万零壹元整"),
        ("1002003.04", "壹佰万贰仟零叁元零肆分"),
        ("10000000.00", "壹仟万元整"),
        ("100000001.00", "壹亿零壹元整"),
        ("100010000.00", "壹亿零壹万元整"),
        ("-11145.00", "负壹万壹仟壹佰肆拾伍元整"),
    ],
)
def test_amounts_in_chinese_capitals(amount, words):
    assert in_capitals(Decimal(amount)) == words


def test_labels_stand_in_one_language_or_side_by_side():
    assert label(LABELS["invoice"], "en") == "Invoice"
    assert label(LABELS["invoice"], "zh-hans") == "账单"
    assert label(LABELS["invoice"], "both") == "Invoice 账单"


def test_every_reason_can_be_printed():
    from billing.mediation.models import UsageRecord

    assert set(REASONS) == set(UsageRecord.Reason.values)

"""Values as they are said, read back from the words of their parts."""

import pytest

from telephony.core.speaking import parts
from telephony.plans.spoken_parts import PHRASES


def said(value, how, language, currency="CNY"):
    words = [PHRASES[part][language] for part in parts(value, how, language, currency)]
    return ("" if language == "zh" else " ").join(words)


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [
        ("0", "零", "zero"),
        ("7", "七", "seven"),
        ("10", "十", "ten"),
        ("12", "十二", "twelve"),
        ("20", "二十", "twenty"),
        ("42", "四十二", "forty two"),
        ("100", "一百", "one hundred"),
        ("105", "一百零五", "one hundred five"),
        ("110", "一百一十", "one hundred ten"),
        ("115", "一百一十五", "one hundred fifteen"),
        ("1000", "一千", "one thousand"),
        ("1005", "一千零五", "one thousand five"),
        ("1010", "一千零一十", "one thousand ten"),
        ("1050", "一千零五十", "one thousand fifty"),
        ("1100", "一千一百", "one thousand one hundred"),
        ("10000", "一万", "ten thousand"),
        ("10001", "一万零一", "ten thousand one"),
        ("10500", "一万零五百", "ten thousand five hundred"),
        ("12345", "一万二千三百四十五", "twelve thousand three hundred forty five"),
        ("100000", "十万", "one hundred thousand"),
        ("120005", "十二万零五", "one hundred twenty thousand five"),
        ("1000000", "一百万", "one million"),
        ("100000000", "一亿", "one hundred million"),
        ("100000001", "一亿零一", "one hundred million one"),
        ("100010000", "一亿零一万", "one hundred million ten thousand"),
        ("110000000", "一亿一千万", "one hundred ten million"),
        ("3.14", "三点一四", "three point one four"),
        ("3.50", "三点五", "three point five"),
        ("-8", "负八", "minus eight"),
    ],
)
def test_number(value, chinese, english):
    assert said(value, "number", "zh") == chinese
    assert said(value, "number", "en") == english


@pytest.mark.parametrize(
    ("value", "currency", "chinese", "english"),
    [
        ("0", "CNY", "零元", "zero yuan"),
        ("12", "CNY", "十二元", "twelve yuan"),
        ("12.05", "CNY", "十二元零五分", "twelve yuan five fen"),
        ("12.50", "CNY", "十二元五角", "twelve yuan fifty fen"),
        ("12.56", "CNY", "十二元五角六分", "twelve yuan fifty six fen"),
        ("0.30", "CNY", "三角", "thirty fen"),
        ("0.05", "CNY", "五分", "five fen"),
        ("-1005.5", "CNY", "负一千零五元五角", "minus one thousand five yuan fifty fen"),
        ("1", "USD", "一美元", "one dollar"),
        ("2.01", "USD", "二美元一美分", "two dollars one cent"),
    ],
)
def test_amount(value, currency, chinese, english):
    assert said(value, "amount", "zh", currency) == chinese
    assert said(value, "amount", "en", currency) == english


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [
        ("2026-11-24", "二零二六年十一月二十四日", "November twenty fourth twenty twenty six"),
        ("2005-01-01", "二零零五年一月一日", "January first two thousand five"),
        ("1999-12-31T08:00", "一九九九年十二月三十一日", "December thirty first nineteen ninety nine"),
        ("1908-10-10", "一九零八年十月十日", "October tenth nineteen oh eight"),
    ],
)
def test_date(value, chinese, english):
    assert said(value, "date", "zh") == chinese
    assert said(value, "date", "en") == english


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [
        ("08:00", "八点整", "eight a m"),
        ("15:05", "十五点零五分", "three oh five p m"),
        ("02:30", "两点三十分", "two thirty a m"),
        ("00:10", "零点十分", "twelve ten a m"),
        ("2026-11-24T12:45:10+08:00", "十二点四十五分", "twelve forty five p m"),
    ],
)
def test_time(value, chinese, english):
    assert said(value, "time", "zh") == chinese
    assert said(value, "time", "en") == english


def test_digits_are_read_as_on_the_telephone():
    assert said("1252-10", "digits", "zh") == "幺二五二幺零"
    assert said("1252", "digits", "en") == "one two five two"


@pytest.mark.parametrize("how", ["number", "amount", "date", "time", "colour"])
@pytest.mark.parametrize("value", ["", "abc", "NaN", "1e99", "2026-13-01"])
def test_what_cannot_be_said_says_nothing(value, how):
    assert parts(value, how, "zh") == ()


def test_every_part_has_words_in_both_languages():
    for numeral in (*range(0, 3000, 7), 10**6 + 3, 10**9 + 10**4):
        for language in ("en", "zh"):
            assert all(part in PHRASES for part in parts(str(numeral), "number", language))

"""How values are said: digits, numbers, amounts, dates and times as the names of short recorded parts, in order.

Rules of this file: pure. `telephony.plans.spoken_parts` has the words of every part that is named here. A value that
is not what it should be gives no parts, so that a caller hears less rather than something wrong.
"""

from datetime import date, time
from decimal import Decimal, InvalidOperation
from itertools import pairwise

HOWS = ("digits", "number", "amount", "date", "time")
CURRENCIES = ("CNY", "USD")
LARGEST = 10**12  # a number from here on is read digit by digit
_MYRIADS = (("say-hundred-million", 10**8), ("say-ten-thousand", 10**4))
_PLACES = (("say-thousand", 1000), ("say-hundred", 100), ("say-10", 10))
_THOUSANDS = (("say-billion", 10**9), ("say-million", 10**6), ("say-thousand", 10**3))
_UNITS = {"CNY": ("say-yuan", "say-jiao", "say-fen"), "USD": ("say-dollar", "", "say-cent")}


def parts(value: str, how: str, language: str, currency: str = "CNY") -> tuple[str, ...]:
    """The parts that say `value`; `how` is one of `HOWS`. Amounts are decimal, dates and times ISO 8601."""
    chinese = language == "zh"
    try:
        match how:
            case "digits":
                return digits(value, chinese)
            case "number":
                return number(Decimal(value), chinese)
            case "amount":
                return amount(Decimal(value), chinese, currency)
            case "date":
                return day(date.fromisoformat(value[:10]), chinese)
            case "time":
                clock = value.partition("T")[2] or value
                return moment(time.fromisoformat(clock), chinese)
    except (ValueError, InvalidOperation):
        pass
    return ()


def digits(value: str, chinese: bool) -> tuple[str, ...]:
    """One by one, as telephone numbers are read; Chinese says 幺 for 1. Anything but digits is left out."""
    one = "say-yao" if chinese else "say-1"
    return tuple(one if digit == "1" else f"say-{digit}" for digit in value if digit in "0123456789")


def number(value: Decimal, chinese: bool) -> tuple[str, ...]:
    """A number with its sign and its decimals."""
    if not value.is_finite() or abs(value) >= LARGEST:
        raise ValueError("no number that is said")
    whole, _, behind = f"{abs(value):f}".partition(".")
    said = whole_number(int(whole), chinese)
    if behind.strip("0"):
        said = (*said, "say-point", *(f"say-{digit}" for digit in behind.rstrip("0")))
    return ("say-minus", *said) if value < 0 else said


def whole_number(value: int, chinese: bool) -> tuple[str, ...]:
    """A whole number from 0 up to below `LARGEST`."""
    if value == 0:
        return ("say-0",)
    return _chinese(value) if chinese else _english(value)


def amount(value: Decimal, chinese: bool, currency: str = "CNY") -> tuple[str, ...]:
    """Money: 12.05 is 十二元零五分, and twelve dollars five cents. Rounded to a hundredth."""
    if not value.is_finite() or abs(value) >= LARGEST:
        raise ValueError("no amount that is said")
    hundredths = int((abs(value) * 100).to_integral_value())
    whole, cents = divmod(hundredths, 100)
    main, tenth, hundredth = _UNITS[currency]
    said: tuple[str, ...] = (*whole_number(whole, chinese), _plural(main, whole)) if whole or not cents else ()
    if cents and chinese and tenth:
        tens, ones = divmod(cents, 10)
        if tens:
            said += (f"say-{tens}", tenth)
        elif whole:
            said += ("say-0",)
        if ones:
            said += (f"say-{ones}", hundredth)
    elif cents:
        said += (*whole_number(cents, chinese), _plural(hundredth, cents))
    return ("say-minus", *said) if value < 0 and hundredths else said


def day(value: date, chinese: bool) -> tuple[str, ...]:
    """二零二六年十一月二十四日; November, twenty-fourth, twenty twenty-six."""
    month, there = f"say-month-{value.month}", f"say-day-{value.day}"
    if chinese:
        return (*(f"say-{digit}" for digit in f"{value.year:04}"), "say-year", month, there)
    return (month, there, *_english_year(value.year))


def moment(value: time, chinese: bool) -> tuple[str, ...]:
    """十五点零五分, 八点整; three oh five p m, eight a m."""
    hour, minute = value.hour, value.minute
    if chinese:
        zero = ("say-0",) if 0 < minute < 10 else ()
        rest = (*zero, *_chinese(minute), "say-minute") if minute else ("say-sharp",)
        return (*(("say-0",) if hour == 0 else _hour(hour)), "say-oclock", *rest)
    past: tuple[str, ...] = (*(("say-oh",) if minute < 10 else ()), *_english(minute)) if minute else ()
    return (*_english(hour % 12 or 12), *past, "say-am" if hour < 12 else "say-pm")


def _hour(hour: int) -> tuple[str, ...]:
    return ("say-liang",) if hour == 2 else _chinese(hour)  # two o'clock is 两点


def _plural(unit: str, count: int) -> str:
    return f"{unit}s" if count != 1 and unit in ("say-dollar", "say-cent") else unit


def _english_year(year: int) -> tuple[str, ...]:
    high, low = divmod(year, 100)
    if low == 0 or year < 1000 or 2000 < year < 2010:
        return _english(year)
    return (*_english(high), *(("say-oh",) if low < 10 else ()), *_english(low))


def _english(value: int) -> tuple[str, ...]:
    for name, size in _THOUSANDS:
        if value >= size:
            rest = value % size
            return (*_english(value // size), name, *(_english(rest) if rest else ()))
    said: tuple[str, ...] = ()
    if value >= 100:
        said, value = (f"say-{value // 100}", "say-hundred"), value % 100
    if value >= 20:
        said, value = (*said, f"say-{value // 10 * 10}"), value % 10
    return (*said, f"say-{value}") if value else said


def _chinese(value: int) -> tuple[str, ...]:
    """Groups of four places: each says its own number, with 零 for places that are skipped."""
    groups: list[tuple[int, str]] = []
    rest = value
    for name, size in _MYRIADS:
        if rest >= size:
            groups.append((rest // size, name))
        elif groups:
            groups.append((0, name))
        rest %= size
    groups.append((rest, ""))
    said: tuple[str, ...] = ()
    skipped = False
    for group, name in groups:
        if group == 0:
            skipped = bool(said)
            continue
        zero = ("say-0",) if said and (skipped or group < 1000) else ()
        said += (*zero, *_group(group, first=not said), *((name,) if name else ()))
        skipped = False
    return said


def _group(value: int, *, first: bool) -> tuple[str, ...]:
    """A number below ten thousand. At the very beginning 十二 is said for 12, elsewhere 一十二."""
    if first and 10 <= value < 20:
        return ("say-10", *((f"say-{value % 10}",) if value % 10 else ()))
    places = [(value // size % 10, name) for name, size in _PLACES] + [(value % 10, "")]
    said: tuple[str, ...] = (f"say-{places[0][0]}", places[0][1]) if places[0][0] else ()
    for (before, _), (figure, name) in pairwise(places):
        if figure:
            said += ("say-0",) if said and not before else ()
            said += (f"say-{figure}", *((name,) if name else ()))
    return said

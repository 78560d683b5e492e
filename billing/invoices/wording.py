"""Texts that are frozen on documents in both languages at once, so not through gettext."""

from datetime import date

from billing.rating.periods import ONE_DAY, Period

#: part of a component -> what follows the contract's own text, in English and Chinese.
_PARTS: dict[str, tuple[str, str]] = {
    "seats": ("", ""),
    "fee": ("", ""),
    "usage": ("", ""),
    "overage": (": usage", "：用量"),
    "true_up": (": up to the minimum", "：最低消费差额"),
    "ceiling": (": down to the maximum", "：最高消费封顶"),
    "numbers": ("", ""),
    "hours": ("", ""),
    "commission": ("", ""),
    "storage": ("", ""),
    "work": ("", ""),
    "credit": ("", ""),
    "discount": ("", ""),
    "penalty": ("", ""),
    "absence": (": absence", "：缺勤扣减"),
    "deducted": (": absence", "：缺勤扣减"),
}


def line_text(text: str, text_zh: str, part: str) -> tuple[str, str]:
    """The text of a line in English and Chinese."""
    after, after_zh = _PARTS.get(part, (f": {part}", f"：{part}"))
    return text + after, text_zh + after_zh


def correction_text(text: str, text_zh: str, period: Period) -> tuple[str, str]:
    """The text of a line that corrects an earlier period."""
    return f"Correction {days(period)}: {text}", f"更正 {days(period)}：{text_zh}"


def days(period: Period) -> str:
    """First and last day, the same in every language."""
    last: date = period.ends_on - ONE_DAY
    return f"{period.starts_on:%Y-%m-%d} – {last:%Y-%m-%d}"

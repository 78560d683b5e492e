"""The words of every part of which values are said: see `telephony.core.speaking`.

Each is spoken in both languages although some are used in one alone: a part that is missing would be a hole in a
sentence. They are made without silence around them, so that numbers do not come in gasps.
"""

from collections.abc import Mapping

_ONES = (
    ("zero", "零"), ("one", "一"), ("two", "二"), ("three", "三"), ("four", "四"), ("five", "五"), ("six", "六"),
    ("seven", "七"), ("eight", "八"), ("nine", "九"), ("ten", "十"), ("eleven", "十一"), ("twelve", "十二"),
    ("thirteen", "十三"), ("fourteen", "十四"), ("fifteen", "十五"), ("sixteen", "十六"), ("seventeen", "十七"),
    ("eighteen", "十八"), ("nineteen", "十九"),
)  # fmt: skip
_TENS = (
    ("twenty", "二十"), ("thirty", "三十"), ("forty", "四十"), ("fifty", "五十"), ("sixty", "六十"),
    ("seventy", "七十"), ("eighty", "八十"), ("ninety", "九十"),
)  # fmt: skip
_MONTHS = (
    ("January", "一月"), ("February", "二月"), ("March", "三月"), ("April", "四月"), ("May", "五月"), ("June", "六月"),
    ("July", "七月"), ("August", "八月"), ("September", "九月"), ("October", "十月"), ("November", "十一月"),
    ("December", "十二月"),
)  # fmt: skip
_ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
    "twentieth", "twenty first", "twenty second", "twenty third", "twenty fourth", "twenty fifth", "twenty sixth",
    "twenty seventh", "twenty eighth", "twenty ninth", "thirtieth", "thirty first",
)  # fmt: skip
_WORDS = {
    "yao": ("one", "幺"), "liang": ("two", "两"), "hundred": ("hundred", "百"), "thousand": ("thousand", "千"),
    "ten-thousand": ("ten thousand", "万"), "million": ("million", "百万"),
    "hundred-million": ("hundred million", "亿"), "billion": ("billion", "十亿"), "point": ("point", "点"),
    "minus": ("minus", "负"), "yuan": ("yuan", "元"),
    "jiao": ("jiao", "角"), "fen": ("fen", "分"), "dollar": ("dollar", "美元"), "dollars": ("dollars", "美元"),
    "cent": ("cent", "美分"), "cents": ("cents", "美分"), "year": ("year", "年"), "oclock": ("o'clock", "点"),
    "minute": ("minutes", "分"), "sharp": ("sharp", "整"), "oh": ("oh", "零"), "am": ("a m", "上午"),
    "pm": ("p m", "下午"),
}  # fmt: skip


def _chinese_day(number: int) -> str:
    tens, ones = divmod(number, 10)
    return f"{('', '十', '二十', '三十')[tens]}{_ONES[ones][1] if ones else ''}日"


PHRASES: Mapping[str, Mapping[str, str]] = {
    name: {"en": english, "zh": chinese}
    for name, (english, chinese) in {
        **{f"say-{number}": words for number, words in enumerate(_ONES)},
        **{f"say-{number * 10}": words for number, words in enumerate(_TENS, 2)},
        **{f"say-month-{number}": words for number, words in enumerate(_MONTHS, 1)},
        **{f"say-day-{number}": (english, _chinese_day(number)) for number, english in enumerate(_ORDINALS, 1)},
        **{f"say-{name}": words for name, words in _WORDS.items()},
    }.items()
}

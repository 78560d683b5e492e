"""What waiting callers hear of their place and their wait; `core.acd.estimate` says which of these is said when.

Whole sentences for each place and each span: they sound better than words put together.
"""

from collections.abc import Mapping

from telephony.core.acd.estimate import MINUTES, MOST_PLACES

_PLACES = ("next", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_FIGURES = "一二三四五六七八九十"
_TIMES = {1: ("one minute", "一"), 2: ("two minutes", "两"), 3: ("three minutes", "三"), 5: ("five minutes", "五"),
          10: ("ten minutes", "十"), 15: ("fifteen minutes", "十五"), 20: ("twenty minutes", "二十"),
          30: ("thirty minutes", "三十")}  # fmt: skip

WAITING_PHRASES: Mapping[str, Mapping[str, str]] = {
    **{
        f"position-{place}": {
            "en": f"You are the {_PLACES[place - 1]} in line.",
            "zh": f"您现在排在第{_FIGURES[place - 1]}位。",
        }
        for place in range(1, MOST_PLACES + 1)
    },
    "position-many": {
        "en": "There are more than ten callers before you.",
        "zh": "您前面还有十位以上的来电正在等候。",
    },
    **{
        f"wait-{minutes}": {
            "en": f"You will be answered in less than {_TIMES[minutes][0]}, as far as we can tell.",
            "zh": f"预计等候时间不到{_TIMES[minutes][1]}分钟。",
        }
        for minutes in MINUTES
    },
    # For a queue's messages, where its node leads from 1 to a callback.
    "offer-callback": {
        "en": "If you would rather be called back and keep your place, press 1.",
        "zh": "如需保留排队位置并由我们回电，请按1。",
    },
    "wait-long": {
        "en": "We expect that you would have to wait for more than half an hour.",
        "zh": "预计等候时间超过半小时。",
    },
}

"""Every sentence that the phone codes speak to agents, in both languages.

`seatline.house.prompts` speaks them into files of the same names. Numbers are spoken digit by digit.
"""

from collections.abc import Mapping

PHRASES: Mapping[str, Mapping[str, str]] = {
    # Questions.
    "key-agent-number": {
        "en": "Please key your agent number.",
        "zh": "请输入您的工号。",
    },
    "key-agent-pin": {
        "en": "Please key your PIN, then the hash key.",
        "zh": "请输入密码，按井号键结束。",
    },
    "nothing-keyed": {
        "en": "Nothing was keyed.",
        "zh": "没有收到您的输入。",
    },
    "telephone-not-allowed": {
        "en": "You may not take calls on this telephone.",
        "zh": "您不能使用这部电话接听来电。",
    },
    "key-supervisor-number": {
        "en": "Please key your own number.",
        "zh": "请输入您本人的工号。",
    },
    "key-agent-listened": {
        "en": "Please key the number of the agent.",
        "zh": "请输入座席的工号。",
    },
    # Supervisors.
    "you-listen": {
        "en": "You are listening. Nobody hears you.",
        "zh": "您正在监听，通话双方听不到您的声音。",
    },
    "you-whisper": {
        "en": "Only the agent hears you.",
        "zh": "您正在耳语，只有座席能听到您的声音。",
    },
    "you-barge": {
        "en": "Both hear you.",
        "zh": "您已强插，通话双方都能听到您的声音。",
    },
    "you-take-over": {
        "en": "You take the call over.",
        "zh": "您已接管通话。",
    },
    "no-such-talk": {
        "en": "No agent with this number is talking now.",
        "zh": "该工号的座席目前没有通话。",
    },
    "not-a-supervisor": {
        "en": "You may not do this.",
        "zh": "您没有此项权限。",
    },
    "not-possible-now": {
        "en": "This is not possible now.",
        "zh": "目前无法执行此操作。",
    },
    # States.
    "logged-in": {
        "en": "You are logged in. You are ready for calls.",
        "zh": "签入成功，您现在是就绪状态。",
    },
    "logged-out": {
        "en": "You are logged out.",
        "zh": "您已签出。",
    },
    "ready": {
        "en": "You are ready for calls.",
        "zh": "您现在是就绪状态。",
    },
    "paused": {
        "en": "You are paused.",
        "zh": "您现在是示忙状态。",
    },
    "pause-reason": {
        "en": "Reason number",
        "zh": "原因代码",
    },
    "on-a-call": {
        "en": "You are on a call.",
        "zh": "您正在通话中。",
    },
    "pause-after-call": {
        "en": "Your pause begins when the call is over.",
        "zh": "通话结束后将自动转为示忙状态。",
    },
    "in-wrap-up": {
        "en": "You are in wrap-up.",
        "zh": "您现在是话后处理状态。",
    },
    "lease-over": {
        "en": "The hours of your seats are over. You will be logged out when your call ends.",
        "zh": "租用时段已结束，通话结束后您将自动签出。",
    },
    "not-logged-in": {
        "en": "Nobody is logged in on this phone.",
        "zh": "本机没有座席签入。",
    },
    "callers-waiting": {
        "en": "Number of callers waiting:",
        "zh": "正在排队的来电数：",
    },
    "no-callback": {
        "en": "Nobody is waiting to be called back.",
        "zh": "目前没有需要回拨的客户。",
    },
    # Refusals.
    "wrong-login": {
        "en": "The agent number or the PIN is wrong.",
        "zh": "工号或密码错误。",
    },
    "tries-left": {
        "en": "Number of tries left:",
        "zh": "剩余尝试次数：",
    },
    "agent-pin-locked": {
        "en": "Too many wrong PINs. This agent number is locked. Minutes to wait:",
        "zh": "密码错误次数过多，该工号已被锁定。需等待的分钟数：",
    },
    "pin-not-set": {
        "en": "This agent number has no PIN yet. Please ask your supervisor.",
        "zh": "该工号尚未设置密码，请联系班长。",
    },
    "agent-inactive": {
        "en": "This agent number is switched off. Please ask your supervisor.",
        "zh": "该工号已停用，请联系班长。",
    },
    "no-seat-leased": {
        "en": "You cannot log in: no seat is leased at this hour.",
        "zh": "无法签入：当前时段没有租用座席。",
    },
    "seats-full": {
        "en": "You cannot log in: all leased seats are taken.",
        "zh": "无法签入：租用的座席已满。",
    },
    "seat-of-another": {
        "en": "You cannot log in here: this seat is reserved for another client.",
        "zh": "无法在此签入：本座席已由其他客户租用。",
    },
    "another-agent-here": {
        "en": "Another agent is logged in on this phone.",
        "zh": "本机已有其他座席签入。",
    },
    "no-such-reason": {
        "en": "There is no pause reason with this digit.",
        "zh": "没有这个示忙原因代码。",
    },
    "unknown-code": {
        "en": "There is no such code.",
        "zh": "没有这个功能代码。",
    },
    "server-trouble": {
        "en": "The server does not answer. Nothing was changed. Please try again, and tell the technician.",
        "zh": "系统暂时无法响应，本次操作未生效，请重试并通知技术人员。",
    },
    "digit-0": {"en": "zero", "zh": "零"},
    "digit-1": {"en": "one", "zh": "一"},
    "digit-2": {"en": "two", "zh": "二"},
    "digit-3": {"en": "three", "zh": "三"},
    "digit-4": {"en": "four", "zh": "四"},
    "digit-5": {"en": "five", "zh": "五"},
    "digit-6": {"en": "six", "zh": "六"},
    "digit-7": {"en": "seven", "zh": "七"},
    "digit-8": {"en": "eight", "zh": "八"},
    "digit-9": {"en": "nine", "zh": "九"},
}

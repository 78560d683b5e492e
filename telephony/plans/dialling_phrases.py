"""What the house says to agents whose call goes out, and to whom it does not."""

from collections.abc import Mapping

DIALLING_PHRASES: Mapping[str, Mapping[str, str]] = {
    "dial-not-allowed": {
        "en": "You may not call this number.",
        "zh": "您无权拨打该号码。",
    },
    "dial-never": {
        "en": "This number is on the list of numbers that are not to be called.",
        "zh": "该号码在谢绝来电名单中，不能拨打。",
    },
    "dial-not-now": {
        "en": "Customers are not called at this hour.",
        "zh": "当前时段不允许呼叫客户。",
    },
    "dial-busy": {
        "en": "The number is busy.",
        "zh": "您拨打的号码正忙。",
    },
    "dial-not-answered": {
        "en": "The number does not answer.",
        "zh": "您拨打的号码无人接听。",
    },
    "dial-no-line": {
        "en": "There is no free line. Please try again in a moment.",
        "zh": "目前没有空闲线路，请稍后再试。",
    },
}

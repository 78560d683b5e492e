"""What the house itself says to callers, in both languages; a tenant's prompt of the same name goes before it.

`core.ending.LAST_WORDS` names the phrases with which a call may end. `seatline.house.prompts` speaks them all.
"""

from collections.abc import Mapping

from telephony.plans.asking_phrases import ASKING_PHRASES
from telephony.plans.dialling_phrases import DIALLING_PHRASES
from telephony.plans.spoken_parts import PHRASES as PARTS
from telephony.plans.waiting_phrases import WAITING_PHRASES

PHRASES: Mapping[str, Mapping[str, str]] = {
    "welcome": {
        "en": "Welcome.",
        "zh": "您好，欢迎致电。",
    },
    "please-wait": {
        "en": "Please hold the line. We are connecting you to the next free agent.",
        "zh": "请稍候，正在为您转接人工服务。",
    },
    "recorded": {
        "en": "To improve our service, this call may be recorded.",
        "zh": "为了提升服务质量，您的通话可能会被录音。",
    },
    "wrong-key": {
        "en": "This key is not in use.",
        "zh": "您的输入有误。",
    },
    "choose-language": {
        "en": "For English, press 2.",
        "zh": "普通话服务，请按1。",
    },
    "merchant-code": {
        "en": "Please key the three digits of the merchant that you would like to reach.",
        "zh": "请输入您要联系的商户的三位代码。",
    },
    "wrong-merchant": {
        "en": "There is no merchant with this code.",
        "zh": "没有这个代码的商户。",
    },
    "take-call": {
        "en": "There is a call for you. To take it, press 1.",
        "zh": "您有一个来电，接听请按1。",
    },
    "not-possible": {
        "en": "That is not possible now.",
        "zh": "当前无法完成该操作。",
    },
    "goodbye": {
        "en": "Thank you for your call. Goodbye.",
        "zh": "感谢您的来电，再见。",
    },
    "closed": {
        "en": "You are calling outside our opening hours. Please call again later. Goodbye.",
        "zh": "您好，现在是非工作时间，请您在工作时间再拨，再见。",
    },
    "no-agent": {
        "en": "We are sorry, nobody is there to take your call now. Please call again later. Goodbye.",
        "zh": "非常抱歉，目前没有客服人员在线，请您稍后再拨，再见。",
    },
    "queue-full": {
        "en": "We are sorry, too many callers are waiting now. Please call again later. Goodbye.",
        "zh": "非常抱歉，目前来电较多，线路繁忙，请您稍后再拨，再见。",
    },
    "queue-timeout": {
        "en": "We are sorry that we kept you waiting. All our agents are still busy. Please call again later. Goodbye.",
        "zh": "非常抱歉让您久等了，目前座席全忙，请您稍后再拨，再见。",
    },
    "wrong-keys": {
        "en": "We did not understand your choice. Please call again. Goodbye.",
        "zh": "对不起，没有收到有效的按键，请您重新拨打，再见。",
    },
    "no-merchant": {
        "en": "We could not find the merchant. Please check the code and call again. Goodbye.",
        "zh": "对不起，没有找到您要联系的商户，请核对代码后再拨，再见。",
    },
    "not-in-service": {
        "en": "The number that you have dialled is not in service. Please check the number and call again.",
        "zh": "您拨打的号码未启用，请核对后再拨。",
    },
    "suspended": {
        "en": "The service of this number is suspended. Goodbye.",
        "zh": "您拨打的号码已暂停服务，再见。",
    },
    "technical-trouble": {
        "en": "We are sorry. Because of a technical problem we cannot take your call now. Please call again later.",
        "zh": "非常抱歉，由于技术原因，暂时无法接听您的来电，请您稍后再拨。",
    },
    "all-lines-busy": {
        "en": "We are sorry, all our lines are busy. Please call again in a few minutes.",
        "zh": "非常抱歉，目前线路全忙，请您过几分钟再拨。",
    },
    "one-moment": {
        "en": "One moment, please. You keep your place in line.",
        "zh": "请您稍等，您的排队位置不变。",
    },
    **DIALLING_PHRASES,
    **WAITING_PHRASES,
    **ASKING_PHRASES,
    **PARTS,
}

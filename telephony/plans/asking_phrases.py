"""What the house says where callers key numbers, orders and messages."""

from collections.abc import Mapping

ASKING_PHRASES: Mapping[str, Mapping[str, str]] = {
    "you-keyed": {
        "en": "You have keyed:",
        "zh": "您输入的是：",
    },
    "confirm-keys": {
        "en": "If this is right, press 1. To key it again, press 2.",
        "zh": "确认请按1，重新输入请按2。",
    },
    "confirm-order": {
        "en": "To place this order, press 1. To cancel, press 2.",
        "zh": "确认订购请按1，取消请按2。",
    },
    "key-number": {
        "en": "Please key the number, then press the hash key.",
        "zh": "请输入号码，以井号键结束。",
    },
    "key-account": {
        "en": "Please key your account number, then press the hash key.",
        "zh": "请输入您的账号，以井号键结束。",
    },
    "key-pin": {
        "en": "Please key your PIN, then press the hash key.",
        "zh": "请输入您的密码，以井号键结束。",
    },
    "wrong-pin": {
        "en": "Account number and PIN do not belong together.",
        "zh": "账号或密码有误。",
    },
    "pin-locked": {
        "en": "Too many wrong PINs were keyed. Please try again later. Goodbye.",
        "zh": "密码输入错误次数过多，请您稍后再试，再见。",
    },
    "not-found": {
        "en": "We could not find that number.",
        "zh": "没有找到该号码。",
    },
    "one-moment": {
        "en": "One moment please.",
        "zh": "请稍候。",
    },
    "order-placed": {
        "en": "Your order has been placed. Thank you.",
        "zh": "您的订单已提交，感谢您的订购。",
    },
    "callback-at": {
        "en": "We will call you back at:",
        "zh": "我们将回拨您的号码：",
    },
    "callback-confirm": {
        "en": "To confirm, press 1. To give another number, press 2.",
        "zh": "确认请按1，使用其他号码请按2。",
    },
    "callback-number": {
        "en": "Please key the number at which we can call you back, then press the hash key.",
        "zh": "请输入您的回电号码，以井号键结束。",
    },
    "callback-refused": {
        "en": "We cannot call this number.",
        "zh": "抱歉，我们无法回拨该号码。",
    },
    "callback-promised": {
        "en": "Thank you. You keep your place, and we will call you back. Goodbye.",
        "zh": "已为您保留排队位置，稍后将有客服人员给您回电，谢谢，再见。",
    },
    "calling-customer": {
        "en": "A customer is being called back.",
        "zh": "正在为您回拨客户。",
    },
    "leave-message": {
        "en": "Please leave a message after the tone, and press the hash key when you have finished.",
        "zh": "请在提示音后留言，留言结束请按井号键。",
    },
    "message-kept": {
        "en": "Thank you for your message. Goodbye.",
        "zh": "您的留言已收到，谢谢，再见。",
    },
}

"""The fixed words of a printed document in both languages.

They are part of what was issued, so they stand here and not in the catalogue of the screens.
"""

LABELS: dict[str, tuple[str, str]] = {
    "invoice": ("Invoice", "账单"),
    "interim": ("Interim invoice", "期中账单"),
    "credit_note": ("Credit note", "贷项通知单"),
    "draft": ("DRAFT", "草稿"),
    "number": ("Number", "编号"),
    "issued_on": ("Date of issue", "开具日期"),
    "due_on": ("Due on", "付款期限"),
    "contract": ("Contract", "合同编号"),
    "period": ("Period", "账期"),
    "counted_until": ("Counted until", "计算至"),
    "credits": ("Credits invoice", "冲减账单"),
    "reason": ("Reason", "原因"),
    "seller": ("Seller", "销售方"),
    "buyer": ("Buyer", "购买方"),
    "tax_id": ("Tax id", "纳税人识别号"),
    "phone": ("Telephone", "电话"),
    "bank": ("Bank", "开户银行"),
    "account": ("Account", "账号"),
    "account_number": ("Account", "客户编号"),
    "purchase_order": ("Purchase order", "采购订单"),
    "buyer_reference": ("Your reference", "贵方编号"),
    "account_before": ("Your account before this document", "本账单之前的账户"),
    "previous": ("Balance of the last bill", "上期余额"),
    "payments": ("Payments received", "已收款"),
    "adjustments": ("Credit notes", "贷项通知"),
    "forward": ("Balance brought forward", "结转余额"),
    "this_document": ("This document", "本账单"),
    "account_after": ("Balance of the account", "账户余额"),
    "charges": ("Charges of this period", "本期费用"),
    "amount_due": ("Amount due", "应付金额"),
    "amount_credited": ("Amount credited", "冲减金额"),
    "due_by": ("to be paid by", "付款期限"),
    "pay_to": ("Please pay to", "付款账户"),
    "pay_reference": ("with the reference", "付款附言"),
    "derivation": ("How each line comes about", "各行计算明细"),
    "item": ("Item", "项目"),
    "quantity": ("Quantity", "数量"),
    "unit_price": ("Unit price", "单价"),
    "amount": ("Net amount", "金额（不含税）"),
    "tax_rate": ("Tax", "税率"),
    "tax_code": ("Tax code", "税目"),
    "base": ("Net", "不含税金额"),
    "tax": ("Tax", "税额"),
    "net": ("Net total", "不含税合计"),
    "tax_total": ("Tax total", "税额合计"),
    "gross": ("Total", "价税合计"),
    "statement": ("Statement of account", "对账单"),
    "opening": ("Opening balance", "期初余额"),
    "closing": ("Closing balance", "期末余额"),
    "day": ("Day", "日期"),
    "entry": ("Entry", "摘要"),
    "charged": ("Charged", "应收"),
    "received": ("Received", "实收"),
    "balance": ("Balance", "余额"),
    "open_invoices": ("Open invoices", "未结账单"),
    "open": ("Open", "未付金额"),
    "nothing_open": ("Everything is paid.", "已全部付清。"),
    "please_compare": (
        "Please compare this statement with your books and tell us of any difference.",
        "请核对本对账单，如有不符请告知我方。",
    ),
    "in_words": ("Amount in words", "大写金额"),
    "calls": ("Calls in the period", "本期来电"),
    "billed_calls": ("billed or included", "计费或包含"),
    "informed_calls": ("answered by the voice menu", "语音自助完成"),
    "calls_out": ("outbound, answered", "外呼接通"),
    "not_billed": ("not billed", "不计费"),
    "page": ("Page", "第"),
    "times": ("Days and times follow", "日期与时间以此时区为准："),
    "rounding_line": (
        "Each line is rounded once; tax is rounded on every line.",
        "每行金额只舍入一次；税额按行舍入。",
    ),
    "rounding_rate": (
        "Each line is rounded once; tax is rounded once per rate.",
        "每行金额只舍入一次；税额按税率舍入。",
    ),
    "not_a_fapiao": (
        "This statement is no fapiao; the fapiao is issued through the tax platform.",
        "本账单不是发票；发票通过税务平台另行开具。",
    ),
}

#: What changes the balance of an account, as `balances.Entry.kind` has it.
ENTRIES: dict[str, tuple[str, str]] = {
    "invoice": ("Invoice", "账单"),
    "credit_note": ("Credit note", "贷项通知单"),
    "payment": ("Payment", "收款"),
    "reversal": ("Payment returned", "退票"),
    "refund": ("Refund", "退款"),
    "write_off": ("Write-off", "核销"),
}

#: What lines of one kind of price are called on the first page; the keys are those of `billing.rating.kinds`.
GROUPS: dict[str, tuple[str, str]] = {
    "seat_month": ("Seats by the month", "座席月租"),
    "seat_hour": ("Seats by the hour", "座席时租"),
    "bundle": ("Call bundles and overage", "话务套餐及超量"),
    "metered": ("Calls and other usage", "话务及用量"),
    "commission": ("Commission on success", "成功佣金"),
    "milestone": ("Projects", "项目费用"),
    "staff_hour": ("Staff by the hour", "座席人员（按小时）"),
    "staff_month": ("Staff by the month", "座席人员（按月）"),
    "recurring": ("Rents and fees", "租费"),
    "number_month": ("Numbers", "号码"),
    "outside_minutes": ("Minutes to numbers outside", "外线通话"),
    "storage": ("Storage", "存储"),
    "one_off": ("One-off work", "一次性服务"),
    "discount": ("Discounts", "折扣"),
    "credit": ("Credits", "抵扣"),
    "penalty": ("Service-level credits", "服务水平扣减"),
    "commitment": ("Minimums and maximums", "最低与最高消费"),
    "": ("Other", "其他"),
}

#: Why a call is not billed, as printed; the keys are `UsageRecord.Reason`.
REASONS: dict[str, tuple[str, str]] = {
    "practice": ("practice", "练习呼叫"),
    "unassigned": ("number not assigned", "号码未分配"),
    "abandoned": ("caller hung up while waiting", "排队中挂断"),
    "abandoned_in_menu": ("caller hung up in the menu", "菜单中挂断"),
    "closed": ("outside opening hours", "非服务时间"),
    "no_agent": ("no agent logged in", "无座席登录"),
    "queue_full": ("queue full", "队列已满"),
    "queue_timeout": ("waited too long", "等待超时"),
    "wrong_keys": ("wrong keys", "按键错误"),
    "suspended": ("service suspended", "服务暂停"),
    "no_merchant": ("no such merchant code", "商户代码不存在"),
    "voicemail": ("left a message", "留言"),
    "left_queue": ("left the queue by a key", "按键离开队列"),
    "callback_promised": ("callback promised", "已约回拨"),
    "not_reached": ("customer not reached", "未联系到客户"),
    "withdrawn": ("callback withdrawn", "回拨已撤回"),
    "not_allowed": ("not allowed to be called", "不允许呼叫"),
    "not_answered": ("number outside did not answer", "外线未接听"),
    "own_staff": ("the tenant's own staff", "租户自有人员"),
    "failed": ("failed", "呼叫失败"),
    "unknown_outcome": ("other", "其他"),
}


def label(words: tuple[str, str], language: str) -> str:
    """The words in "en", "zh-hans", or "both" side by side."""
    english, chinese = words
    if language == "both":
        return f"{english} {chinese}"
    return chinese if language.startswith("zh") else english

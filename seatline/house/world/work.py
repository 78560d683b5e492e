"""What the demo's tenants keep of their customers: own fields, types of cases, articles, a script, and some customers.

The customers are among those who call in the demo's past, so their cards have a history from the first day on.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from seatline.house import cast
from seatline.house.world.tenants import canonical
from tenants.accounts.models import Tenant
from tenants.accounts.scope import tenant_scope
from tenants.cases.models import Case, CaseType
from tenants.cases.services import note, open_case, save_draft, set_case_type
from tenants.customers.models import Customer, CustomerForm
from tenants.customers.services import add_customer, set_form_of_customers
from tenants.forms.models import Script
from tenants.forms.services import draft_script, publish_script
from tenants.knowledge.models import Article
from tenants.knowledge.services import show_article, write_article

Definition = dict[str, Any]
NAMES = ("王小明", "李雷", "韩梅梅", "张伟", "刘洋", "陈静", "杨帆", "赵敏", "Anna Schmidt", "John Miller")


def _field(code: str, kind: str, label: str, label_zh: str, **more: Any) -> Definition:
    return {"code": code, "kind": kind, "label": label, "label_zh": label_zh, **more}


def _choice(code: str, label: str, label_zh: str, *options: tuple[str, str, str], **more: Any) -> Definition:
    return _field(code, "choice", label, label_zh, options=_options(*options), **more)


def _options(*options: tuple[str, str, str]) -> list[dict[str, str]]:
    return [{"code": code, "label": label, "label_zh": label_zh} for code, label, label_zh in options]


def _type(fields: Sequence[Definition], topics: Sequence[tuple[str, str, str]], due_hours: int) -> Definition:
    """New, at work, done, and open again if that was too early."""
    states = _options(("new", "New", "新建"), ("at_work", "At work", "处理中"), ("done", "Done", "已办结"))
    moves = (("new", "at_work"), ("new", "done"), ("at_work", "done"), ("done", "at_work"))
    return {
        "fields": list(fields), "states": [{**one, "closes": one["code"] == "done"} for one in states],
        "moves": [{"from": start, "to": end} for start, end in moves], "topics": _options(*topics),
        "due_hours": due_hours,
    }  # fmt: skip


FIELDS: Mapping[str, Sequence[Definition]] = {
    "museum": (
        _choice("member", "Membership", "会员", ("none", "None", "非会员"), ("friend", "Friend", "博物馆之友")),
        _field("school", "text", "School or group", "学校或团体"),
    ),
    "harbour": (
        _field("policy", "text", "Policy number", "保单号"),
        _choice("product", "Product", "险种", ("car", "Car", "车险"), ("home", "Home", "家财险")),
        _field("plate", "text", "Number plate", "车牌号", when={"field": "product", "among": ["car"]}),
        _field("until", "date", "Insured until", "保险到期日"),
    ),
    "lotus": (
        _choice("level", "Level", "会员等级", ("plain", "Plain", "普通"), ("gold", "Gold", "金卡")),
        _field("address", "text", "Delivery address", "收货地址"),
    ),
}
TYPES: Mapping[str, Mapping[str, tuple[str, str, Definition]]] = {
    "museum": {
        "inquiry": ("Inquiry", "咨询", _type(
            (_field("question", "long", "Question", "问题", required=True),),
            (("hours", "Opening hours", "开放时间"), ("tickets", "Tickets", "门票"), ("tours", "Tours", "讲解")), 24)),
        "booking": ("Group booking", "团体预约", _type(
            (_field("day", "date", "Day", "参观日期", required=True),
             _field("people", "text", "How many", "人数", required=True)),
            (), 48)),
    },
    "harbour": {
        "claim": ("Claim", "报案", _type(
            (_choice("what", "What happened", "事故类型", ("crash", "Collision", "碰撞"), ("theft", "Theft", "盗窃"),
                     required=True),
             _field("police", "text", "Police report number", "报警回执号",
                    when={"field": "what", "among": ["theft"]}, required=True),
             _field("where", "text", "Where", "地点", required=True), _field("loss", "amount", "Loss", "损失金额")),
            (("car", "Car", "车辆"), ("water", "Water damage", "水损")), 8)),
        "complaint": ("Complaint", "投诉", _type(
            (_field("about", "long", "About what", "投诉内容", required=True),),
            (("slow", "Too slow", "处理慢"), ("staff", "Staff", "服务态度")), 48)),
    },
    "lotus": {
        "order": ("Order", "订购", _type(
            (_field("article", "text", "Article", "商品", required=True),
             _field("price", "amount", "Price", "价格"), _field("phone", "phone", "Phone for delivery", "收货电话")),
            (), 24)),
        "complaint": ("Complaint", "投诉", _type(
            (_field("about", "long", "About what", "投诉内容", required=True),),
            (("delivery", "Delivery", "配送"), ("quality", "Quality", "质量"), ("price", "Price", "价格")), 48)),
    },
}  # fmt: skip
# Title, text in Chinese, text in English.
ARTICLES: Mapping[str, Sequence[tuple[str, str, str]]] = {
    "museum": (
        ("开放时间 Opening hours", "周二至周日九点至十七点开放，十六点停止入馆，周一闭馆。",
         "Open Tuesday to Sunday, nine to five; last entry at four; closed on Mondays."),
        ("门票 Tickets", "常设展览免费，请提前一天预约；特别展览六十元。",
         "The permanent collection is free; reserve one day ahead. Special exhibitions cost 60 yuan."),
        ("团体讲解 Guided tours", "十人以上团体请提前三天预约讲解。",
         "Groups of ten and more book a guide three days ahead."),
    ),
    "harbour": (
        ("如何报案 How to report a claim", "请在二十四小时内报案；盗窃须先报警并取得回执号。",
         "Report within 24 hours. After a theft, call the police first and note the report number."),
        ("理赔时效 How long a claim takes", "材料齐全后十个工作日内赔付。",
         "Paid within ten working days after all papers are in."),
        ("退保 Cancelling a policy", "犹豫期十五天内可全额退保。",
         "Within fifteen days a policy is cancelled without charge."),
    ),
    "lotus": (
        ("退货流程 Returns", "收到商品七天内可以退货，运费由本公司承担。",
         "Goods are taken back within seven days; we pay the postage."),
        ("配送时间 Delivery", "市内次日送达，其他城市三天。", "Next day in town, three days elsewhere."),
        ("支付方式 Payment", "货到付款、银行卡或转账。", "Cash on delivery, card, or transfer."),
    ),
}  # fmt: skip
SCRIPT = (
    _field("hello", "say", "Good day {customer}, this is {agent} of {tenant}.",
           "{customer}您好，这里是{tenant}，我是{agent}。"),
    _choice("content", "Were you content with our service?", "您对我们的服务满意吗？", ("yes", "Yes", "满意"),
            ("no", "No", "不满意"), required=True),
    _field("why", "long", "What can we do better?", "我们哪里可以改进？", when={"field": "content", "among": ["no"]}),
    _field("thanks", "say", "Thank you, and good-bye.", "感谢您的宝贵意见，再见。"),
)  # fmt: skip


def make_work(tenants: Mapping[str, Tenant], at: datetime) -> None:
    """Make what is missing; what somebody has changed since stays. Outside any scope."""
    for part in cast.TENANTS:
        tenant = tenants[part.code]
        with tenant_scope(tenant.pk):
            if not CustomerForm.objects.exists():
                set_form_of_customers(tenant, list(FIELDS[part.code]), at)
            there = set(CaseType.objects.values_list("code", flat=True))
            for code, (name, name_zh, definition) in TYPES[part.code].items():
                if code not in there:
                    set_case_type(tenant, code, definition, at, name=name, name_zh=name_zh)
            if not Article.objects.exists():
                for title, chinese, english in ARTICLES[part.code]:
                    show_article(write_article(tenant, title, f"{chinese}\n{english}", at, "demo"), 1, at)
            if not Script.objects.exists():
                script = draft_script(tenant, "csat", list(SCRIPT), at, name="After service", name_zh="满意度回访")
                publish_script(script, at, "demo")
            if not Customer.objects.exists():
                _customers(tenant, part, at)


def _customers(tenant: Tenant, part: cast.TenantPart, at: datetime) -> None:
    """Customers under the numbers that call most, and a few cases of theirs."""
    callers = [canonical(number) for number in cast.CALLERS]
    pool = [f"+862190{part.first_seat:02d}{place:04d}" for place in range(len(NAMES) - len(callers))]
    people = [add_customer(tenant, name, [n], {}, at) for name, n in zip(NAMES, [*callers, *pool], strict=True)]
    if Case.objects.exists():
        return
    type_ = CaseType.objects.order_by("code").first()
    assert type_ is not None
    topics = [topic["code"] for topic in type_.definition["topics"]] or [""]
    for no, customer in enumerate(people[:5]):
        opened = at - timedelta(hours=11 * no + 1)
        case = open_case(type_, opened, "demo", customer=customer, topic=topics[no % len(topics)])
        if no % 2:
            texts = {field["code"]: "…" for field in type_.definition["fields"] if field["kind"] in ("text", "long")}
            save_draft(case, texts, opened, "demo", seen=1)
            note(case, "已联系客户。Customer was called.", opened, "demo")

"""The way to China's fapiao and back: a batch file for the tax bureau's import, and its answer with number and file.

Rules of this file: we do not issue fapiao and do not pretend to; the platform does. A batch takes every document of a
Chinese seller that has none yet; asked for again, the same batch gives the same rows. Runs in the finance scope.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from billing.contracts.models import BillingEntity, TaxRule
from billing.contracts.services import must_be_finance
from billing.contracts.terms import tax_rule
from billing.exports.fapiao_models import Fapiao
from billing.exports.fapiao_rules import Row, rows_of
from billing.exports.sheets import Sheet, read_sheet, workbook
from billing.invoices.models import Document, DocumentLine
from billing.rating.periods import ONE_DAY
from billing.rating.trace import unit_name
from seatline.errors import BadInput, Refused, SeatlineError
from tenants.accounts.models import User

#: Columns of the bureau's batch file for fully digital fapiao; a new template adds its columns here.
COLUMNS = (
    "发票流水号", "发票类型", "是否含税", "购买方名称", "购买方纳税人识别号", "购买方地址", "购买方电话",
    "购买方开户银行", "购买方银行账号", "项目名称", "商品和服务税收分类编码", "规格型号", "单位", "数量", "单价",
    "金额", "税率", "税额", "折扣金额", "备注", "对应蓝字发票号码",
)  # fmt: skip
#: Columns of the answer: by whatever of these names the bureau calls them.
_ANSWER = {
    "flow": ("发票流水号", "流水号"),
    "number": ("数电票号码", "数电发票号码", "发票号码"),
    "on": ("开票日期",),
    "said": ("失败原因", "备注", "结果"),
}
_TWENTY_DIGITS = re.compile(r"[0-9]{20}")
KIND = "电子发票（增值税专用发票）"


class AnswerUnreadable(BadInput):
    """The answer has no column {column}; take the file that the tax bureau gives back, as XLSX."""


class FapiaoUnknown(BadInput):
    """None of our requests has the flow number {flow}."""


class BlueFapiaoMissing(Refused):
    """The fapiao of invoice {number} is not issued yet: the red one follows it."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch file with the documents in it, and those left out with the reason."""

    content: bytes
    documents: tuple[Document, ...]
    left_out: tuple[tuple[Document, SeatlineError], ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """What an answer file has brought."""

    issued: int
    refused: int


@transaction.atomic
def request_batch(entity: BillingEntity, user: User, at: datetime, batch: UUID) -> Batch:
    """The batch of all documents that have no fapiao yet; they are noted as requested, in the batch of that id.

    Made again with the same id, those that it holds already are in it again. A document that cannot be printed as a
    fapiao is left out with its reason, and stays for the next batch.
    """
    must_be_finance(user)
    # One batch at a time: two would ask for the same fapiao twice.
    BillingEntity.objects.select_for_update().get(pk=entity.pk)
    elsewhere = Fapiao.objects.filter(
        Q(status=Fapiao.Status.ISSUED) | Q(status=Fapiao.Status.REQUESTED) & ~Q(batch=batch)
    )
    waiting = (
        Document.objects.filter(entity=entity, status=Document.Status.ISSUED, currency="CNY")
        .exclude(pk__in=elsewhere.values("document"))
        .exclude(gross=0)
        .order_by("issued_at", "number")
    )
    taken: list[Fapiao] = []
    left_out: list[tuple[Document, SeatlineError]] = []
    rows: list[Sequence[Any]] = []
    for document in waiting.select_related("refers"):
        fapiao = Fapiao(
            tenant_id=document.tenant_id,
            entity=entity,
            document=document,
            colour=Fapiao.Colour.RED if document.refers_id else Fapiao.Colour.BLUE,
            flow_number=_flow_number(document),
        )
        try:
            rows += _rows(document, fapiao)
        except SeatlineError as error:
            left_out.append((document, error))
            continue
        kept, _made = Fapiao.objects.update_or_create(
            tenant_id=document.tenant_id,
            document=document,
            defaults={
                "entity": entity,
                "colour": fapiao.colour,
                "flow_number": fapiao.flow_number,
                "status": Fapiao.Status.REQUESTED,
                "batch": batch,
                "asked_by": user,
                "asked_at": at,
                "answer": "",
            },
        )
        taken.append(kept)
    content = workbook([Sheet("发票开具导入", COLUMNS, rows)], at)
    return Batch(content, tuple(one.document for one in taken), tuple(left_out))


def _flow_number(document: Document) -> str:
    """Our number without what the bureau does not take; unique because ours is."""
    return re.sub(r"[^0-9A-Za-z]", "", document.number or "")[-20:]


def _rows(document: Document, fapiao: Fapiao) -> Iterable[Sequence[Any]]:
    blue = ""
    if document.refers is not None:
        issued = Fapiao.objects.filter(document=document.refers, status=Fapiao.Status.ISSUED).first()
        if issued is None:
            raise BlueFapiaoMissing(number=document.refers.number)
        blue = issued.number
    buyer = document.buyer
    lines = [_row(line) for line in document.lines.order_by("position")]
    for row in rows_of(lines, red=bool(document.refers_id)):
        yield [
            fapiao.flow_number, KIND, "否", buyer.get("legal_name_zh"), buyer.get("tax_id"), buyer.get("address_zh"),
            buyer.get("phone"), buyer.get("bank_name"), buyer.get("bank_account"), row.item, row.cn_code, "", row.unit,
            row.quantity, row.price, row.net, row.rate_percent / 100, row.tax, row.discount or None,
            f"{document.number} {document.contract_number} {document.starts_on}~{document.ends_on - ONE_DAY}", blue,
        ]  # fmt: skip


def _row(line: DocumentLine) -> Row:
    rule: TaxRule = tax_rule(line.tax_code, line.ends_on - ONE_DAY)
    # Where quantity times price is not the line to the cent, the platform refuses both: it takes the amount alone.
    fits = line.unit_price > 0 and round(line.quantity * line.unit_price, 2) == line.amount
    name = f"*{rule.cn_item_name}*{line.text_zh}" if rule.cn_item_name else line.text_zh
    return Row(
        item=name[:90],
        cn_code=rule.cn_item_code,
        unit=unit_name(line.unit, "zh-hans") if fits else "",
        quantity=line.quantity if fits else None,
        price=line.unit_price if fits else None,
        net=line.amount,
        rate_percent=line.tax_rate,
        tax=line.tax,
    )


@transaction.atomic
def read_answer(content: bytes, user: User, at: datetime) -> Answered:
    """Take the bureau's answer (XLSX): numbers of what was issued, reasons of what was refused.

    All or nothing. Read again, nothing changes. Raises `AnswerUnreadable`, `FapiaoUnknown`.
    """
    must_be_finance(user)
    issued = refused = 0
    for row in read_sheet(content):
        flow, number = _cell(row, "flow", needed=True), _cell(row, "number", needed=True)
        if not flow:
            continue
        fapiao = Fapiao.objects.select_for_update(of=("self",)).filter(flow_number=flow).first()
        if fapiao is None:
            raise FapiaoUnknown(flow=flow)
        if _TWENTY_DIGITS.fullmatch(number):
            fapiao.status, fapiao.number = Fapiao.Status.ISSUED, number
            fapiao.issued_on = _day(row) or at.date()
            issued += 1
        elif fapiao.status != Fapiao.Status.ISSUED:
            fapiao.status, fapiao.answer = Fapiao.Status.FAILED, _cell(row, "said")[:300]
            refused += 1
        fapiao.save(update_fields=["status", "number", "issued_on", "answer"])
    return Answered(issued, refused)


@transaction.atomic
def keep_file(fapiao: Fapiao, name: str, content: bytes, user: User) -> Fapiao:
    """Keep the platform's file (PDF, OFD or XML) beside the number."""
    must_be_finance(user)
    fapiao = Fapiao.objects.select_for_update(of=("self",)).get(pk=fapiao.pk)
    fapiao.file_name, fapiao.file = name[-120:], content
    fapiao.file_sha256 = hashlib.sha256(content).hexdigest()
    fapiao.save(update_fields=["file_name", "file", "file_sha256"])
    return fapiao


def _cell(row: Mapping[str, Any], what: str, *, needed: bool = False) -> str:
    for name in _ANSWER[what]:
        if name in row:
            value = row[name]
            return "" if value is None else str(value).strip().strip("\t'")
    if needed:
        raise AnswerUnreadable(column=_ANSWER[what][0])
    return ""


def _day(row: Mapping[str, Any]) -> date | None:
    text = _cell(row, "on")
    try:
        return datetime.fromisoformat(text[:10]).date()
    except ValueError:
        return None

"""Forms of a tenant: what may stand in one, what is asked after which answers, what may be answered."""

import pytest

from tenants.forms.rules import AnswersFaulty, FormFaulty, check, definition_of, read_form, shown
from tenants.numbers.rules import normalise

REPAIR = [
    {"code": "what", "kind": "choice", "label": "What is it?", "label_zh": "什么问题", "required": True,
     "options": [{"code": "broken", "label": "Broken"}, {"code": "late", "label": "Late", "label_zh": "迟到"}]},
    {"code": "part", "kind": "text", "label": "Which part?", "required": True,
     "when": {"field": "what", "among": ["broken"]}},
    {"code": "seen_on", "kind": "date", "label": "Since"},
    {"code": "price", "kind": "amount", "label": "Price"},
    {"code": "phone", "kind": "phone", "label": "Call back at"},
    {"code": "thanks", "kind": "say", "label": "Thank you, {customer}."},
]  # fmt: skip


def phone(text: str) -> str:
    return normalise(text, country="86", area="21")


def faults(*fields: dict[str, object]) -> list[str]:
    with pytest.raises(FormFaulty) as refused:
        read_form(list(fields))
    return [str(one) for one in refused.value.faults]


def test_form_is_read_and_written_as_it_was():
    form = read_form(REPAIR)

    assert read_form(definition_of(form)) == form
    assert form[1].when is not None and form[1].when.among == ("broken",)


def test_all_faults_of_a_form_are_told_at_once():
    text = {"kind": "text", "label": "x"}
    assert faults({**text, "code": "Ä"}, {**text, "code": "a", "kind": "colour"}) == [
        "“a”: is of no known kind",
        "“Ä”: a code has small letters, digits and _, begins with a letter, 40 at most",
    ]
    assert "two fields" in faults({**text, "code": "a"}, {**text, "code": "a"})[0]
    assert "no label" in faults({"code": "a", "kind": "text"})[0]
    assert "has answers" in faults({**text, "code": "a", "kind": "choice"})[0]
    assert "not known: colour" in faults({**text, "code": "a", "colour": "red"})[0]


@pytest.mark.parametrize("when", [
    {"field": "later", "among": ["x"]},  # further down: there would be circles
    {"field": "a", "among": ["x"]},  # no choice
    {"field": "nobody", "among": ["x"]},
])  # fmt: skip
def test_branch_hangs_on_a_choice_further_up(when):
    choice = {"code": "later", "kind": "choice", "label": "x", "options": [{"code": "x", "label": "x"}]}
    first = {"code": "a", "kind": "text", "label": "x"}
    assert "no choice further up" in faults(first, {**first, "code": "b", "when": when}, choice)[0]


def test_branch_on_an_answer_that_cannot_be_given_is_a_fault():
    assert "does not have: lost" in faults(REPAIR[0], {**REPAIR[1], "when": {"field": "what", "among": ["lost"]}})[0]


def test_fields_are_asked_by_the_answers_given():
    form = read_form(REPAIR)

    assert "part" in [one.code for one in shown(form, {"what": "broken"})]
    assert "part" not in [one.code for one in shown(form, {"what": "late"})]


def test_what_hangs_on_a_field_that_is_not_asked_is_not_asked():
    deep = {"code": "how", "kind": "choice", "label": "How?", "options": [{"code": "x", "label": "x"}],
            "when": {"field": "what", "among": ["broken"]}}  # fmt: skip
    deeper = {"code": "why", "kind": "text", "label": "Why?", "when": {"field": "how", "among": ["x"]}}
    form = read_form([REPAIR[0], deep, deeper])

    assert [one.code for one in shown(form, {"what": "late", "how": "x"})] == ["what"]


def test_answers_are_kept_in_one_form_and_those_of_branches_not_taken_are_dropped():
    kept = check(
        read_form(REPAIR),
        {"what": "late", "part": "handle", "seen_on": "2026/11/20", "price": "1,200.50", "phone": "138 0000 0001"},
        phone, complete=True,
    )  # fmt: skip
    assert kept == {"what": "late", "seen_on": "2026-11-20", "price": "1200.50", "phone": "+8613800000001"}


@pytest.mark.parametrize(("answers", "fault"), [
    ({}, "“what”: must be filled in"),
    ({"what": "broken"}, "“part”: must be filled in"),
    ({"what": "green"}, "“what”: is none of the answers"),
    ({"what": "late", "seen_on": "yesterday"}, "“seen_on”: is no date such as 2026-11-24"),
    ({"what": "late", "price": "nan"}, "“price”: is no amount"),
    ({"what": "late", "phone": "call me"}, "“phone”: is no telephone number"),
    ({"what": "late", "more": "x"}, "“more”: is no field of this form"),
    ({"what": "late", "part": 5, "seen_on": 5}, "“seen_on”: is no text"),
])  # fmt: skip
def test_answers_that_do_not_fit_are_told(answers, fault):
    with pytest.raises(AnswersFaulty) as refused:
        check(read_form(REPAIR), answers, phone, complete=True)
    assert fault in [str(one) for one in refused.value.faults]


def test_what_is_required_may_wait_while_a_draft_is_kept():
    assert check(read_form(REPAIR), {"price": "5"}, phone, complete=False) == {"price": "5"}

"""Every case in tests/rating_cases comes to the lines it expects; a file with a mistake is told where it is."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from billing.rating.case import calculate, read_case
from billing.rating.kinds import KINDS
from billing.rating.params import ParamsUnreadable
from billing.rating.schema import case_schema
from billing.rating.trace import say

ROOT = Path(__file__).parents[4]
FILES = sorted((ROOT / "tests" / "rating_cases").glob("*.json"))
CASES = [pytest.param(one, id=f"{path.stem}: {one['case']}") for path in FILES for one in json.loads(path.read_text())]


@pytest.mark.parametrize("content", CASES)
def test_case_comes_to_the_lines_it_expects(content):
    outcome = calculate(read_case(content))
    assert outcome.differences == ()
    assert all(say(line.steps, language) for line in outcome.lines for language in ("en", "zh-hans"))


def test_every_kind_has_a_case():
    kinds = {price["kind"] for case in CASES for price in case.values[0]["prices"]}
    assert kinds == set(KINDS)


def test_every_case_says_what_it_expects():
    assert all(case.values[0]["expected"] for case in CASES)


GOOD = {
    "case": "a rent",
    "period": {"day": "2026-04-10"},
    "prices": [{"code": "rent", "kind": "recurring", "params": {"price": "100.00"}}],
    "expected": [{"price": "rent", "part": "fee", "amount": "100.00"}],
}


@pytest.mark.parametrize(
    ("change", "field", "cause"),
    [
        ({"period": {"day": "10 April"}}, "period.day", "must be a day such as"),
        ({"period": {"day": "2026-04-10", "billing_day": 32}}, "period.billing_day", "must be 1 to 31"),
        ({"zone": "Mars/Olympus"}, "zone", "is no time zone"),
        ({"prices": []}, "prices", "must have codes"),
        ({"prices": [{**GOOD["prices"][0], "kind": "yearly"}]}, "prices[1].kind", "There is no price kind yearly"),
        # An amount as a JSON number would be a float.
        ({"prices": [{**GOOD["prices"][0], "params": {"price": 1.2}}]}, "prices[1].params.price", 'such as "1.20"'),
        ({"usage": [{"meter": "call_in"}]}, "usage[1].on", "is missing"),
        ({"usage": [{"meter": "call_in", "on": "2026-04-10", "at": "25:00"}]}, "usage[1].at", "must be a time of day"),
        ({"leases": [{"lease": "a", "seats": 1, "what": "chair"}]}, "leases[1].what", "must be one of seat, number"),
        ({"price": []}, "price", "is not known"),
    ],
)
def test_mistake_is_named_by_its_field(change, field, cause):
    with pytest.raises(ParamsUnreadable) as told:
        read_case({**GOOD, **change})
    assert told.value.details["field"] == field
    assert cause in told.value.details["cause"]


def test_row_of_a_table_is_named_by_its_place():
    params = {"mode": "graduated", "tiers": [{"up_to": 10, "price": "1"}, {"up_to": 5, "price": "1"}]}
    with pytest.raises(ParamsUnreadable, match=r"prices\[1\]\.params\.tiers\[2\]\.up_to must be greater than 10"):
        read_case({**GOOD, "prices": [{"code": "c", "kind": "metered", "params": params}]})


def test_command_prints_the_lines_with_their_arithmetic(tmp_path, capsys):
    path = tmp_path / "rent.json"
    path.write_text(json.dumps(GOOD))
    call_command("rate_case", path)
    assert "100.00 for the period" in capsys.readouterr().out


def test_command_fails_when_a_line_is_not_as_expected(tmp_path, capsys):
    path = tmp_path / "rent.json"
    path.write_text(json.dumps({**GOOD, "expected": [{"price": "rent", "part": "fee", "amount": "99.00"}]}))
    with pytest.raises(CommandError, match="1 lines or sums"):
        call_command("rate_case", path)
    assert "expected 99.00, calculated 100.00" in capsys.readouterr().out


def test_command_names_file_case_and_field(tmp_path):
    path = tmp_path / "rent.json"
    path.write_text(json.dumps([GOOD, {**GOOD, "zone": "Mars/Olympus"}]))
    with pytest.raises(CommandError, match=r"rent\.json, case 2: zone is no time zone"):
        call_command("rate_case", path)


def test_schema_in_the_docs_is_the_one_that_is_read():
    stored = json.loads((ROOT / "docs" / "rate_case.schema.json").read_text())
    assert stored == case_schema(), "make it anew: python manage.py rate_case --schema > docs/rate_case.schema.json"

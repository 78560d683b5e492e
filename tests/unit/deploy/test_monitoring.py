"""What Grafana shows and Prometheus wakes people for exists in the code."""

import json
import re
from importlib import import_module

import pytest
import yaml
from prometheus_client import REGISTRY

from billing.figures import BEHIND, JOBS
from seatline.env import ROOT
from seatline.house.secrets import PORTS

FOLDER = ROOT / "deploy" / "monitoring"
FIGURES = (
    "seatline.figures", "telephony.switch.figures", "telephony.ari.figures", "telephony.journal.figures",
    "telephony.witness.figures", "telephony.agi.figures", "telephony.watch.figures", "billing.figures",
)  # fmt: skip
_NAME = re.compile(r"\bseatline_[a-z_]+")


@pytest.fixture(scope="module")
def told():
    """Every name that a program may tell, as Prometheus stores it."""
    for module in FIGURES:
        import_module(module)
    names = {JOBS, BEHIND}
    for family in REGISTRY.collect():
        ends = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("_total",)}.get(family.type, ("",))
        names |= {family.name + end for end in ends}
    return names


@pytest.mark.parametrize("name", ["alarms.yml", "dashboard.json"])
def test_every_figure_that_is_named_is_told_by_a_program(name, told):
    named = set(_NAME.findall((FOLDER / name).read_text()))
    assert named
    assert named <= told


def test_every_figure_of_ours_is_shown_or_watched(told):
    """A figure that nobody looks at costs and warns nobody."""
    text = (FOLDER / "alarms.yml").read_text() + (FOLDER / "dashboard.json").read_text()
    families = {re.sub("_(bucket|sum|count|total)$", "", name) for name in told if name.startswith("seatline_")}
    assert {name for name in families if name not in text} == set()


def test_every_alarm_says_what_it_means_and_what_mends_it():
    rules = [rule for group in yaml.safe_load((FOLDER / "alarms.yml").read_text())["groups"] for rule in group["rules"]]
    assert len({rule["alert"] for rule in rules}) == len(rules) >= 15
    for rule in rules:
        assert rule["labels"]["severity"] in ("page", "look")
        assert rule["annotations"]["summary"].endswith(".")
        assert rule["annotations"]["mend"]
        assert rule["expr"].count("(") == rule["expr"].count(")")


def test_prometheus_asks_every_program_at_its_usual_port():
    jobs = yaml.safe_load((FOLDER / "prometheus.yml").read_text())["scrape_configs"]
    asked = {one["labels"]["program"]: one["targets"][0] for job in jobs for one in job["static_configs"]}
    ports = {name: port for name, port in PORTS.items() if name.endswith("_METRICS_PORT")}
    assert asked == {
        name.removeprefix("HOUSE_").removesuffix("_METRICS_PORT").lower(): f"127.0.0.1:{port}"
        for name, port in ports.items()
    }


def test_dashboard_is_one_that_grafana_reads():
    dashboard = json.loads((FOLDER / "dashboard.json").read_text())
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])
    assert all(target["expr"] for panel in dashboard["panels"] for target in panel["targets"])

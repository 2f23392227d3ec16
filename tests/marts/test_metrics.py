"""The metrics of dbt/models/semantic equal the marts, although MetricFlow writes SQL of its own.

uv run --group metrics pytest -m long tests/marts/test_metrics.py
"""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from dbt_runs import DbtRun, select
from inventory_planner.marts.project import project as dbt_project

MF = Path(sys.executable).with_name("mf")
KEY = ("account_id", "vendor_id", "currency_code")
GROUPS = [f"purchase_order__{name}" for name in KEY]
FILE = (dbt_project() / "models" / "semantic" / "metrics.yml").read_text()
METRICS = [metric["name"] for metric in yaml.safe_load(FILE)["metrics"]]
DOCUMENTED = "\n".join(line[4:] for line in FILE.splitlines() if line.startswith("#   "))  # commands at its beginning
RATES_AND_DAYS = ("_rate", "_days")
ACCOUNTS = ("a1", "a2")
BY_THE_MARTS = f"""
    select scores.*, sum(prices.price_baseline) as price_baseline
    from marts.vendor_scorecard as scores
    left join marts.price_history as prices
        on scores.account_id = prices.account_id
        and scores.vendor_id = prices.vendor_id
        and scores.currency_code = prices.currency_code
    where scores.period = 'all' and scores.account_id in {ACCOUNTS}
    group by all
"""

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not MF.exists(), reason="mf is not installed: uv run --group metrics pytest -m long"),
]

Key = tuple[str, ...]
Answers = dict[Key, dict[str, Any]]


@pytest.fixture(scope="module")
def published(built: DbtRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small account with its marts, as readers get them, beside the project: mf looks there for what dbt parsed."""
    folder = tmp_path_factory.mktemp("metrics")
    shutil.copytree(dbt_project(), folder / "dbt", ignore=shutil.ignore_patterns("target", "logs"))
    (folder / "data").mkdir()
    return Path(shutil.copy(built.warehouse, folder / "data" / "analytics.duckdb"))


@pytest.fixture(scope="module")
def documented(published: Path) -> str:
    """The output of the commands that metrics.yml documents, run as they stand but for uv."""
    return run_at(published, DOCUMENTED.replace("uv run --group metrics ", ""))


@pytest.fixture(scope="module")
def by_metricflow(published: Path, documented: str) -> Answers:
    """All metrics for each vendor, in one query, after the documented `dbt parse`."""
    assert documented
    answer = published.parent / "answer.csv"
    words = f"mf query --metrics {','.join(METRICS)} --group-by {','.join(GROUPS)} --csv {answer}"
    run_at(published, f"{DOCUMENTED.splitlines()[0]}\n{words}")
    with answer.open() as file:
        rows = list(csv.DictReader(file))
    return {tuple(row[name] or "(no vendor)" for name in GROUPS): row for row in rows}


@pytest.fixture(scope="module")
def by_marts(published: Path) -> Answers:
    return {tuple(row[name] for name in KEY): row for row in select(published, BY_THE_MARTS)}


def run_at(database: Path, script: str) -> str:
    environment = {**os.environ, "PATH": f"{MF.parent}:{os.environ['PATH']}"}
    place = database.parents[1]
    words = ["sh", "-ec", script]
    done = subprocess.run(words, env=environment, cwd=place, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_documented_query_answers_for_vendors_only(documented: str) -> None:
    rows = documented.partition("purchase_order__vendor_name")[2].splitlines()[2:]
    assert [row.split("  ")[0] for row in rows if row.strip()] == ["Acme Mills"]


def test_there_is_something_to_compare(by_marts: Answers) -> None:
    vendors = {("a1", "acme mills", "EUR"), ("a1", "acme mills", "USD"), ("a2", "zenith", "EUR")}
    assert set(by_marts) == vendors


@pytest.mark.parametrize("metric", METRICS)
def test_a_metric_equals_the_scorecard_for_each_vendor(metric: str, by_metricflow: Answers, by_marts: Answers) -> None:
    answered = {key: number(metric, row[metric]) for key, row in by_metricflow.items() if key in by_marts}
    expected = {key: number(metric, row[metric]) for key, row in by_marts.items()}

    assert answered == pytest.approx(expected, abs=1e-9)


def number(metric: str, value: Any) -> float | None:
    """The value as a number; a sum of nothing is 0, a rate of nothing is None."""
    if value not in (None, ""):
        return float(value)
    return None if metric.endswith(RATES_AND_DAYS) else 0.0


def test_orders_that_no_vendor_is_judged_by_are_in_no_metric(by_metricflow: Answers, by_marts: Answers) -> None:
    others = {key: row for key, row in by_metricflow.items() if key[0] in ACCOUNTS and key not in by_marts}

    assert others
    assert {number(metric, row[metric]) for row in others.values() for metric in METRICS} == {0.0, None}

"""A build of what changed leaves the same marts as a build of all."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb

from inventory_planner.data_folder import Folder
from inventory_planner.demo import DemoReport
from inventory_planner.run import build_marts

LINES_AS_RUN = "target/run/inventory_planner/models/marts/purchase_order_lines.sql"
MARTS = """
    select
        table_name,
        string_agg(if(data_type = 'DOUBLE', format('round({}, 9)', column_name), column_name), ', ')
    from information_schema.columns
    where table_catalog = 'anew' and table_schema = 'marts'
    group by table_name
"""
DIFFERENT = """
    with after_two_days as (select {columns} from after_two_days.marts.{mart}),
        anew as (select {columns} from anew.marts.{mart})

    (from after_two_days except all from anew) union all (from anew except all from after_two_days)
"""


def test_two_days_of_business_leave_the_marts_that_a_build_of_all_makes(
    demo_shown: tuple[Folder, DemoReport], tmp_path: Path
) -> None:
    after_two_days, _ = demo_shown
    assert "delete from" in (after_two_days.dbt / LINES_AS_RUN).read_text()  # it was a build of what changed
    variables = json.loads(after_two_days.built.read_text())["variables"]
    anew = Folder(Path(shutil.copytree(after_two_days.root, tmp_path / "anew")))
    with duckdb.connect(anew.warehouse) as connection:
        connection.execute("drop table inventory_planner._built")

    build_marts(anew, variables)

    assert "delete from" not in (anew.dbt / LINES_AS_RUN).read_text()
    with duckdb.connect() as connection:
        connection.execute(f"attach '{after_two_days.warehouse}' as after_two_days (read_only)")
        connection.execute(f"attach '{anew.warehouse}' as anew (read_only)")
        for mart, columns in connection.execute(MARTS).fetchall():
            different = connection.execute(DIFFERENT.format(mart=mart, columns=columns)).fetchall()
            assert (mart, different) == (mart, [])

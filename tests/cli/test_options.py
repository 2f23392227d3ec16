from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from inventory_planner.cli.commands import commands


@pytest.mark.parametrize("command", ["run", "transform"])
def test_reports_can_not_be_of_a_day_in_the_future(command: str, tmp_path: Path) -> None:
    found = CliRunner().invoke(commands, [command, "--data", str(tmp_path / "data"), "--as-of", "2999-01-01"])

    assert found.exit_code == 2
    assert "2999-01-01 is in the future. Give a past day, or leave it out for today." in " ".join(found.output.split())

from __future__ import annotations

from collections.abc import Callable

import pytest

from inventory_planner_dashboard.filters import Filters
from inventory_planner_dashboard.pages.lead_times import BY_VENDOR, PROPOSALS, SETTINGS
from inventory_planner_dashboard.routes import render_page
from inventory_planner_dashboard.view import View

pytestmark = pytest.mark.long

Open = Callable[..., View]
COMMAND = '<pre class="ip-command">inventory-planner variants set --from lead_time_settings'


def test_the_proposals_are_those_of_the_mart_and_come_first(opened: Open) -> None:
    view = opened()
    settings = view.rows("select * from published.marts.lead_time_settings").to_pylist()
    proposed = [each for each in settings if each["is_proposed"]]

    found = view.rows(SETTINGS).to_pylist()

    assert 0 < len(proposed) < len(settings)
    assert [each["is_proposed"] for each in found] == [True] * len(proposed) + [False] * (len(settings) - len(proposed))
    assert view.row(PROPOSALS)["count_proposed"] == len(proposed)
    assert sum(view.rows(BY_VENDOR).column("count_proposed").to_pylist()) == len(
        {each["variant_id"] for each in proposed if each["vendor_name"]}
    )


def test_the_commands_that_write_the_proposals_can_be_copied(opened: Open) -> None:
    html = render_page("#/lead-times", opened()).text

    assert f"{COMMAND} --vendor &#x27;Vesta Appliances&#x27;</pre>" in html
    assert f"{COMMAND}</pre>" in html


def test_with_a_vendor_filter_only_its_command_is_shown(opened: Open) -> None:
    vendor = "Vesta Appliances"
    html = render_page("#/lead-times", opened(filters=Filters(vendors=(vendor,)))).text

    assert html.count(COMMAND) == 1


def test_a_vendor_is_quoted_as_a_shell_reads_it(opened: Open) -> None:
    name = "update marts.lead_time_settings set vendor_name = 'O''Hara $Sons' where vendor_name = 'Vesta Appliances'"

    html = render_page("#/lead-times", opened(name)).text

    assert f"{COMMAND} --vendor &#x27;O&#x27;&quot;&#x27;&quot;&#x27;Hara $Sons&#x27;</pre>" in html


def test_without_proposals_there_is_no_command(opened: Open) -> None:
    html = render_page("#/lead-times", opened("update marts.lead_time_settings set is_proposed = false")).text

    assert "No change is proposed for these filters." in html
    assert COMMAND not in html

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner

from inventory_planner.cli.commands import commands
from inventory_planner.data_folder import DataFolder
from inventory_planner.errors import InventoryPlannerError
from inventory_planner_emulator import Account
from orders import ORDER_ID, line, order
from proposals import proposal, publish_proposals

pytestmark = pytest.mark.long  # about a second each: a command opens the warehouse and reads back what it changed


class Done(NamedTuple):
    """What a command did: its exit status, its output, and what it said on standard error."""

    status: int
    output: str
    errors: list[str]

    @property
    def lines(self) -> list[str]:
        """The lines of the output, without the rule and with single blanks."""
        return [text for each in self.output.replace("─", "").splitlines() if (text := " ".join(each.split()))]

    @property
    def values(self) -> Any:
        return json.loads(self.output)

    @property
    def run(self) -> str:
        """The run that can be undone."""
        return re.findall(r"writes undo (\w+)$", "\n".join(self.errors), re.MULTILINE)[-1]


Run = Callable[..., Done]


@pytest.fixture
def ip(account: Account, environment: Path) -> Run:  # noqa: ARG001 (what it sets)
    """The command line with the settings of the account, where nobody can be asked; it has one order and a variant."""
    account.put(order(items=[line(lead_time=14, received=12)]))
    return invoke


def invoke(*words: str) -> Done:
    done = CliRunner().invoke(commands, words)
    errors = done.stderr.strip().splitlines()
    if isinstance(done.exception, InventoryPlannerError):
        return Done(done.exception.exit_status, done.stdout, [*errors, str(done.exception)])
    assert isinstance(done.exception, SystemExit | None), done.exception
    return Done(done.exit_code, done.stdout, errors)


@pytest.fixture
def variants(ip: Run) -> Run:
    return partial(ip, "variants")


def sent(account: Account) -> list[tuple[str, str, Any]]:
    prefix = "/api/v1/variants"
    return [
        (each.method, each.path.removeprefix(prefix), each.body) for each in account.requests if each.method != "GET"
    ]


# showing


def test_variants_are_listed_with_their_settings_and_stock(account: Account, variants: Run) -> None:
    places = [{"warehouse": "c9_1", "lead_time": 14, "in_stock": 2}, {"warehouse": "c9_2", "lead_time": 21}]
    account.put_variant("d2", connections=[{"sku": "CUP", "title": "Cup"}], warehouse=places)
    account.put_variant("d3", sku="OLD", removed=True)
    assert variants("list").lines == [
        "Variants",
        "days",
        "lead of on",
        "sku warehouse time stock stock order replenishment title removed id",
        "TEE-RED-M - 14 - 3 18 12 Tee red M False c9_5001",
        "CUP c9_1 14 - 2 - - Cup False d2",
        "CUP c9_2 21 - - - - Cup False d2",
    ]
    assert variants("list", "--removed", "--sku", "old", "--format", "csv").output == (
        "id,sku,title,warehouse,lead_time,days_of_stock,stock,on_order,replenishment,removed\nd3,OLD,,,,,,0,0,True\n"
    )
    cut = variants("list", "--vendor", "ACME mills", "--limit", "1", "--format", "json")
    assert [each["sku"] for each in cut.values] == ["TEE-RED-M"]
    assert (variants("list", "--limit", "1").errors) == ["There are more variants; raise --limit to see them."]
    assert variants("list", "--sku", "none").lines == ["Variants: none"]


def test_a_variant_is_shown_with_its_vendors(variants: Run) -> None:
    shown = variants("show", "tee-red-m")
    assert shown.lines[4:] == [
        "TEE-RED-M - 14 - 3 18 12 Tee red M False c9_5001",
        "Vendors",
        "landed",
        "cost cost",
        "vendor price price reference name packaging uom",
        "acme mills 4.25 - AM-17 - - 6",
    ]
    assert variants("show", "c9_5001", "--json").values == {
        "id": "c9_5001",
        "sku": "TEE-RED-M",
        "title": "Tee red M",
        "removed": False,
        "lead_time": 14,
        "days_of_stock": None,
        "stock": 3,
        "on_order": 18,
        "replenishment": 12,
        "warehouses": [],
        "vendors": [
            {
                "vendor": "acme mills",
                "cost_price": 4.25,
                "landed_cost_price": None,
                "reference": "AM-17",
                "name": None,
                "packaging": None,
                "uom": 6,
            }
        ],
    }
    assert variants("show", "none").errors == ["The account has no variant with the id or SKU none."]


# changing


def test_settings_are_shown_before_and_after_and_undone(account: Account, ip: Run) -> None:
    words = ("variants", "set", "TEE-RED-M", "--lead-time", "35", "--days-of-stock", "20")
    refused = ip(*words)
    assert (refused.status, sent(account)) == (2, [])
    planned = ["To be sent", "variant change before after"]
    assert ip(*words, "--dry-run").lines == [
        *planned,
        "TEE-RED-M set variant: lead_time 14 35",
        "TEE-RED-M set variant: review_period - 20",
    ]
    account.edit_variant("c9_5001", review_period=30)
    done = ip(*words, "--yes")
    assert done.lines == [
        "Changes",
        "variant change before after state",
        "TEE-RED-M set variant: lead_time 14 35 applied",
        "TEE-RED-M set variant: review_period 30 20 applied",
    ]
    assert sent(account) == [("PATCH", "/c9_5001", {"variant": {"lead_time": 35, "review_period": 20}})]
    undone = ip("writes", "undo", done.run, "--yes")
    assert undone.lines[2:] == [
        "TEE-RED-M set variant: lead_time 35 14 applied",
        "TEE-RED-M set variant: review_period 20 30 applied",
    ]
    redone = ip("writes", "undo", undone.run, "--yes", "--json")
    assert redone.values[0]["after"] == {"lead_time": 35, "review_period": 20}
    assert ip("writes", "undo", redone.values[0]["job_id"], "--dry-run").lines[0] == "To be sent"
    (written,) = [each for each in ip("status", "--json").values["writes"] if each["command"] == "variants set"]
    assert (written["job_id"], written["target"], written["purchase_order_id"]) == (done.run, "c9_5001", None)
    shown = [line.split(maxsplit=2)[2] for line in ip("status").lines if " variants set c9_5001 " in line]
    assert shown == [f"variants set c9_5001 applied {written['user_name']}"]


def test_a_vendor_is_set_and_removed(account: Account, variants: Run) -> None:
    done = variants("vendor", "TEE-RED-M", "Bolt", "--cost-price", "4.20", "--reference", "B1", "--uom", "6", "--yes")
    assert done.lines[2:] == [
        "TEE-RED-M set variant vendor: assigned (bolt) no yes applied",
        "TEE-RED-M set variant vendor: cost_price (bolt) - 4.2 applied",
        "TEE-RED-M set variant vendor: uom_ordering (bolt) - 6 applied",
        "TEE-RED-M set variant vendor: vendor_reference (bolt) - B1 applied",
    ]
    removed = variants("vendor", "TEE-RED-M", "BOLT", "--remove", "--yes")
    assert removed.lines[2:] == ["TEE-RED-M remove variant vendor: assigned (bolt) yes no applied"]
    fields = {"cost_price": Decimal("4.2"), "vendor_reference": "B1", "uom_ordering": 6}
    assert sent(account) == [
        ("PUT", "/c9_5001/vendors/bolt", {"vendor": fields}),
        ("DELETE", "/c9_5001/vendors/bolt", None),
    ]
    again = variants("vendor", "TEE-RED-M", "bolt", "--remove", "--yes")
    assert (again.status, again.errors[-1]) == (1, "Variant TEE-RED-M has no vendor bolt. Its vendors: acme mills.")


def test_proposals_are_shown_with_what_they_rest_on(account: Account, variants: Run, folder: DataFolder) -> None:
    account.put_variant("new", sku="NEW", lead_time=14)
    rows = [proposal("c9_5001", 14, 35, sku="TEE-RED-M", warehouse_id="c9_1001"), proposal("new", 10, 12)]
    publish_proposals(folder, rows)
    words = ("set", "--from", "lead_time_settings")
    skipped = "Skipped: Variant NEW. Its lead time was changed to 14 days; the proposal was made for 10 days."
    dry = variants(*words, "--dry-run")
    assert dry.lines == [
        "Lead times to set, in days",
        "sku vendor warehouse now observed orders proposed",
        "TEE-RED-M Acme Mills c9_1001 14 34.50 7 35",
    ]
    assert dry.errors == [skipped]
    assert [(each["state"], each["target"]) for each in variants(*words, "--dry-run", "--json").values] == [
        ("planned", "c9_5001"),
        ("skipped", "new"),
    ]
    done = variants(*words, "--vendor", "acme mills", "--limit", "5", "--yes")
    assert done.lines[2:] == ["TEE-RED-M set variant: lead_time 14 35 applied"]
    assert done.errors[0] == skipped
    none = variants(*words, "--yes")
    assert (none.status, none.lines) == (0, ["Changes: none"])
    assert len(sent(account)) == 1


def test_an_order_is_undone_too(account: Account, ip: Run) -> None:
    done = ip("orders", "receive", "1042", "TEE-RED-M=20", "--yes")
    undone = ip("writes", "undo", done.run[:10], "--yes")
    assert undone.lines[2:] == ["1042 receive: TEE-RED-M 20 12 applied"]
    assert account.get(ORDER_ID)["items"][0]["received"] == 12
    created = ip("orders", "create", "--warehouse", "w", "--item", "c9_5001=3", "--yes", "--json")
    nothing = ip("writes", "undo", created.values[0]["job_id"], "--yes")
    assert (nothing.status, [each.split(" has changed")[0].split(" can't")[0] for each in nothing.errors]) == (
        1,
        [
            f"Skipped: Order {created.values[0]['reference']}. A new order",
            f"Run {created.values[0]['job_id']}",
        ],
    )


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["set", "v"], 2, "Error: Nothing to change. Give VARIANT with --lead-time or --days-of-stock, or --from."),
        (["set"], 2, "Error: Nothing to change. Give VARIANT with --lead-time or --days-of-stock, or --from."),
        (
            ["set", "v", "--lead-time", "3", "--from", "lead_time_settings"],
            2,
            "Error: --from chooses the variants and lead times. Leave out VARIANT and the days.",
        ),
        (
            ["set", "v", "--lead-time", "3", "--limit", "2"],
            2,
            "Error: --vendor and --limit choose proposals. Use them with --from.",
        ),
        (["set", "c9_5001", "--lead-time", "2.5"], 2, "Error: Invalid value for '--lead-time': '2.5' is not a valid"),
        (["set", "c9_5001", "--lead-time", "-1"], 1, "The lead time is '-1'; it must be whole days, from 0 to 3650."),
        (["set", "none", "--lead-time", "1"], 1, "The account has no variant with the id or SKU none."),
        (["set", "--from", "lead_time_settings"], 2, "Nothing is published in"),
        (["vendor", "c9_5001", "bolt"], 2, "Error: Nothing to change. Use an option such as --cost-price, or --remove"),
        (
            ["vendor", "c9_5001", "bolt", "--remove", "--uom", "6"],
            2,
            "Error: --remove removes the vendor and its data. Leave out the other options.",
        ),
        (["vendor", "c9_5001", "bolt", "--cost-price", "x"], 1, "cost_price is 'x'; it must be a number of at least 0"),
    ],
)
def test_what_can_t_be_meant_is_refused(
    account: Account, variants: Run, words: list[str], status: int, message: str
) -> None:
    done = variants(*words, "--yes")
    assert (done.status, done.errors[-1][: len(message)], sent(account)) == (status, message, [])

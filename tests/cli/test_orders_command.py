from __future__ import annotations

import json
import os
import pty
import select
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest
from click.testing import CliRunner

from filling import fill
from inventory_planner.cli.commands import commands
from inventory_planner.data_folder import DataFolder
from inventory_planner.errors import InventoryPlannerError
from inventory_planner_emulator import Account, Quirks
from orders import NOW, ORDER_ID, line, order

pytestmark = pytest.mark.long  # about a second each: a command opens the warehouse and reads back what it changed

OVER = "ordered. If that is right, use --allow-over."
TWICE = [line("v", replenishment=5), line("v", replenishment=3)]


class Done(NamedTuple):
    """What a command did: its exit status, its output, and its last message."""

    status: int
    output: str
    message: str

    @property
    def lines(self) -> list[str]:
        """The lines of the output, without the rule and with single blanks."""
        return [text for each in self.output.replace("─", "").splitlines() if (text := " ".join(each.split()))]

    @property
    def values(self) -> Any:
        return json.loads(self.output)


Run = Callable[..., Done]


@pytest.fixture
def orders(account: Account, environment: Path) -> Run:  # noqa: ARG001 (what it sets)
    """A command `inventory-planner orders`, where nobody can be asked; the account has one order."""
    account.put(order(connections=[{"connection": "shop", "save_po": False}]))

    return partial(invoke, "orders")


def invoke(*words: str) -> Done:
    done = CliRunner().invoke(commands, words)
    if isinstance(done.exception, InventoryPlannerError):
        return Done(done.exception.exit_status, done.stdout, str(done.exception))
    assert isinstance(done.exception, SystemExit | None), done.exception
    return Done(done.exit_code, done.stdout, done.stderr.strip().split("\n")[-1])


def sent(account: Account) -> list[tuple[str, str, Any]]:
    """The requests that were to change the account."""
    prefix = "/api/v1/purchase-orders"
    return [(each.method, each.path.removeprefix(prefix), each.body) for each in account.requests if each.body]


def logged(folder: DataFolder) -> list[tuple[str, str]]:
    """The command and the state of each row of the write log."""
    with duckdb.connect(folder.warehouse, read_only=True) as connection:
        query = "select command, state from inventory_planner._writes order by recorded_at"
        return connection.execute(query).fetchall()


def received(account: Account) -> list[Any]:
    return [each.get("received") for each in account.get(ORDER_ID)["items"]]


# showing


def test_orders_are_listed_the_newest_first(account: Account, orders: Run) -> None:
    account.put(order("7", reference="1041", status="closed", source="c9_2", warehouse=None))
    done = orders("list")
    assert done.lines == [
        "Orders",
        "expected total total created",
        "reference status source warehouse date ordered received id date type",
        "1041 closed c9_2 - 2026-01-20 50 12 7 2025-12-01 po",
        f"1042 open acme mills c9_1001 2026-01-20 50 12 {ORDER_ID} 2025-12-01 po",
    ]


def test_orders_are_listed_for_programs(orders: Run) -> None:
    assert orders("list", "--format", "json").values == [
        {
            "id": ORDER_ID,
            "reference": "1042",
            "status": "open",
            "type": "po",
            "vendor": "acme mills",
            "source": "acme mills",
            "warehouse": "c9_1001",
            "created_date": "2025-12-01",
            "expected_date": "2026-01-20",
            "total_ordered": 50,
            "total_received": 12,
            "last_modified": "2026-01-05T09:41:07Z",
        }
    ]
    assert orders("list", "--json").values == orders("list", "--format", "json").values
    assert orders("list", "--format", "csv").output == (
        "id,reference,status,type,vendor,source,warehouse,created_date,expected_date,total_ordered,total_received,"
        "last_modified\n"
        f"{ORDER_ID},1042,open,po,acme mills,acme mills,c9_1001,2025-12-01,2026-01-20,50,12,2026-01-05 09:41:07+00:00\n"
    )


def test_text_that_a_spreadsheet_would_run_is_disarmed(account: Account, orders: Run) -> None:
    account.edit(ORDER_ID, reference="=1+1")
    assert ",'=1+1," in orders("list", "--format", "csv").output


def test_an_empty_list_is_one_line_or_a_header(orders: Run) -> None:
    assert orders("list", "--status", "closed").lines == ["Orders: none"]
    assert orders("list", "--status", "closed", "--format", "json").values == []
    assert orders("list", "--status", "closed", "--format", "csv").output.startswith("id,reference,status,")


def test_a_list_can_be_filtered_and_says_if_it_is_cut(account: Account, orders: Run) -> None:
    account.put(order("7", vendor="bolt", warehouse="w", last_modified="2026-01-05T11:00:00+00:00"))

    def ids(*words: str) -> list[str]:
        return [each["id"] for each in orders("list", "--format", "json", *words).values]

    assert ids("--vendor", "bolt") == ids("--warehouse", "w") == ["7"]
    assert ids("--modified-since", "2026-01-05T12:00:00+01:00") == ["7"]
    assert len(ids("--modified-since", "2026-01-05")) == 2
    cut = orders("list", "--limit", "1", "--format", "json")
    assert (len(cut.values), cut.message) == (1, "There are more orders; --limit shows them.")
    wrong = orders("list", "--modified-since", "yesterday")
    assert (wrong.status, wrong.message) == (
        2,
        "Error: Invalid value for '--modified-since': 'yesterday' is neither a date nor an instant.",
    )


def test_an_order_is_shown_with_its_lines(orders: Run) -> None:
    assert orders("show", "1042").lines[5:] == [
        "cost",
        "line variant sku ordered received price title",
        "1 c9_5001 TEE-RED-M 30 12 4.25 Tee red M",
        "2 c9_5002 TEE-RED-L 20 0 19.25 Tee red M",
    ]
    shown = orders("show", ORDER_ID, "--json").values
    assert shown["reference"] == "1042"
    assert shown["items"][1] == {
        "id": "c9_5002",
        "sku": "TEE-RED-L ",
        "title": "Tee red M",
        "replenishment": 20,
        "received": None,
        "cost_price": 19.25,
    }


def test_the_lines_of_an_order_are_a_file_to_receive(account: Account, orders: Run, environment: Path) -> None:
    shown = orders("show", "1042", "--csv").output
    assert shown.splitlines()[:2] == [
        "order,variant,sku,title,ordered,received",
        f"{ORDER_ID},c9_5001,TEE-RED-M,Tee red M,30,12",
    ]
    (environment / "in.csv").write_text(shown.replace(",20,0", ",20,7"))
    assert orders("receive", "in.csv", "--yes").status == 0
    assert received(account) == [12, 7]


def test_connections_and_stock_are_shown(account: Account, orders: Run) -> None:
    assert orders("connections", "1042").lines[1:] == [
        "system saved status reference there id there",
        "shop no - - -",
    ]
    assert orders("connections", "1042", "--json").values[0]["save_po"] is False
    assert orders("stock", "1042").lines == [
        "Not pushed to c9_1001",
        "variant delta stock before",
        "c9_5001 12 3",
    ]
    assert orders("stock", "1042", "--json").values == [{"variant": "c9_5001", "delta": 12, "stock_before": 3}]
    assert orders("stock", "1042", "--source").lines == ["Not pushed: none"]
    assert sent(account) == []


@pytest.mark.parametrize("words", [["show"], ["connections"], ["stock"], ["close"], ["update", "--notes", "x"]])
def test_an_order_that_there_is_not_is_named(orders: Run, words: list[str]) -> None:
    done = orders(words[0], "9", *words[1:])
    assert (done.status, done.message) == (1, "The account has no order with the id or reference 9.")


def test_an_order_with_a_reference_that_two_have_needs_its_id(account: Account, orders: Run) -> None:
    account.put(order("b"))
    done = orders("close", "1042", "--yes")
    assert (done.status, done.message) == (
        1,
        f"2 orders have the reference 1042. Use an id instead: {ORDER_ID}, b.",
    )


# asking


@pytest.mark.parametrize(
    "words",
    [
        ["close", "1042"],
        ["update", "1042", "--notes", "x"],
        ["receive", "1042", "c9_5001=20"],
        ["connect", "1042", "shop"],
        ["stock", "1042", "--push"],
        ["create", "--warehouse", "w", "--item", "v=3"],
    ],
    ids=lambda words: words[0],
)
def test_nothing_is_sent_unless_somebody_said_yes(
    account: Account, orders: Run, folder: DataFolder, words: list[str]
) -> None:
    unasked = orders(*words)
    assert (unasked.status, unasked.message) == (
        2,
        "Error: There is no terminal to confirm on. Preview with --dry-run, then pass --yes.",
    )
    dry = orders(*words, "--dry-run")
    assert (dry.status, dry.lines[0]) == (0, "To be sent")
    (planned,) = orders(*words, "--dry-run", "--json").values
    assert planned["state"] == "planned"
    assert (sent(account), logged(folder)) == ([], [])
    done = orders(*words, "--yes", "--json")
    assert (done.status, len(sent(account)), len(logged(folder))) == (0, 1, 1)
    (outcome,) = done.values
    assert outcome["state"] == "applied"
    assert {name: outcome[name] for name in ("action", "before")} == {
        name: planned[name] for name in ("action", "before")
    }


def in_terminal(words: list[str], answer: str, width: int = 80) -> tuple[int, list[str]]:
    """Run a command in a terminal of this width, and answer its question; the exit status and what it showed."""
    process, terminal = pty.fork()
    if not process:
        os.environ.update(COLUMNS=str(width), TERM="dumb")
        os.execv(sys.executable, [sys.executable, "-m", "inventory_planner", *words])  # noqa: S606
    shown = b""
    while select.select([terminal], [], [], 60)[0]:
        try:
            read = os.read(terminal, 65_536)
        except OSError:  # how Linux reports the end
            break
        shown += read
        if read.endswith(b"[y/N]: "):
            os.write(terminal, answer.encode() + b"\n")
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    return status, [text for each in shown.decode().splitlines() if (text := each.strip())]


@pytest.mark.usefixtures("orders")
def test_a_terminal_is_asked_with_what_will_change(account: Account) -> None:
    words = ["orders", "receive", "1042", "tee-red-m=20"]
    shown = ["order change             before after", "─" * 37, "1042  receive: TEE-RED-M 12     20"]
    question = "Send 1 change to account a1000? [y/N]: "

    status, lines = in_terminal(words, "n")
    assert (status, lines) == (
        1,
        ["To be sent", *shown, f"{question}n", "Error: Not confirmed; nothing was sent."],
    )
    assert received(account) == [12, None]

    status, lines = in_terminal(words, "y")
    assert (status, lines[:5]) == (0, ["To be sent", *shown, f"{question}y"])
    assert lines[-2] == "1042  receive: TEE-RED-M 12     20    applied"
    assert lines[-1].startswith("To undo this run: inventory-planner writes undo ")
    assert received(account) == [20, None]

    status, lines = in_terminal(["orders", "list"], "", width=60)
    assert lines[-1] == "1042      open   acme mills c9_1001   2026-01-20      50"


# changing


def test_an_update_shows_each_value_before_and_after(account: Account, orders: Run) -> None:
    words = ("--status", "closed", "--expected", "2026-02-01", "--notes", "a=b", "--set", "attn=Ann", "--recalculate")
    done = orders("update", "1042", *words, "--yes")
    assert (done.status, [text.strip() for text in done.output.splitlines()]) == (
        0,
        [
            "Changes",
            "",
            "order change                before     after      state",
            "─" * 57,
            "1042  update: status        open       closed     applied",
            "1042  update: expected_date 2026-01-20 2026-02-01 applied",
            "1042  update: notes         -          a=b        applied",
            "1042  update: attn          -          Ann        applied",
            "",
        ],
    )
    fields = {"status": "closed", "expected_date": "2026-02-01", "notes": "a=b", "attn": "Ann"}
    body = {"purchase-order": {**fields, "skip_background_jobs": False}}
    assert sent(account) == [("PATCH", f"/{ORDER_ID}", body)]


def test_what_the_account_has_already_is_unchanged_and_not_sent(account: Account, orders: Run) -> None:
    words = ("update", "1042", "--status", "OPEN", "--expected", "2026-01-20")
    assert orders(*words, "--dry-run").lines == ["Nothing to change."]
    assert orders(*words, "--dry-run", "--json").values == []
    done = orders(*words)
    assert (done.status, done.lines[-1]) == (0, "1042 update - - unchanged")
    assert sent(account) == []


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        ([], 2, "Error: Nothing to change. Use --status, --expected or another option, or give a FILE.csv."),
        (["--set", "attn"], 2, "Error: 'attn' is not FIELD=VALUE."),
        (["--set", "attn=1", "--set", "attn=2"], 2, "Error: attn is given twice."),
        (["--expected", "2026-02-30"], 1, "expected_date is '2026-02-30'; it must be a date such as 2026-01-31."),
    ],
)
def test_an_update_that_can_t_be_meant_is_refused(orders: Run, words: list[str], status: int, message: str) -> None:
    done = orders("update", "1042", *words, "--yes")
    assert (done.status, done.message) == (status, message)


def test_a_status_that_the_account_has_not_is_refused(orders: Run) -> None:
    done = orders("update", "1042", "--status", "lost", "--yes")
    assert (done.status, done.message.split(":")[0]) == (1, "'lost' is no known status of this account")


def test_several_orders_are_closed(account: Account, orders: Run) -> None:
    account.put(order("b", reference="7", status="closed"))
    done = orders("close", "1042", "7", "1042", "--yes")
    assert done.lines[2:] == [
        "1042 update: status open CLOSED applied",
        "7 update - - unchanged",
        "2 changes: 1 applied, 1 unchanged.",
    ]
    assert account.get(ORDER_ID)["status"] == "closed"


def test_a_read_only_order_is_refused(account: Account, orders: Run) -> None:
    account.edit(ORDER_ID, readonly=True)
    for words in (["close", "1042"], ["receive", "1042", "c9_5001=20"], ["connect", "1042", "shop"]):
        done = orders(*words, "--yes")
        assert (done.status, done.message) == (1, "Order 1042 is read-only: change it in the system that manages it.")
    assert sent(account) == []


def test_quantities_are_received_as_totals_or_added(account: Account, orders: Run) -> None:
    assert orders("receive", "1042", "c9_5001=13", "tee-red-l=0.5", "--yes").status == 0
    assert received(account) == [13, 0.5]
    assert orders("receive", "1042", "c9_5001=2", "--add", "--yes").status == 0
    assert received(account) == [15, 0.5]


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        ([], 2, "Error: Nothing to receive. Give VARIANT=QTY, or a file whose name ends in .csv."),
        (["c9_5001"], 2, "Error: 'c9_5001' is not VARIANT=QTY."),
        (["c9_5001=1", "c9_5001=2"], 2, "Error: c9_5001 is given twice."),
        (["c9_5001=-1"], 1, "c9_5001 is '-1'; it must be a number of at least 0, such as 12 or 0.5."),
        (["c9_5001=x"], 1, "c9_5001 is 'x'; it must be a number of at least 0, such as 12 or 0.5."),
        (["cap=1"], 1, "Order 1042 has no variant cap."),
        (
            ["c9_5001=31"],
            1,
            f"Order 1042, TEE-RED-M: 31 received in all would be more than the 30 {OVER}",
        ),
    ],
)
def test_quantities_that_can_t_be_meant_are_refused(
    account: Account, orders: Run, words: list[str], status: int, message: str
) -> None:
    done = orders("receive", "1042", *words, "--yes")
    assert (done.status, done.message, sent(account)) == (status, message, [])


def test_more_than_was_ordered_can_be_allowed(account: Account, orders: Run) -> None:
    assert orders("receive", "1042", "c9_5001=31", "--allow-over", "--yes").status == 0
    assert received(account) == [31, None]


def test_a_repeated_variant_needs_its_first_line_to_be_named(account: Account, orders: Run) -> None:
    account.edit(ORDER_ID, items=TWICE)
    refused = orders("receive", "1042", "v=2", "--yes")
    assert refused.message == (
        "Order 1042 has v on several lines (1, 2), and the API can only change the first one. If you mean that one, use"
        " --line 1."
    )
    assert orders("receive", "1042", "v=2", "--line", "1", "--yes").status == 0
    assert received(account) == [2, None]


def test_a_file_is_received_once(account: Account, orders: Run, environment: Path) -> None:
    account.put(order("b", reference="7"))
    (environment / "in.CSV").write_text("order;variant;received\n1042;c9_5001;20\n7;c9_5001;13\n1042;tee-red-l;0,5\n")
    done = orders("receive", "in.CSV", "--yes")
    assert (done.status, done.lines[2:]) == (
        0,
        [
            "1042 receive: TEE-RED-M 12 20 applied",
            "1042 receive: TEE-RED-L 0 0.5 applied",
            "7 receive: TEE-RED-M 12 13 applied",
            "2 changes: 2 applied.",
        ],
    )
    second = orders("receive", "in.CSV", "--yes")
    assert (second.status, second.message.split(" on ")[0]) == (1, "This file was applied in full")
    again = orders("receive", "in.CSV", "--again", "--add", "--allow-over", "--yes", "--json").values
    assert [(each["state"], each["file_rows"]) for each in again] == [("applied", [2, 4]), ("applied", [3])]


def test_a_file_with_faults_sends_nothing(account: Account, orders: Run, environment: Path) -> None:
    (environment / "in.csv").write_text("order,variant,received\n1042,c9_5001,20\n1042,c9_5002,21\n8,x,1\n")
    done = orders("receive", "in.csv", "--yes")
    assert (done.status, done.message.splitlines()) == (
        1,
        ["in.csv was not applied:", "  line 4: The account has no order with the id or reference 8."],
    )
    (environment / "in.csv").write_text("order,variant,received\n1042,c9_5001,20\n1042,c9_5002,21\n")
    assert orders("receive", "in.csv", "--yes").message == (
        f"line 3: Order 1042, TEE-RED-L: 21 received in all would be more than the 20 {OVER}"
    )
    missing = orders("receive", "out.csv", "--yes")
    assert (missing.status, missing.message) == (1, "Can't read out.csv: No such file or directory.")
    assert sent(account) == []


def test_of_many_changes_the_first_ones_are_shown(account: Account, orders: Run, environment: Path) -> None:
    account.put(order("b", reference="7", items=[line(f"v{number}") for number in range(60)]))
    rows = "".join(f"7,v{number},1\n" for number in range(60))
    (environment / "in.csv").write_text(f"order,variant,received\n{rows}")
    assert orders("receive", "in.csv", "--dry-run").lines[-1] == "40 of 60 rows; --dry-run --json shows all."
    assert orders("receive", "in.csv", "--yes").lines[-1] == "40 of 60 rows; --json shows all."


def test_lines_that_the_api_left_out_come_first_and_fail_the_command(account: Account, orders: Run) -> None:
    account.quirks = Quirks(skipped_lines=frozenset({"c9_5002"}))
    done = orders("receive", "1042", "c9_5001=20", "c9_5002=3", "--yes")
    assert (done.status, done.message) == (1, "1 of 2 changes not applied, as far as is known; see above.")
    assert done.lines[2:] == [
        "1042 receive: TEE-RED-L 0 3 failed",
        "1042 receive: TEE-RED-M 12 20 applied",
        "1042: c9_5002: the API did not update the line.",
        "2 changes: 1 failed, 1 applied.",
    ]


def test_an_order_is_saved_to_a_connection(account: Account, orders: Run) -> None:
    done = orders("connect", "1042", "shop", "--yes")
    assert (done.status, done.lines[2]) == (0, "1042 connect: shop no yes applied")
    assert account.get(ORDER_ID)["connections"][0]["status"] == "success"
    assert orders("connect", "1042", "shop", "--yes").lines[-1] == "1042 connect: shop - - unchanged"
    unknown = orders("connect", "1042", "erp", "--yes")
    assert (unknown.status, unknown.message) == (1, "Order 1042 has no connection erp; it has shop.")


def test_a_failed_connection_and_a_failed_push_fail_the_command(account: Account, orders: Run) -> None:
    account.quirks = Quirks(connection_errors=frozenset({"shop"}), push_errors={"c9_5001": "Unknown SKU"})
    saved = orders("connect", "1042", "shop", "--yes")
    assert (saved.status, saved.lines[-1]) == (1, "1042: save_po: shop could not save the order.")
    pushed = orders("stock", "1042", "--push", "--yes")
    assert (pushed.status, pushed.lines[-1]) == (1, "1042: c9_5001: Unknown SKU.")


def test_stock_is_pushed_once(account: Account, orders: Run) -> None:
    done = orders("stock", "1042", "--push", "--yes")
    assert done.lines[-1] == "1042 push stock: TEE-RED-M (destination) 12 0 applied"
    assert orders("stock", "1042", "--push").lines[-1].split()[-1] == "unchanged"
    assert len(sent(account)) == 1


def test_the_source_of_a_transfer_can_be_pushed(account: Account, orders: Run) -> None:
    account.edit(ORDER_ID, source_warehouse="c9_2", type="transfer")
    assert orders("stock", "1042", "--source").lines[0] == "Not pushed to c9_2"
    assert orders("stock", "1042", "--source", "--push", "--yes").status == 0
    assert [body["forDst"] for _, _, body in sent(account)] == [False]


# creating


def test_an_order_is_created_from_options(account: Account, orders: Run) -> None:
    words = [
        *("--vendor", "acme mills", "--warehouse", "w", "--reference", "N1", "--expected", "2026-02-01"),
        *("--item", "v=3", "--item", "w=0.5", "--connection", "shop", "--status", "open"),
    ]
    done = orders("create", *words, "--yes")
    (body,) = [body["purchase-order"] for _, _, body in sent(account)]
    assert body == {
        "vendor": "acme mills",
        "warehouse": "w",
        "reference": "N1",
        "expected_date": "2026-02-01",
        "status": "open",
        "items": [{"id": "v", "replenishment": 3}, {"id": "w", "replenishment": 0.5}],
        "connections": [{"connection": "shop", "save_po": True}],
    }
    assert done.lines[2:-1] == [
        "N1 create: vendor - acme mills applied",
        "N1 create: warehouse - w applied",
        "N1 create: expected_date - 2026-02-01 applied",
        "N1 create: status - open applied",
        "N1 create: item v - 3 applied",
        "N1 create: item w - 0.5 applied",
        "N1 create: connection - shop applied",
    ]
    assert done.lines[-1].startswith(f"N1: Created order {int(NOW.timestamp()):08x}")


def test_an_order_is_created_from_a_filter(account: Account, orders: Run) -> None:
    words = ("--warehouse", "w", "--variants-filter", "vendor=acme mills", "--variants-filter", "replenishment_gt=3")
    done = orders("create", *words, "--dry-run")
    assert done.lines[-1].endswith("create: variants_filter - vendor=acme mills, replenishment_gt=3")
    assert sent(account) == []


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        ([], 1, "A new order needs warehouse and items or variants_filter."),
        (["--warehouse", "w", "--item", "v"], 2, "Error: 'v' is not VARIANT=QTY."),
        (
            ["--warehouse", "w", "--item", "v=-1"],
            2,
            "Error: A quantity is '-1'; it must be a number of at least 0, such as 12 or 0.5.",
        ),
        (
            ["--warehouse", "w", "--item", "v=1", "--type", "assembly", "--source-warehouse", "x"],
            1,
            "Item v of an assembly order needs components.",
        ),
        (["--warehouse", "w", "--item", "v=1", "--type", "transfer"], 1, "A new order needs source_warehouse."),
    ],
)
def test_an_order_that_can_t_be_meant_is_refused(orders: Run, words: list[str], status: int, message: str) -> None:
    done = orders("create", *words, "--yes")
    assert (done.status, done.message) == (status, message)


NEW: dict[str, Any] = {
    "warehouse": "w",
    "source_warehouse": "x",
    "type": "assembly",
    "items": [{"id": "v", "replenishment": 2, "components": [{"id": "c", "quantity": 1}]}],
}


@pytest.mark.parametrize("body", [NEW, {"purchase-order": NEW}], ids=["bare", "in its envelope"])
def test_an_order_is_created_from_a_file_once(
    account: Account, orders: Run, environment: Path, body: dict[str, Any]
) -> None:
    (environment / "new.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(body).encode())
    done = orders("create", "new.json", "--yes", "--json")
    assert done.status == 0
    reference = done.values[0]["reference"]
    assert [body for _, _, body in sent(account)] == [{"purchase-order": {**NEW, "reference": reference}}]
    second = orders("create", "new.json", "--yes")
    assert (second.status, second.message.split(" on ")[0]) == (1, "This file was applied in full")
    assert orders("create", "new.json", "--again", "--yes").status == 0
    assert len(account.orders()) == 3


def test_a_file_is_the_whole_order_and_must_be_json(orders: Run, environment: Path) -> None:
    path = environment / "new.json"
    path.write_text("[]")
    assert orders("create", "new.json").message == (
        "Error: new.json is not a JSON object: Expected `object`, got `array`."
    )
    assert orders("create", "new.json", "--vendor", "x").message == (
        "Error: FILE describes the whole order. Leave out the options, or the file."
    )
    path.write_text('{"purchase-order": 3}')
    done = orders("create", "new.json")
    assert (done.status, done.message) == (1, "purchase-order is 3; it must be an object.")


def test_a_second_order_with_a_reference_needs_to_be_wanted(account: Account, orders: Run) -> None:
    words = ("create", "--warehouse", "w", "--item", "v=1", "--reference", "1042", "--yes")
    refused = orders(*words)
    assert (refused.status, refused.message.split(". ")[0]) == (
        1,
        f"An order with the reference 1042 already exists (id {ORDER_ID})",
    )
    assert orders(*words, "--again").status == 0
    assert len(account.orders()) == 2


def test_a_wrong_key_is_an_exit_status_of_its_own(orders: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCES__INVENTORY_PLANNER__API_KEY", "a wrong key")
    done = orders("close", "1042", "--yes")
    assert done.status == 77
    assert "a wrong key" not in done.message


def test_another_run_in_the_folder_is_waited_for_by_nobody(orders: Run, folder: DataFolder) -> None:
    with folder.locked("run"):
        assert orders("close", "1042", "--yes").status == 75


@pytest.mark.parametrize("name", ["list", "show", "create", "update", "close", "receive", "connections", "connect"])
def test_every_command_has_a_help_text(name: str) -> None:
    shown = CliRunner().invoke(commands, ["orders", name, "--help"])
    assert (shown.exit_code, "Usage:" in shown.output) == (0, True)


# acknowledging what was imported


@pytest.fixture
def acknowledge(account: Account, orders: Run, folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> Run:  # noqa: ARG001 (what it sets)
    """The command `inventory-planner acknowledge`; the warehouse has one order in the status that is imported."""
    monkeypatch.setenv("SOURCES__INVENTORY_PLANNER__STATUS", "OPEN")
    monkeypatch.setenv("SOURCES__INVENTORY_PLANNER__ACKNOWLEDGE_STATUS", "CLOSED")
    fill(folder.warehouse, {"a1000": account.orders()})

    return partial(invoke, "acknowledge")


def test_imported_orders_are_shown_and_acknowledged(account: Account, acknowledge: Run, folder: DataFolder) -> None:
    shown = ["To be sent", "order change before after", "1042 update: status open CLOSED"]
    assert acknowledge("--dry-run").lines == shown
    assert acknowledge() == Done(
        2, "", "Error: There is no terminal to confirm on. Preview with --dry-run, then pass --yes."
    )
    assert (sent(account), account.get(ORDER_ID)["status"]) == ([], "open")

    done = acknowledge("--yes")
    assert (done.status, done.lines[:3]) == (
        0,
        ["Changes", "order change before after state", "1042 update: status open CLOSED applied"],
    )
    assert sent(account) == [("PATCH", f"/{ORDER_ID}", {"purchase-order": {"status": "CLOSED"}})]
    assert logged(folder) == [("acknowledge", "applied")]
    assert (acknowledge("--yes").lines, acknowledge("--dry-run").lines) == (["Changes: none"], ["Nothing to change."])


def test_acknowledgements_are_printed_for_programs(acknowledge: Run) -> None:
    change = {
        "action": "update",
        "order_id": ORDER_ID,
        "reference": "1042",
        "before": {"status": "open", "last_modified": "2026-01-05T09:41:07Z"},
        "after": {"status": "CLOSED"},
    }
    assert acknowledge("--dry-run", "--json").values == [{"state": "planned", **change}]
    (done,) = acknowledge("--yes", "--json").values
    assert done == {"state": "applied", "message": "Applied.", **change, "job_id": done["job_id"]}
    assert acknowledge("--dry-run", "--json").values == []


def test_without_a_status_to_set_nothing_is_acknowledged(
    account: Account, acknowledge: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCES__INVENTORY_PLANNER__ACKNOWLEDGE_STATUS", "")
    done = acknowledge("--yes")
    assert (done.status, "`acknowledge_status` is not set" in done.message) == (2, True)
    assert account.requests == []

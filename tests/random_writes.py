"""Random commands that change an account, while others change it too, requests go wrong, and processes die.

A command is plain data. A model holds what the account must show in the end; a value that somebody else has changed at
the same moment is open until the command has ended.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from inventory_planner import orders as api
from inventory_planner import variants
from inventory_planner.errors import ApiError, ChangeError
from inventory_planner.orders import Outcome
from inventory_planner.sync.load import Job
from inventory_planner.writeback.change import split_target
from inventory_planner.writeback.orders import Receiving
from inventory_planner_emulator import Account, Fault, Quirks, RecordedRequest
from orders import line, order
from writing import Row, is_write, logged, run_killed

ORDERS = ("65f0c0de00000000000000a1", "65f0c0de00000000000000a2", "65f0c0de00000000000000a3")
VARIANTS = ("c9_1", "c9_2", "c9_3")
ORDERED = 1_000_000
SHOPS = ("shop", "3pl")
LEAD_TIME = "lead_time"
VENDOR = "bolt"
MAX_RUNS = 12
FAULTS = {
    "no answer": Fault.no_answer(),
    "empty": Fault.empty(),
    "502": Fault.bad_gateway(502),
    "504": Fault.bad_gateway(504),
    "500": Fault.server_error(500),
    "half the JSON": Fault.truncated_json(),
    "half a body": Fault.broken_body(),
    "no answer, applied": Fault.no_answer().after_applying(),
    "empty, applied": Fault.empty().after_applying(),
    "502, applied": Fault.bad_gateway(502).after_applying(),
    "500, applied": Fault.server_error(500).after_applying(),
    "business error": Fault.refused("Something went wrong"),
    "error in 200": Fault.error_in_200("Something went wrong"),
    "429": Fault.rate_limited(),
}

Key = tuple[str, str]  # an order, and a field, a variant or a connection of it; a variant, and LEAD_TIME or VENDOR


@dataclass(frozen=True)
class Command:
    """What somebody asks for. `which` chooses orders, `values` are quantities by the number of a variant."""

    kind: str
    which: tuple[int, ...] = (0,)
    values: Mapping[int, int] = field(default_factory=dict)
    adds: bool = False
    number: int = 0
    again: bool = False


@dataclass(frozen=True)
class Trouble:
    """What happens to a run: a fault of its nth write, an edit before its nth request, a line left out, a death."""

    fault: str | None = None
    nth: int = 1
    reads_fail: bool = False
    edit: tuple[int, int, int] | None = None
    at: int = 1
    skipped: int | None = None
    killed_at: int | None = None
    after: bool = False


NO_TROUBLE = Trouble()


@dataclass(frozen=True)
class Step:
    """A command, and what happens to its runs, one after the other; the runs after those are quiet."""

    command: Command
    troubles: tuple[Trouble, ...] = ()


class Office:
    """Gives commands, and knows what must come of them."""

    def __init__(self, account: Account, job: Job, folder: Path) -> None:
        self.account, self.job, self.folder = account, job, folder
        self.expected: dict[Key, Any] = {}
        self.created: Counter[str] = Counter()
        self.open: set[Key] = set()
        self.files: set[str] = set()
        for number, order_id in enumerate(ORDERS):
            items = [line(each, replenishment=ORDERED, received=0, attributes=[]) for each in VARIANTS]
            shops = [{"connection": shop, "save_po": False} for shop in SHOPS]
            account.put(order(order_id, reference=f"R{number}", notes="", items=items, connections=shops))
        for variant in VARIANTS:
            account.edit_variant(variant, lead_time=14)
        self.expected = self.present()

    def do(self, step: Step) -> None:
        """Run the command until it is done, and check what came of it."""
        command = replace(step.command, number=sum(self.created.values()) + 1)
        if command.kind == "file":
            command = replace(command, again=self.content(command) in self.files)
            self.files.add(self.content(command))
        if command.kind == "remove" and self.expected[_variant(command), VENDOR] is None:
            command = replace(command, kind="vendor")
        start = len(self.account.requests)
        before = len(logged(self.job.warehouse))
        self.expect(command)
        outcomes: list[Outcome] | None = None
        for number in range(MAX_RUNS):
            trouble = step.troubles[number] if number < len(step.troubles) else NO_TROUBLE
            outcomes = self.run_once(command, trouble, before)
            if outcomes is not None and (all(each.is_done for each in outcomes) or self.is_excused(outcomes)):
                break
        else:
            raise AssertionError(f"{command} is not done: {outcomes}")
        rows = logged(self.job.warehouse)[before:]
        self.check_account(command)
        self.check_log(rows, self.account.requests[start:])
        self.expected, self.open = self.present(), set()

    def run_once(self, command: Command, trouble: Trouble, before: int) -> list[Outcome] | None:
        """The outcomes of a run; None if it was killed, or ended with an error."""
        outcomes: list[Outcome] | None = None

        def run() -> None:
            nonlocal outcomes
            outcomes = self.give(command)

        with _Disturbance(self, command, trouble):
            try:
                is_killed = run_killed(run, trouble.killed_at or 0, after=trouble.after)
            except (ApiError, ChangeError):
                if trouble == NO_TROUBLE:
                    raise
                return None
        return [] if is_killed and self.was_told(before) else outcomes

    def was_told(self, before: int) -> bool:
        """Whether a command that was killed had nothing left to do but to show what came of it."""
        rows = logged(self.job.warehouse)[before:]
        return bool(rows) and all(row["job_ended_at"] for row in rows) and rows[-1]["state"] in {"applied", "unchanged"}

    def is_excused(self, outcomes: list[Outcome]) -> bool:
        """Whether nobody can tell what became of the rest: somebody else changed the very values.

        A call has one outcome, so the other values of the call are open, too.
        """
        unknown = [self.keys_of(each) for each in outcomes if each.state == "unknown"]
        is_excused = all(keys & self.open for keys in unknown)
        self.open |= {key for keys in unknown for key in keys if is_excused}
        return is_excused and all(each.is_done or each.state == "unknown" for each in outcomes)

    def keys_of(self, outcome: Outcome) -> set[Key]:
        if "variant" in outcome.action:
            variant, vendor = split_target(outcome.target)
            return {(variant, vendor or LEAD_TIME)}
        return {(str(outcome.order_id), _name(outcome.action, outcome.target, name)) for name in outcome.after}

    def give(self, command: Command) -> list[Outcome]:
        """Give the command, as a user would."""
        return GIVE[command.kind](self, command)

    def expect(self, command: Command) -> None:
        """Note what the account must show once the command is done."""
        for order_id in map(_order_id, command.which):
            if command.kind in {"receive", "file"}:
                for variant, quantity in _quantities(command).items():
                    base = self.expected[order_id, variant] if command.adds else 0
                    self.expected[order_id, variant] = base + quantity
            elif command.kind == "update":
                self.expected[order_id, "notes"] = f"note {command.values.get(0, 0)}"
            elif command.kind == "close":
                self.expected[order_id, "status"] = "closed"
            elif command.kind == "connect":
                self.expected[order_id, SHOPS[command.values.get(0, 0) % 2]] = True
        if command.kind == "create":
            self.created[f"order {command.number}"] += 1
        for key in self.keys_of_variant(command):
            self.expected[key] = None if command.kind == "remove" else _quantity(command)

    def keys_of_variant(self, command: Command) -> set[Key]:
        """What the command sets of a variant."""
        names = {"settings": LEAD_TIME, "vendor": VENDOR, "remove": VENDOR}
        return {(_variant(command), names[command.kind])} if command.kind in names else set()

    def content(self, command: Command) -> str:
        """What a file says: the same content is applied once more only if the command says so."""
        return f"{sorted(command.which)} {sorted(_quantities(command).items())} {command.adds}"

    def touched(self, command: Command) -> set[Key]:
        """The values that the command sets."""
        names = {
            "receive": set(_quantities(command)),
            "file": set(_quantities(command)),
            "update": {"notes"},
            "close": {"status"},
            "push": set(VARIANTS),
        }.get(command.kind, set())
        of_orders = {(order_id, name) for order_id in map(_order_id, command.which) for name in names}
        return of_orders | self.keys_of_variant(command)

    def edit(self, command: Command, which: int, what: int, amount: int) -> None:
        """Somebody else changes the account: a quantity, the notes or the status of an order, or a variant."""
        order_id, name = _order_id(which), (*VARIANTS, "notes", "status", LEAD_TIME, VENDOR)[what % 7]
        if name == LEAD_TIME:
            order_id = VARIANTS[which % len(VARIANTS)]
            self.account.edit_variant(order_id, lead_time=100 + amount)
        elif name == VENDOR:
            order_id = VARIANTS[which % len(VARIANTS)]
            self.account.put_variant_vendor(order_id, VENDOR, {"n": VENDOR, "cost_price": 100 + amount})
        elif name in VARIANTS:
            self.account.receive(order_id, name, amount)
        else:
            self.account.edit(order_id, **{name: f"by them {amount}" if name == "notes" else "open"})
        if (order_id, name) in self.touched(command):
            self.open.add((order_id, name))
        else:
            self.expected[order_id, name] = self.present()[order_id, name]

    def present(self) -> dict[Key, Any]:
        """What the account shows."""
        found: dict[Key, Any] = {}
        for order_id in ORDERS:
            shown = self.account.get(order_id)
            found |= {(order_id, each["id"]): each.get("received") or 0 for each in shown["items"]}
            found |= {(order_id, name): shown[name] for name in ("notes", "status")}
            found |= {(order_id, each["connection"]): each["save_po"] for each in shown["connections"]}
        for variant in VARIANTS:
            found[variant, LEAD_TIME] = self.account.variant_edits[variant][LEAD_TIME]
            found[variant, VENDOR] = (self.account.variant_vendors.get((variant, VENDOR)) or {}).get("cost_price")
        return found

    def check_account(self, command: Command) -> None:
        """The account holds exactly what the commands say: each create once, each addition once."""
        present = self.present()
        differing = {key: (value, self.expected[key]) for key, value in present.items() if value != self.expected[key]}
        assert not differing.keys() - self.open, differing
        assert Counter(each["notes"] for each in self.account.orders() if each["id"] not in ORDERS) == self.created
        if command.kind == "push":
            for order_id in map(_order_id, command.which):
                for variant in VARIANTS:
                    if (order_id, variant) not in self.open:
                        assert self.pushed(order_id, variant) == present[order_id, variant], variant

    def pushed(self, order_id: str, variant: str) -> Decimal:
        updates = self.account.get(order_id).get("stock_updates", [])
        rows = [row for update in updates for row in update["items"] if row["id"] == variant and not row.get("error")]
        return Decimal(sum(row["delta"] for row in rows))

    def check_log(self, rows: list[Row], requests: list[RecordedRequest]) -> None:
        """Each row tells what became of its call, and each call has a row."""
        assert {row["state"] for row in rows} <= {"applied", "unchanged", "failed", "unknown"}
        assert all(row["ended_at"] for row in rows)
        calls = [_call(request) for request in requests if request.applied]
        applied = set(calls)
        logged_calls = {_call_of(row) for row in rows if row["state"] != "unchanged"}
        assert applied <= logged_calls, "a call is not in the log"
        for row in rows:
            if row["state"] == "applied":
                assert _call_of(row) in applied, row
            if row["state"] == "failed" and row["resolved_by"] != "response":
                assert row["message"] == NOT_SENT, row
            if row["state"] == "unknown":
                assert self.open, row
        for action in ("create", "push stock"):
            count = sum(call[0] == action for call in calls)
            told = [row["state"] for row in rows if row["action"] == action]
            assert told.count("applied") <= count <= told.count("applied") + told.count("unknown"), action


NOT_SENT = "The run was interrupted before it sent this."


class _Disturbance:
    """Makes the trouble of a run."""

    def __init__(self, office: Office, command: Command, trouble: Trouble) -> None:
        self.office, self.command, self.trouble = office, command, trouble
        self.requests = self.writes = 0

    def __enter__(self) -> None:
        account, trouble = self.office.account, self.trouble
        if trouble.skipped is not None:
            account.quirks = Quirks(skipped_lines=frozenset({VARIANTS[trouble.skipped]}))
        account.before_answer.append(self.disturb)

    def __exit__(self, *_: object) -> None:
        account = self.office.account
        account.before_answer.clear()
        account.faults.clear()
        account.quirks = Quirks()

    def disturb(self, request: RecordedRequest) -> None:
        trouble = self.trouble
        self.requests += 1
        self.writes += is_write(request)
        if trouble.edit and self.requests == trouble.at:
            self.office.edit(self.command, *trouble.edit)
        if trouble.fault and is_write(request) and self.writes == trouble.nth:
            self.office.account.faults.append(FAULTS[trouble.fault].only(is_write))
            if trouble.reads_fail:
                self.office.account.faults.extend([Fault.server_error(503).only(_is_read)] * 6)


def _is_read(request: RecordedRequest) -> bool:
    return not is_write(request)


def _order_id(which: int) -> str:
    return ORDERS[which % len(ORDERS)]


def _quantities(command: Command) -> dict[str, int]:
    return {VARIANTS[number % len(VARIANTS)]: quantity for number, quantity in command.values.items()} or {"c9_1": 7}


def _variant(command: Command) -> str:
    return next(iter(_quantities(command)))


def _quantity(command: Command) -> int:
    return next(iter(_quantities(command).values()))


def _receiving(command: Command) -> Receiving:
    return Receiving(is_added=command.adds, allow_over=True, allow_lower=True)


def _create(office: Office, command: Command) -> list[Outcome]:
    lines = [{"id": each, "replenishment": quantity} for each, quantity in _quantities(command).items()]
    reference = {"reference": f"N{command.number}"} if command.adds else {}
    fields = {**reference, "notes": f"order {command.number}", "warehouse": "c9_1001", "items": lines}
    return api.create(office.job, fields)


def _file(office: Office, command: Command) -> list[Outcome]:
    path = office.folder / "received.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("order", "variant", "received"))
        for which in sorted(command.which):
            writer.writerows((f"R{which}", variant, value) for variant, value in sorted(_quantities(command).items()))
    return api.receive_file(office.job, path, _receiving(command), api.Sending(again=command.again))


GIVE: dict[str, Callable[[Office, Command], list[Outcome]]] = {
    "create": _create,
    "update": lambda office, command: api.update(
        office.job, _order_id(command.which[0]), {"notes": f"note {command.values.get(0, 0)}"}
    ),
    "receive": lambda office, command: api.receive(
        office.job, _order_id(command.which[0]), _quantities(command), _receiving(command)
    ),
    "file": _file,
    "close": lambda office, command: api.close(office.job, [*map(_order_id, command.which)]),
    "connect": lambda office, command: api.connect(
        office.job, _order_id(command.which[0]), SHOPS[command.values.get(0, 0) % 2]
    ),
    "push": lambda office, command: api.push_stock(office.job, _order_id(command.which[0])),
    "settings": lambda office, command: variants.set_settings(
        office.job, _variant(command), {LEAD_TIME: _quantity(command)}
    ),
    "vendor": lambda office, command: variants.set_vendor(
        office.job, _variant(command), VENDOR, {"cost_price": _quantity(command)}
    ),
    "remove": lambda office, command: variants.remove_vendor(office.job, _variant(command), VENDOR),
}


def _name(action: str, target: str, name: str) -> str:
    return target if action == "connect" else name


def _call(request: RecordedRequest) -> tuple[Any, ...]:
    """What a request was to change: the action, the order, and the content."""
    parts = request.path.split("/")[4:]
    body = request.body or {}
    if "/variants/" in request.path:
        return _call_of_variant(request.method, parts, body)
    if request.method == "POST" and not parts:
        return "create", None, body["purchase-order"]["reference"]
    if request.method == "POST":
        return "push stock", parts[0], _frozen({row["id"]: row["delta"] for row in body["stock-update"]["items"]})
    if request.method == "PUT":
        return "connect", parts[0], parts[2]
    if parts[1:2] == ["items"]:
        items = body["items"] if parts[1:] == ["items"] else [{"id": parts[2], **body["item"]}]
        return "receive", parts[0], _frozen({row["id"]: row["received"] for row in items})
    return "update", parts[0], _frozen(body["purchase-order"])


def _call_of_variant(method: str, parts: list[str], body: Mapping[str, Any]) -> tuple[Any, ...]:
    kind = {"PATCH": "set variant", "PUT": "set variant vendor", "DELETE": "remove variant vendor"}[method]
    return kind, "/".join([parts[0], *parts[2:]]), _frozen(body.get("variant") or body.get("vendor") or {})


def _call_of(row: Row) -> tuple[Any, ...]:
    """The request that a row tells of."""
    action, order_id, body = row["action"], row["purchase_order_id"], row["body"]
    if "variant" in action:
        return action, row["target"], _frozen(body)
    if action == "create":
        return action, None, row["purchase_order_number"]
    if action == "push stock":
        return action, order_id, _frozen({each["id"]: each["delta"] for each in body["items"]})
    if action == "connect":
        return action, order_id, row["target"]
    return action, order_id, _frozen(body["received"] if action == "receive" else body)


def _frozen(values: Mapping[str, Any]) -> frozenset[tuple[str, Any]]:
    return frozenset(values.items())

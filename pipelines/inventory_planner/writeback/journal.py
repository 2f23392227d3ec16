"""Changes as rows of the write log, and what became of them."""

from __future__ import annotations

import getpass
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from typing import Any, Final, TypeAlias
from uuid import uuid4

import msgspec

from inventory_planner.warehouse.write_log import DONE, State, Write
from inventory_planner.writeback.change import Action, Change, Intention, Values

BY_RESPONSE: Final = "response"
BY_READING: Final = "reading"

Key: TypeAlias = tuple[str, str | None, str]

_encode = msgspec.json.Encoder(decimal_format="number").encode
_decode = msgspec.json.Decoder(float_hook=Decimal).decode


@dataclass(frozen=True)
class Command:
    """What somebody asked for: the command, its input as text, and whether that input is a file.

    With `again`, a file that was applied in full is applied once more. `is_additive` says that running the command
    twice would do more than running it once: it creates orders, or adds to quantities.
    """

    name: str
    content: str
    is_file: bool = False
    again: bool = False
    is_additive: bool = False

    @cached_property
    def digest(self) -> str:
        """Identifies the command and its input."""
        return sha256(f"{self.name}\0{self.content}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of one change; `file_rows` are the rows of the file that it comes from.

    `job_id` is the id of the run, for `writes undo`.
    """

    action: str
    order_id: str | None
    reference: str | None
    target: str
    before: Values
    after: Values
    state: State
    message: str
    file_rows: tuple[int, ...] = ()
    job_id: str = field(default="", compare=False)

    @property
    def is_done(self) -> bool:
        """Whether the account is as it was wanted."""
        return self.state in DONE


def new_write(command: Command, job_id: str, change: Change, intention: Intention) -> Write:
    """The row of a change that is about to be sent."""
    return _with_change(
        Write(
            write_id=uuid4().hex,
            job_id=job_id,
            recorded_at=datetime.now(UTC),
            ended_at=None,
            command=command.name,
            action=change.action,
            purchase_order_id=None,
            purchase_order_number=None,
            target=change.target,
            count_values=0,
            before="",
            after="",
            body="",
            state=State.INTENDED,
            message=None,
            resolved_by=None,
            user_name=getpass.getuser(),
            content_digest=command.digest,
            file_rows=json.dumps(intention.file_rows) if intention.file_rows else None,
        ),
        change,
    )


def ended(write: Write, change: Change, state: State, message: str, resolved_by: str | None) -> Write:
    """The row once it is known what became of the change."""
    ended_at = datetime.now(UTC)
    return replace(
        _with_change(write, change), state=state, message=message, resolved_by=resolved_by, ended_at=ended_at
    )


def change_of(write: Write) -> Change:
    """The change that a row records."""
    return Change(
        Action(write.action),
        write.purchase_order_id,
        write.purchase_order_number,
        _values(write.before),
        _values(write.after),
        _values(write.body),
        write.target,
    )


def outcome_of(write: Write) -> Outcome:
    """What a row says became of the change."""
    return Outcome(
        write.action,
        write.purchase_order_id,
        write.purchase_order_number,
        write.target,
        _values(write.before),
        _values(write.after),
        State(write.state),
        write.message or "",
        tuple(json.loads(write.file_rows or "[]")),
        write.job_id,
    )


def key_of(write: Write) -> Key:
    """What tells the changes of one command apart: the action, the order (a new one's reference), the target."""
    is_new = write.action == Action.CREATE
    return write.action, write.purchase_order_number if is_new else write.purchase_order_id, write.target


def key_of_intention(intention: Intention) -> Key:
    """The key of the rows that an intention leads to."""
    return intention.action, intention.order_id or intention.reference, intention.target


def _with_change(write: Write, change: Change) -> Write:
    return replace(
        write,
        purchase_order_id=change.order_id,
        purchase_order_number=change.reference,
        count_values=len(change.after),
        before=_text(change.before),
        after=_text(change.after),
        body=_text(change.body),
    )


def _text(values: Values) -> str:
    return _encode(dict(values)).decode()


def _values(text: str) -> Mapping[str, Any]:
    values: Mapping[str, Any] = _decode(text)
    return values

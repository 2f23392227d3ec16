from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from inventory_planner.api.prefetch import prefetch


def test_the_items_come_in_their_order() -> None:
    assert list(prefetch(iter(range(5)))) == [0, 1, 2, 3, 4]


def test_nothing_comes_of_nothing() -> None:
    assert list(prefetch(iter(()))) == []


def test_the_next_item_is_fetched_while_one_is_used_and_no_further_one() -> None:
    fetched: list[int] = []
    second = threading.Event()

    def items() -> Iterator[int]:
        for number in range(4):
            fetched.append(number)
            if number == 1:
                second.set()
            yield number

    coming = prefetch(items())
    assert next(coming) == 0
    assert second.wait(10)
    assert fetched == [0, 1]
    assert list(coming) == [1, 2, 3]


def test_an_error_comes_after_the_items_before_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise LookupError("gone")

    coming = prefetch(items())
    assert next(coming) == 1
    with pytest.raises(LookupError, match="gone"):
        next(coming)


def test_the_thread_ends_with_who_breaks_off() -> None:
    before = set(threading.enumerate())
    coming = prefetch(iter(range(100)))
    next(coming)
    (thread,) = set(threading.enumerate()) - before
    coming.close()
    thread.join(10)
    assert not thread.is_alive()

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from inventory_planner.api.prefetch import prefetch


def test_items_keep_their_order() -> None:
    assert list(prefetch(iter(range(5)))) == [0, 1, 2, 3, 4]


def test_an_empty_iterator_yields_nothing() -> None:
    assert list(prefetch(iter(()))) == []


def test_exactly_one_item_is_fetched_in_advance() -> None:
    fetched: list[int] = []
    second = threading.Event()

    def items() -> Iterator[int]:
        for number in range(4):
            fetched.append(number)
            if number == 1:
                second.set()
            yield number

    items_ahead = prefetch(items())
    assert next(items_ahead) == 0
    assert second.wait(10)
    assert fetched == [0, 1]
    assert list(items_ahead) == [1, 2, 3]


def test_an_error_is_raised_after_the_items_before_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise LookupError("gone")

    items_ahead = prefetch(items())
    assert next(items_ahead) == 1
    with pytest.raises(LookupError, match="gone"):
        next(items_ahead)


def test_the_thread_ends_when_the_generator_is_closed() -> None:
    before = set(threading.enumerate())
    items_ahead = prefetch(iter(range(100)))
    next(items_ahead)
    (thread,) = set(threading.enumerate()) - before
    items_ahead.close()
    thread.join(10)
    assert not thread.is_alive()

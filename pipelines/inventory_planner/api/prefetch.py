"""Fetch the next item of an iterator while the previous one is worked on: most of the time of a page is waiting."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Event, Semaphore, Thread
from typing import TypeVar

_Item = TypeVar("_Item")


def prefetch(items: Iterator[_Item]) -> Generator[_Item]:
    """Yield the same items, one fetched in advance by a thread; an error is raised where it would have been raised.

    The thread is a daemon, so that stopping early, as with Ctrl-C, does not wait for a response that nobody needs.
    """
    fetched: SimpleQueue[Future[_Item] | None] = SimpleQueue()
    may_fetch, is_closed = Semaphore(), Event()

    def fetch() -> None:
        while may_fetch.acquire() and not is_closed.is_set():
            fetched.put(_next(items))

    Thread(target=fetch, name="prefetch", daemon=True).start()
    try:
        while future := fetched.get():
            item = future.result()
            may_fetch.release()
            yield item
    finally:
        is_closed.set()
        may_fetch.release()


def _next(items: Iterator[_Item]) -> Future[_Item] | None:
    future: Future[_Item] = Future()
    try:
        future.set_result(next(items))
    except StopIteration:
        return None
    except BaseException as error:  # noqa: BLE001 (raised where the item is used)
        future.set_exception(error)
    return future

"""The next item of an iterator is fetched while the one before is worked on: a page is waited for most of its time."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Event, Semaphore, Thread
from typing import TypeVar

Item = TypeVar("Item")


def prefetch(items: Iterator[Item]) -> Generator[Item]:
    """The same items, the next one fetched by a thread of its own; an error comes where it would have come.

    The thread is a daemon: who breaks off, as with Ctrl-C, does not wait for an answer that nobody needs.
    """
    fetched: SimpleQueue[Future[Item] | None] = SimpleQueue()
    is_wanted, is_over = Semaphore(), Event()

    def fetch() -> None:
        while is_wanted.acquire() and not is_over.is_set():
            fetched.put(_next(items))

    Thread(target=fetch, name="ahead", daemon=True).start()
    try:
        while coming := fetched.get():
            item = coming.result()
            is_wanted.release()
            yield item
    finally:
        is_over.set()
        is_wanted.release()


def _next(items: Iterator[Item]) -> Future[Item] | None:
    coming: Future[Item] = Future()
    try:
        coming.set_result(next(items))
    except StopIteration:
        return None
    except BaseException as error:  # noqa: BLE001 (raised where the item is used)
        coming.set_exception(error)
    return coming

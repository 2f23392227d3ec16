"""What no page shows any more is freed, though marimo registers its functions."""

from __future__ import annotations

import gc
import weakref

import pytest
from marimo._runtime.functions import EmptyArgs, Function, FunctionRegistry

from inventory_planner_dashboard.element_lifetimes import free_hidden_elements


class Element:
    """An element that registers a function, as marimo's tables do."""

    def search(self, _: EmptyArgs) -> str:
        return "found"


def test_a_registered_element_can_be_called_while_it_is_shown_and_is_freed_afterwards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(FunctionRegistry, "register", FunctionRegistry.register)  # restored afterwards
    free_hidden_elements()
    registry, element = FunctionRegistry(), Element()
    registry.register("table", Function("search", EmptyArgs, element.search))
    search = registry.get_function("table", "search")
    assert search
    assert search({}) == "found"

    freed = weakref.ref(element)
    del element
    gc.collect()

    assert freed() is None
    with pytest.raises(LookupError, match="no longer shown"):
        search({})

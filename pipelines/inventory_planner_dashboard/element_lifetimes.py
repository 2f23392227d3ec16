"""How long the elements of a page live: as long as the page, not as long as the session or even longer.

marimo registers the functions of an element, such as the search of a table, as bound methods. So the registry keeps
each table that a session has ever shown and, because the element's finalizer refers to the registry, all of the session
after its end.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import ismethod
from typing import Any, Final
from weakref import WeakMethod

from marimo._runtime.functions import Function, FunctionRegistry

_register: Final = FunctionRegistry.register


def free_hidden_elements() -> None:
    """Make marimo refer to elements weakly; whatever shows an element must then keep it."""

    def register_weakly(registry: FunctionRegistry, namespace: str, function: Function[Any, Any]) -> None:
        if ismethod(function.function):
            function.function = _weak(function.function)
        _register(registry, namespace, function)

    FunctionRegistry.register = register_weakly  # type: ignore[method-assign, assignment]


def _weak(method: Callable[..., Any]) -> Callable[..., Any]:
    reference = WeakMethod(method)

    def call(arguments: Any) -> Any:
        found = reference()
        if found is None:
            raise LookupError("This part of the page is no longer shown.")
        return found(arguments)

    return call

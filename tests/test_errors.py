from __future__ import annotations

import inspect

import pytest

from inventory_planner import errors

EXIT_STATUS = {
    "InventoryPlannerError": 1,
    "ConfigurationError": 2,
    "AnotherRunError": 75,
    "ApiError": 1,
    "UnreachableError": 75,
    "RefusedError": 77,
    "NotFoundError": 1,
    "RejectedError": 1,
    "UnreadableAnswerError": 1,
    "UnknownOutcomeError": 75,
    "ChangeError": 1,
    "LoadError": 1,
    "SweepError": 1,
    "TransformError": 1,
    "PublishError": 1,
}
CLASSES = dict(inspect.getmembers(errors, inspect.isclass))


def test_every_error_has_its_documented_exit_status() -> None:
    found = {name: kind.exit_status for name, kind in CLASSES.items() if issubclass(kind, Exception)}
    assert found == EXIT_STATUS


@pytest.mark.parametrize("name", EXIT_STATUS)
def test_the_base_class_catches(name: str) -> None:
    assert issubclass(CLASSES[name], errors.InventoryPlannerError)


@pytest.mark.parametrize(
    "name", ["UnreachableError", "RefusedError", "NotFoundError", "RejectedError", "UnreadableAnswerError"]
)
def test_an_api_error_catches(name: str) -> None:
    assert issubclass(CLASSES[name], errors.ApiError)


@pytest.mark.parametrize(
    "name", ["ConfigurationError", "AnotherRunError", "LoadError", "SweepError", "TransformError", "PublishError"]
)
def test_an_api_error_does_not_catch(name: str) -> None:
    assert not issubclass(CLASSES[name], errors.ApiError)


@pytest.mark.parametrize("name", EXIT_STATUS)
def test_the_tree_in_the_module_docstring_contains(name: str) -> None:
    assert name in (errors.__doc__ or "")

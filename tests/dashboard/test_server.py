"""The dashboard's server, asked without a browser."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from serving import dashboard

from inventory_planner.data_folder import DataFolder
from inventory_planner.errors import ConfigurationError
from inventory_planner_dashboard import server


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A dashboard over an empty data folder."""
    with dashboard(tmp_path_factory.mktemp("served")) as found:
        yield found


@pytest.mark.parametrize("module", ["marimo", "altair"])
def test_without_the_extra_the_error_names_what_to_install(
    module: str, monkeypatch: pytest.MonkeyPatch, folder: DataFolder
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.setenv("INVENTORY_PLANNER_DATA", "")

    with pytest.raises(ConfigurationError, match=r"pip install 'inventory-planner\[dashboard\]'"):
        server.run(folder, "127.0.0.1", 0, ready=print)


@pytest.mark.parametrize("file", ["dashboard.css", "dashboard.html"])
def test_the_page_carries_our_styles_and_script(file: str, url: str) -> None:
    answer = httpx.get(f"{url}/")

    assert answer.status_code == 200
    assert (Path(server.__file__).with_name(file)).read_text() in answer.text


def test_a_page_of_another_site_gets_no_answer(url: str) -> None:
    ours, theirs = (httpx.get(f"{url}/", headers={"Origin": origin}) for origin in (url, "http://elsewhere.test"))

    assert ours.status_code == 200
    assert (theirs.status_code, theirs.text) == (403, "Requests from other sites are refused.")

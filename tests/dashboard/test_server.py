"""The dashboard's server, asked without a browser."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from serving import dashboard

from inventory_planner.cli.commands import commands
from inventory_planner.data_folder import DataFolder
from inventory_planner.errors import ConfigurationError
from inventory_planner_dashboard import server
from inventory_planner_dashboard.actions import panel


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

    with pytest.raises(ConfigurationError, match=r"pip install '\.\[dashboard\]'"):
        server.run(folder, ("127.0.0.1", 0), ready=print)


def test_the_account_can_only_be_changed_from_this_machine(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INVENTORY_PLANNER_DATA", "")
    monkeypatch.setattr(panel, "_summary", None)  # restored, for the other tests of this process

    with pytest.raises(ConfigurationError, match="--allow-writes needs a host that only this machine can reach"):
        server.run(folder, ("0.0.0.0", 0), ready=print, allow_writes=True)  # noqa: S104


def test_changes_need_the_settings_of_an_account_from_the_start(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)

    done = CliRunner().invoke(commands, ["dashboard", "--allow-writes", "--port", "0", "--data", str(folder.root)])

    assert isinstance(done.exception, ConfigurationError)
    assert "SOURCES__INVENTORY_PLANNER__API_KEY" in str(done.exception)


def test_without_the_flag_there_is_no_action(url: str) -> None:
    assert httpx.post(f"{url}/actions/plan", headers={"Origin": url}).status_code in {404, 405}
    assert "actions/" not in httpx.get(f"{url}/").text.partition("<title>")[0]


@pytest.mark.parametrize("file", ["dashboard.css", "dashboard.html"])
def test_the_page_carries_our_styles_and_script(file: str, url: str) -> None:
    answer = httpx.get(f"{url}/")

    assert answer.status_code == 200
    assert (Path(server.__file__).with_name(file)).read_text() in answer.text


def test_a_page_of_another_site_gets_no_answer(url: str) -> None:
    ours, theirs = (httpx.get(f"{url}/", headers={"Origin": origin}) for origin in (url, "http://elsewhere.test"))

    assert ours.status_code == 200
    assert (theirs.status_code, theirs.text) == (403, "Requests from other sites are refused.")


def test_the_style_sheet_closes_each_block() -> None:
    style = (Path(server.__file__).parent / "dashboard.css").read_text()

    assert style.count("{") == style.count("}")

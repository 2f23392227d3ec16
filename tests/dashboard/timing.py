"""How long each page takes from its address until it is completely drawn, also with a million lines.

    uv run python tests/dashboard/timing.py --data data/demo [--lines 1000000]

With `--lines`, the marts of orders and lines are repeated under other ids until there are that many lines.
The first page is timed twice: by a new server, and again. Run it on an otherwise idle machine.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path

import duckdb
from browsing import Browser, chromium
from screenshots import titles
from serving import dashboard

KEYS = ("purchase_order_line_id", "purchase_order_id", "purchase_order_number")
WITH_KEYS = """
    select table_name, list(column_name order by column_index) from duckdb_columns()
    where schema_name = 'marts' group by table_name having list_has_any(list(column_name), $keys)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("data/demo"), help="the folder with analytics.duckdb")
    parser.add_argument("--lines", type=int, default=0, help="repeat the account until it has this many lines")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "analytics.duckdb"
        shutil.copyfile(arguments.data / "analytics.duckdb", file)
        repeat(file, arguments.lines)
        with dashboard(file.parent) as url, chromium() as browser:
            time_pages(browser, url)


def repeat(file: Path, lines: int) -> None:
    """Repeat orders and lines until there are this many lines."""
    with duckdb.connect(str(file)) as connection:
        (count,) = connection.execute("select count(*) from marts.purchase_order_lines").fetchone() or (0,)
        for mart, columns in connection.execute(WITH_KEYS, {"keys": list(KEYS)}).fetchall() if lines > count else []:
            chosen = ", ".join(f"{name} || '-' || n" if name in KEYS else name for name in columns)
            copies = f"select {chosen} from marts.{mart}, range(1, {-(-lines // count)}) as copies(n)"
            connection.execute(f"insert into marts.{mart} {copies}")


def time_pages(browser: Browser, url: str) -> None:
    browser.size(1280, 900)
    print(f"{seconds(browser, url + '/', 'Monday briefing'):5.1f} s  Monday briefing, of a new server")  # noqa: T201
    for path, title in titles(browser, url).items():
        print(f"{seconds(browser, f'{url}/{path}', title):5.1f} s  {title}")  # noqa: T201


def seconds(browser: Browser, url: str, title: str) -> float:
    """The time from the address until the page is completely drawn."""
    began = time.monotonic()
    browser.open(url)
    browser.until_shown(title)
    return time.monotonic() - began


if __name__ == "__main__":
    main()

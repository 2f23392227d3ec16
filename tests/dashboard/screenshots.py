"""Screenshots of every page, light and dark, wide and narrow.

uv run python tests/dashboard/screenshots.py --data data/demo --out /tmp/pictures
"""

from __future__ import annotations

import argparse
from pathlib import Path
from urllib.parse import quote

from browsing import Browser, chromium
from serving import dashboard

WIDTHS = (1280, 400)
MAX_HEIGHT = 4000  # pixels; no page comes near


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("data/demo"), help="the folder with analytics.duckdb")
    parser.add_argument("--out", type=Path, required=True, help="where the screenshots go")
    parser.add_argument("--only", default="", help="a part of the name of a page")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    with dashboard(arguments.data) as url, chromium() as browser:
        for scheme in ("light", "dark"):
            for width in WIDTHS:
                for path, title in titles(browser, url).items():
                    if arguments.only in path:
                        take_screenshot(browser, f"{url}/{path}", title, (width, scheme), arguments.out)


def titles(browser: Browser, url: str) -> dict[str, str]:
    """The pages as the menu names them."""
    browser.size(1280, 900)
    browser.open(url)
    browser.until(lambda: browser.count("nav.ip-menu a"), "showed the menu")
    script = "return found(document, 'nav.ip-menu a').map(a => [a.getAttribute('href'), a.innerText.trim()])"
    return dict(browser.run(script))


def take_screenshot(browser: Browser, url: str, title: str, look: tuple[int, str], out: Path) -> None:
    width, scheme = look
    browser.size(width, MAX_HEIGHT, scheme)
    browser.open(url)
    browser.until_shown(title)
    browser.size(width, browser.height() + 20, scheme)
    browser.until_shown(title)
    name = quote(title.lower().replace(" ", "-"))
    browser.driver.save_screenshot(str(out / f"{name}-{width}-{scheme}.png"))
    print(f"{name}-{width}-{scheme}.png, {browser.overflow()} pixels too wide")  # noqa: T201 (a command for people)


if __name__ == "__main__":
    main()

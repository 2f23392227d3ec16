"""A headless browser, and what a reader of the dashboard sees in it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from selenium import webdriver
from selenium.common.exceptions import JavascriptException, TimeoutException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait

TIMEOUT: Final = 20  # seconds; what takes longer on a busy machine is broken
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
SWITCHES: Final = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--no-first-run", "--lang=en-US"),
)
DEEP_QUERY: Final = """
const found = (root, selector) => [
    ...root.querySelectorAll(selector),
    ...[...root.querySelectorAll('*')].filter(e => e.shadowRoot).flatMap(e => found(e.shadowRoot, selector)),
];
"""  # marimo renders into shadow roots, which a plain query does not enter

Found = TypeVar("Found")


def missing() -> str | None:
    """What this machine lacks to open a page; None if nothing."""
    if not any(map(shutil.which, BROWSERS)):
        return "no Chromium on this machine (apt-get install chromium chromium-driver)"
    return None if shutil.which("chromedriver") else "no chromedriver on this machine (apt-get install chromium-driver)"


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser for as long as it is needed."""
    options = Options()
    options.binary_location = next(path for path in map(shutil.which, BROWSERS) if path)
    for switch in SWITCHES:
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    try:
        yield Browser(driver)
    finally:
        driver.quit()


class Browser:
    """What is seen, in all of marimo's shadow roots."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def size(self, width: int, height: int, scheme: str = "light") -> None:
        """A window of this size, of a reader who prefers light or dark."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})

    def open(self, url: str) -> None:
        """Go to an address as by typing it."""
        self.driver.get("about:blank")
        self.driver.get(url)

    def go(self, url: str, path: str) -> None:
        """Go to a page as by the menu where another page without filters is open, or else as by typing its address."""
        if self.driver.current_url.split("#")[0] == f"{url}/":
            self.run("location.hash = arguments[0]", path)
        else:
            self.open(f"{url}/{path}")

    def run(self, script: str, *arguments: Any) -> Any:
        """The result of a script, which can call `found(root, selector)` to enter shadow roots."""
        return self.driver.execute_script(DEEP_QUERY + script, *arguments)

    def texts(self, selector: str) -> list[str]:
        """The texts of the elements that match a selector."""
        return list(self.run("return found(document, arguments[0]).map(e => e.innerText.trim())", selector))

    def count(self, selector: str) -> int:
        """How many elements match a selector."""
        return int(self.run("return found(document, arguments[0]).length", selector))

    def until(self, condition: Callable[[], Found], what: str) -> Found:
        """The result of a condition once it is true; fails with this description if it never is."""
        waiting = WebDriverWait(self.driver, TIMEOUT, poll_frequency=0.05, ignored_exceptions=[JavascriptException])
        try:
            return waiting.until(lambda _driver: condition())
        except TimeoutException:
            raise AssertionError(f"never {what}; seen: {self.driver.find_element('tag name', 'body').text!r}") from None

    def until_shown(self, title: str) -> None:
        """Wait until the page with this title is completely drawn."""
        self.until(lambda: title in self.texts("h1.ip-title"), f"showed the page {title!r}")
        self.until(self._is_drawn, f"drew the charts of {title!r}")

    def _is_drawn(self) -> bool:
        script = """
            if (!document.getElementById('App')) return false;
            const loading = e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.includes('Loading'));
            const parts = found(document, '.min-h-4');
            return parts.length > 0 && parts.every(e => e.childElementCount) && !found(document, '*').some(loading);
        """
        return bool(self.run(script))

    def clear_logs(self) -> None:
        """Drop the errors and requests of earlier pages."""
        self.errors()
        self.hosts()

    def errors(self) -> list[str]:
        """The errors in the console since the last call."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]

    def hosts(self) -> set[str]:
        """The hosts that were requested since the last call, such as `127.0.0.1:8080`."""
        urls = (_requested_url(json.loads(entry["message"])["message"]) for entry in self.driver.get_log("performance"))
        return {url.split("/")[2] for url in urls if url.startswith(("http:", "https:", "ws:", "wss:"))}

    def overflow(self) -> int:
        """How many pixels the page is wider than its window."""
        script = "const app = document.getElementById('App') || document.body; return app.scrollWidth - app.clientWidth"
        return int(self.run(script))

    def height(self) -> int:
        """The height of the whole page."""
        script = """
            const bottoms = found(document.getElementById('App'), '.output-area *');
            return Math.ceil(Math.max(...bottoms.map(e => e.getBoundingClientRect().bottom)));
        """
        return int(self.run(script))


def _requested_url(message: dict[str, Any]) -> str:
    parameters = message["params"]
    if message["method"] == "Network.webSocketCreated":
        return str(parameters["url"])
    return str(parameters["request"]["url"]) if message["method"] == "Network.requestWillBeSent" else ""

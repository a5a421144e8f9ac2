"""Run by the Python of a browser environment: opens a report in headless Chromium, and tells all.

Takes the file's address, a folder for pictures, and the paths of Chromium and its driver. Prints
one JSON object: what was asked for over any network, what the console said, and the figures shown
with each choice of the switches. It stands alone, since that environment has nothing of this
project.
"""

import base64
import importlib
import json
import sys
import time
from pathlib import Path
from typing import Any

FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--hide-scrollbars", "--disable-dev-shm-usage", "--force-prefers-reduced-motion",
)  # fmt: skip
MOBILE = 500
TEXTS = """
    const found = {cards: {}, tables: {}, marks: {}};
    for (const card of document.querySelectorAll('.card'))
        found.cards[card.id] = card.querySelector('.figure').textContent;
    for (const place of document.querySelectorAll('.table'))
        found.tables[place.id] = [...place.querySelectorAll('tbody tr')].map(
            (row) => [...row.cells].map((cell) => cell.textContent));
    for (const chart of document.querySelectorAll('.chart'))
        found.marks[chart.id] = chart.querySelectorAll('svg .mark-rect path').length;
    found.span = document.getElementById('span').textContent;
    return found;
"""


class Page:
    """A report in a browser."""

    def __init__(self, driver: Any, pictures: Path) -> None:
        self.driver = driver
        self.pictures = pictures

    def open(self, address: str) -> None:
        self.driver.get(address)
        self.wait("return document.body.dataset.ready")

    def wait(self, script: str, seconds: float = 60) -> None:
        """Wait until a script says yes."""
        until = time.monotonic() + seconds
        while not self.driver.execute_script(script):
            if time.monotonic() > until:
                raise TimeoutError(script)
            time.sleep(0.1)

    def choose(self, name: str, value: str) -> None:
        """Take a switch, by a click."""
        find = f"input[name={name}][value='{value}']"
        self.driver.find_element("css selector", find).click()
        time.sleep(1)

    def resize(self, width: int, height: int) -> None:
        self.driver.set_window_size(width, height)
        time.sleep(1)

    def picture(self, name: str, width: int) -> None:
        """The whole page, as wide as that."""
        self.resize(width, 900)
        height = self.driver.execute_script("return document.documentElement.scrollHeight")
        self.resize(width, height + 100)
        self.driver.save_screenshot(str(self.pictures / f"{name}.png"))

    def overflow(self) -> int:
        """By how much the page is wider than the window."""
        wider = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return int(self.driver.execute_script(wider))

    def scheme(self, scheme: str) -> None:
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def print(self, name: str) -> None:
        made = self.driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})
        (self.pictures / f"{name}.pdf").write_bytes(base64.b64decode(made["data"]))


def main() -> None:
    address, pictures, chromium, chromedriver = sys.argv[1:5]
    webdriver = importlib.import_module("selenium.webdriver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    service = importlib.import_module("selenium.webdriver.chrome.service").Service(chromedriver)
    driver = webdriver.Chrome(options=options, service=service)
    try:
        page = Page(driver, Path(pictures))
        found = _look(page, address)
    finally:
        driver.quit()
    sys.stdout.write(json.dumps(found))


def _look(page: Page, address: str) -> dict[str, Any]:
    page.resize(1280, 900)
    page.open(address)
    driver, shown = page.driver, {}
    choices = driver.execute_script(
        "return [...document.querySelectorAll('.switches input')].map((i) => [i.name, i.value])"
    )
    currencies = [value for name, value in choices if name == "currency"]
    for currency in currencies or [None]:
        for days in (value for name, value in choices if name == "days"):
            if currency:
                page.choose("currency", currency)
            page.choose("days", days)
            shown[f"{currency or ''}|{days}"] = driver.execute_script(TEXTS)
    sorted_ = _sort(page)
    hover = _hover(page)
    page.choose("days", "365")
    if currencies:
        page.choose("currency", currencies[0])
    wider = _pictures(page)
    requests = [
        message["params"]["request"]["url"]
        for message in (
            json.loads(entry["message"])["message"] for entry in driver.get_log("performance")
        )
        if message["method"] == "Network.requestWillBeSent"
    ]
    console = [entry["message"] for entry in driver.get_log("browser")]
    return {"requests": requests, "console": console, "shown": shown, "sorted": sorted_,
            "hover": hover, "wider": wider}  # fmt: skip


def _sort(page: Page) -> dict[str, list[str]]:
    """The products' units, as they come and after one and two clicks on their heading."""
    rows = "document.querySelectorAll('#products tbody tr')"
    cells = f"return [...{rows}].map((row) => row.cells[1].textContent)"
    found = {"before": page.driver.execute_script(cells)}
    for name in ("once", "twice"):
        heading = page.driver.find_elements("css selector", "#products th button")[1]
        page.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", heading)
        heading.click()
        found[name] = page.driver.execute_script(cells)
    return found


def _hover(page: Page) -> str:
    """What a chart tells where the mouse stands on a bar."""
    chains = importlib.import_module("selenium.webdriver").ActionChains
    bars = page.driver.find_elements("css selector", "#durations svg .mark-rect path")
    page.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", bars[0])
    chains(page.driver).move_to_element(bars[0]).pause(0.5).perform()
    tip = page.driver.find_elements("css selector", "#vg-tooltip-element")
    return str(tip[0].text) if tip else ""


def _pictures(page: Page) -> dict[str, int]:
    wider = {}
    for name, width in (("desktop", 1280), ("phone", 390)):
        # Chromium's window is no narrower than 500, but what it emulates is.
        page.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < MOBILE},
        )
        page.driver.execute_script("window.scrollTo(0, 0)")
        time.sleep(1)
        wider[name] = page.overflow()
        height = page.driver.execute_script("return document.documentElement.scrollHeight")
        shot = page.driver.execute_cdp_cmd(
            "Page.captureScreenshot",
            {"captureBeyondViewport": True,
             "clip": {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}},
        )  # fmt: skip
        (page.pictures / f"{name}.png").write_bytes(base64.b64decode(shot["data"]))
    page.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    page.scheme("dark")
    page.picture("dark", 1280)
    page.print("printed")
    return wider


if __name__ == "__main__":
    main()

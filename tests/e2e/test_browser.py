"""The main ways of an operator through the ops pages, walked in headless Chromium.

Pictures of the pages, light and dark, wide and narrow, are left in var/screenshots to be looked at.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from hub.model.exchange import State
from hub.web.server import WebServer
from tests.support.web import Morning, OpsPages, add_order, add_trade, fill, ops_pages

webdriver = pytest.importorskip("selenium.webdriver")

from selenium.webdriver.common.by import By  # noqa: E402 - after the check that it is there
from selenium.webdriver.common.keys import Keys  # noqa: E402 - as above
from selenium.webdriver.remote.webdriver import WebDriver  # noqa: E402 - as above
from selenium.webdriver.support.wait import WebDriverWait  # noqa: E402 - as above

pytestmark = pytest.mark.browser

SCREENSHOTS = Path(__file__).parents[2] / "var" / "screenshots"
TALLEST = 2400  # pixels of a picture

#: The last six keep Chromium from calling home, which a closed network answers with a storm of refusals.
FLAGS = (
    "--headless",
    "--no-sandbox",  # CI runs as root
    "--disable-gpu",
    "--hide-scrollbars",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
)


class Desk:
    """An operator at a browser, and the store behind the pages."""

    def __init__(self, browser: WebDriver, pages: OpsPages, server: WebServer, morning: Morning) -> None:
        self.browser, self.pages, self.server, self.morning = browser, pages, server, morning

    def open(self, path: str) -> None:
        self.browser.get(self.server.url + path)

    def text(self, selector: str = "main") -> str:
        return self.browser.find_element(By.CSS_SELECTOR, selector).text

    def find(self, words: str) -> None:
        """Type into the search field at the top and press Enter."""
        field = self.browser.find_element(By.CSS_SELECTOR, "header input[type=search]")
        field.clear()
        field.send_keys(words, Keys.ENTER)
        self.wait("h1", "Translation log")

    def press(self, label: str, why: str = "", who: str = "") -> None:
        for name, value in (("why", why), ("who", who)):
            self.browser.find_element(By.NAME, name).send_keys(value)
        self.browser.find_element(By.XPATH, f"//button[normalize-space()='{label}']").click()

    def wait(self, selector: str, words: str) -> None:
        """Wait until an element says these words."""
        WebDriverWait(self.browser, 10, ignored_exceptions=(Exception,)).until(
            lambda _: words in self.text(selector), f"{selector} never said {words!r}"
        )

    def state(self, number: int) -> State:
        with self.pages.store.read() as tx:
            return tx.exchange(number).state

    def show(self, scheme: str, width: int) -> None:
        """Set colour scheme and width of the window."""
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self._devtools("Emulation.setEmulatedMedia", {"features": [feature]})
        self._size(width, 900)

    def picture(self, name: str, width: int) -> None:
        """Save what is to be seen of the page, top to bottom."""
        height = int(self.browser.execute_script("return document.documentElement.scrollHeight"))
        self._size(width, min(height, TALLEST))
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.browser.save_screenshot(str(SCREENSHOTS / f"{name}.png"))

    def _size(self, width: int, height: int) -> None:
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self._devtools("Emulation.setDeviceMetricsOverride", size)

    def _devtools(self, command: str, arguments: dict[str, object]) -> None:
        assert isinstance(self.browser, webdriver.Chrome)
        self.browser.execute_cdp_cmd(command, arguments)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebDriver]:
    driver, chromium = shutil.which("chromedriver"), shutil.which("chromium")
    if not (driver and chromium):
        pytest.skip("Chromium and its driver are not installed; `make test-browser` installs them")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    running = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield running
    running.quit()


@pytest.fixture
def desk(tmp_path: Path, browser: WebDriver) -> Iterator[Desk]:
    with ops_pages(tmp_path) as (pages, server):
        at = Desk(browser, pages, server, fill(pages.store))
        at.show("light", 1280)
        yield at


def test_an_order_is_found_by_its_number_and_its_story_read(desk: Desk) -> None:
    desk.open("/")
    desk.find("4500200001")
    link = "//a[starts-with(@href, '/exchange/')][normalize-space()='4500200001']"
    desk.browser.find_element(By.XPATH, link).click()
    desk.wait("h1", "850 purchase order 4500200001")
    for part in ("S00042", "000000101", "PO1*1*24*EA*9.99", "accepted (A)", "translated", "WH/OUT/00012"):
        assert part in desk.text()
    desk.browser.find_element(By.TAG_NAME, "summary").click()
    assert "HUB-1001" in desk.text("pre")


def test_a_held_order_is_released_from_the_queue(desk: Desk) -> None:
    desk.open("/")
    desk.browser.find_element(By.LINK_TEXT, "4500200002").click()
    desk.wait("h1", "4500200002")
    assert desk.text("mark") == "AR-1002X"
    desk.press("Release", why="item agreed by phone", who="Dana")
    desk.wait("[role=status]", "goes on from checked")
    assert desk.state(desk.morning.held) is State.CHECKED
    assert "web:Dana (127.0.0.1)" in desk.text(".events")
    desk.browser.refresh()
    assert not desk.browser.find_elements(By.CSS_SELECTOR, "[role=status]")


def test_a_sent_document_is_sent_again(desk: Desk) -> None:
    desk.open(f"/exchange/{desk.morning.sent}")
    desk.press("Resend")
    desk.wait("[role=status]", "goes out again with the same bytes")
    assert desk.state(desk.morning.sent) is State.COMPOSED


def test_ending_one_takes_a_reason(desk: Desk) -> None:
    desk.open(f"/exchange/{desk.morning.rejected}")
    desk.press("End it")  # the browser itself asks for the reason
    assert desk.state(desk.morning.rejected) is State.REJECTED
    desk.press("End it", why="they will send a new one")
    desk.wait("[role=status]", "is cancelled")
    assert desk.state(desk.morning.rejected) is State.CANCELLED
    assert "they will send a new one" in desk.text(".now")


def test_a_quarantined_file_is_opened_again(desk: Desk) -> None:
    desk.open("/")
    desk.browser.find_element(By.LINK_TEXT, "bestilling.pdf").click()
    desk.wait("h1", "File T")
    desk.press("Open again")
    desk.wait("[role=status]", "is opened again")
    assert "received" in desk.text(".now")
    assert "quarantined" not in desk.text(".now")


def test_a_finding_leads_to_its_segment(desk: Desk) -> None:
    desk.open(f"/exchange/{desk.morning.rejected}")
    desk.browser.find_element(By.PARTIAL_LINK_TEXT, "segment 6").click()
    assert desk.browser.current_url.endswith("#at-6")
    assert desk.text("tr:target mark") == "EA"


def test_the_keyboard_is_enough(desk: Desk) -> None:
    desk.open("/log")
    desk.browser.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    assert desk.browser.switch_to.active_element.text == "Skip to the content"
    desk.browser.switch_to.active_element.send_keys(Keys.ENTER)
    desk.browser.switch_to.active_element.send_keys(Keys.TAB)
    assert desk.browser.switch_to.active_element.get_attribute("name") == "text"


def test_nothing_of_a_partner_runs(desk: Desk) -> None:
    evil = "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"
    with desk.pages.store.begin() as tx:
        held = add_order(tx, evil, State.HELD, why=evil, name=evil)
    for path in ("/", "/log", f"/exchange/{held.id}", "/files", f"/order/{quote(evil, safe='')}"):
        desk.open(path)
        assert desk.browser.title.endswith("partner hub")
        assert evil in desk.text()


@pytest.mark.parametrize("width", [1280, 800, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_their_window(desk: Desk, scheme: str, width: int) -> None:
    with desk.pages.store.begin() as tx:
        long = add_order(tx, "L" * 150, State.HELD, why="w" * 500, name="n" * 200 + ".edi")
        add_trade(tx, "4500200077")
    m = desk.morning
    paths = {
        "queues": "/",
        "log": "/log",
        "nothing": "/log?text=nowhere",
        "files": "/files",
        "partners": "/partners",
        "health": "/health",
        "held": f"/exchange/{m.held}",
        "rejected": f"/exchange/{m.rejected}",
        "posted": f"/exchange/{m.posted}",
        "sent": f"/exchange/{m.sent}",
        "overdue": f"/exchange/{m.overdue}",
        "file": f"/file/{m.file}",
        "long": f"/exchange/{long.id}",
        "order": "/order/4500200077",
        "missing": "/exchange/999",
    }
    for name, path in paths.items():
        desk.show(scheme, width)
        desk.open(path)
        wide = desk.browser.execute_script("return document.documentElement.scrollWidth")
        assert wide <= width, f"{path} is {wide} pixels wide in a window of {width}"
        desk.picture(f"{name}-{scheme}-{width}", width)

# SPDX-License-Identifier: Apache-2.0
"""The pages in a real browser: search, from a claim to its quote, the editor, a phone's width, accessibility."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from imnm_kg.serve.pages.rendering import STATIC
from imnm_kg.serve.site import Site
from tests.conftest import ROOT, outside
from tests.serve.pages_app import pages_app

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

pytestmark = pytest.mark.browser

AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
CLAIM = "/claim/83c6b86117aac755acfe91a727d8d42c"
QUOTE = "zilucoplan treatment did not improve IMNM symptoms"
PAGES = (
    "/", "/search?q=zilucoplan", "/entity/imnm", "/entity/glucocorticoid", "/entity/imnm01-trial",
    "/entity/mammen-2023", CLAIM, "/claim/894330f65427a0f45f285c21b5074fed", "/document/niams-zilucoplan-trial",
    "/ontology/treats", "/queries", "/queries/ineffective-treatments", "/graph/entity/imnm", "/editor", "/statistics",
    "/cite", "/downloads",
)  # fmt: skip
PHONE, DESK = {"width": 360, "height": 780}, {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def address(release: Path) -> Iterator[str]:
    """The pages over real HTTP on a free port."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        where = f"http://127.0.0.1:{listening.getsockname()[1]}"
        site = Site.open(release, base=where)
        server = uvicorn.Server(uvicorn.Config(pages_app(site), log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 20
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.05)
        assert server.started
        yield where
        server.should_exit = True
        thread.join(timeout=20)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Debian's chromium with an empty profile of its own."""
    found = shutil.which("chromium") or "/usr/bin/chromium"
    outside(Path(found), "chromium is not installed")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture(scope="module")
def vendor() -> Path:
    return outside(STATIC / "vendor" / "LICENSES.txt", "the scripts of npm are not built: see web/build.mjs").parent


@contextmanager
def opened(browser: Any, address: str, **options: Any) -> Iterator[Any]:
    """Open a page that must say nothing in the console and ask no other host."""
    context = browser.new_context(**{"viewport": DESK, "base_url": address, **options})
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda asked: None if asked.url.startswith(address) else said.append(f"asked {asked.url}"))
    page.on("response", lambda got: said.append(f"{got.status} {got.url}") if got.status >= 400 else None)
    try:
        yield page
        assert said == []
    finally:
        context.close()


def run_in_editor(page: Any) -> None:
    page.wait_for_selector(".yasqe_queryButton")
    page.click(".yasqe_queryButton")
    page.wait_for_selector(".yasr table tbody td")


def test_a_newcomer_finds_the_sentence_in_two_clicks_and_copies_a_query(browser: Any, address: str) -> None:
    with opened(browser, address, permissions=["clipboard-read", "clipboard-write"]) as page:
        page.goto("/")
        page.click("text=zilucoplan does not ameliorate")
        assert page.url == address + CLAIM
        assert page.inner_text("mark >> nth=0") == QUOTE
        assert page.is_visible("mark >> nth=0")
        page.click("button[data-copy=sparql]")
        page.wait_for_selector("text=Copied")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == page.inner_text("#sparql")
        assert f"<https://w3id.org/imnm-kg{CLAIM}>" in copied


@pytest.mark.slow
def test_from_the_disease_to_what_did_not_help(browser: Any, address: str) -> None:
    with opened(browser, address) as page:
        page.goto("/")
        page.click("text=The disease")
        page.click(".matrix .entry.is-neg >> text=does not ameliorate")
        assert page.url == address + CLAIM


@pytest.mark.slow
def test_search_offers_names_while_one_types(browser: Any, address: str) -> None:
    with opened(browser, address) as page:
        page.goto("/")
        page.focus("#find")
        page.keyboard.type("IVIG", delay=20)
        page.wait_for_selector("[role=option]")
        assert "intravenous immunoglobulin" in page.inner_text("[role=option] >> nth=0")
        assert page.get_attribute("#find", "aria-expanded") == "true"
        page.keyboard.press("ArrowDown")
        assert page.get_attribute("#find", "aria-activedescendant") == "find-offers-0"
        page.keyboard.press("Escape")
        assert page.is_hidden("#find-offers")
        page.fill("#find", "zilu")
        page.wait_for_selector("[role=option] >> text=zilucoplan")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url("**/entity/zilucoplan")


def test_an_example_runs_in_the_editor(browser: Any, address: str, vendor: Path) -> None:
    assert vendor.is_dir()
    with opened(browser, address) as page:
        page.goto("/editor")
        page.click("aside >> text=Treatments that were tried and did not work")
        run_in_editor(page)
        assert "zilucoplan" in page.inner_text(".yasr table")
        page.click("aside >> text=Treatments of a disease")
        run_in_editor(page)
        link = page.locator(".yasr a.iri", has_text="entity:rituximab")
        assert link.get_attribute("href") == "/entity/rituximab"


@pytest.mark.slow
def test_the_editor_completes_from_our_own_ontology(browser: Any, address: str, vendor: Path) -> None:
    assert vendor.is_dir()
    with opened(browser, address) as page:
        start = "PREFIX imnm: <https://w3id.org/imnm-kg/ontology/>\nSELECT * { ?s imnm:amelior ?o }"
        page.goto(f"/editor?query={start.replace('#', '%23')}")
        page.wait_for_selector(".CodeMirror-code >> text=amelior")
        page.click(".CodeMirror-code >> text=imnm:amelior")
        page.keyboard.press("Control+Space")
        page.wait_for_selector(".CodeMirror-hints >> text=imnm:ameliorates")
        page.keyboard.press("Enter")
        page.wait_for_selector(".CodeMirror-code >> text=imnm:ameliorates")


@pytest.mark.slow
def test_the_picture_draws_what_the_table_says(browser: Any, address: str, vendor: Path) -> None:
    assert vendor.is_dir()
    with opened(browser, address) as page:
        page.goto("/graph/entity/imnm")
        page.wait_for_selector("#network[data-drawn]")
        data = page.evaluate("fetch('/graph-data/entity/imnm').then((answer) => answer.json())")
        assert page.get_attribute("#network", "data-drawn") == str(len(data["nodes"]))
        assert page.locator("table.edges tbody tr").count() == len(data["edges"])
        assert page.locator("#network canvas").count() > 0


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_matrix_on_a_phone(browser: Any, address: str, scheme: str) -> None:
    with opened(browser, address, viewport=PHONE, color_scheme=scheme) as page:
        page.goto("/entity/imnm")
        entry = page.locator(".matrix .entry.is-neg", has_text="does not ameliorate")
        entry.scroll_into_view_if_needed()
        box = entry.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"]
        assert box["height"] >= 24
        label = entry.evaluate("each => getComputedStyle(each.parentElement, '::before').content")
        assert label == '"Negative finding, established"'
        assert page.locator(".matrix tbody tr").count() == 14
        assert page.locator(".matrix td.empty").first.is_hidden()


@pytest.mark.slow
@pytest.mark.parametrize("path", PAGES)
def test_no_page_is_wider_than_a_phone(browser: Any, address: str, path: str) -> None:
    with opened(browser, address, viewport=PHONE) as page:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_no_serious_fault(browser: Any, address: str, path: str, scheme: str) -> None:
    axe = outside(AXE, "axe-core is not installed: npm ci in web/").read_text("utf-8")
    with opened(browser, address, color_scheme=scheme) as page:
        page.goto(path, wait_until="networkidle")
        if path == "/editor" and page.is_visible("#yasgui"):
            run_in_editor(page)
        page.evaluate(axe)
        rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        found = page.evaluate("rules => axe.run({ runOnly: rules })", rules)
        assert found["passes"]
        faults = [
            f"{each['impact']} {each['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"
            for each in found["violations"] if each["impact"] in ("serious", "critical") for node in each["nodes"]
        ]  # fmt: skip
        assert faults == []


@pytest.mark.slow
def test_the_keyboard_reaches_the_content_first(browser: Any, address: str) -> None:
    with opened(browser, address) as page:
        page.goto(CLAIM)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
        assert page.locator(".skip").bounding_box()["y"] >= 0
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"


@pytest.mark.slow
def test_everything_works_without_scripts(browser: Any, address: str) -> None:
    with opened(browser, address, java_script_enabled=False) as page:
        page.goto("/")
        page.fill("#find", "zilucoplan")
        page.press("#find", "Enter")
        page.click(".hits >> text=zilucoplan >> nth=0")
        page.click("text=zilucoplan does not ameliorate")
        assert page.inner_text("mark >> nth=0") == QUOTE
        page.click("text=Open it in the editor")
        assert CLAIM in page.input_value("#query")
        page.click("#ask button")
        assert QUOTE in page.inner_text("body")
        page.goto("/graph/entity/zilucoplan")
        assert "does not ameliorate" in page.inner_text("table.edges")

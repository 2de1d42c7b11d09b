"""The four families' browser clients in Chromium, on a page of another origin, that know our host and a key alone."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.clients.conftest import Running

pytestmark = [pytest.mark.clients, pytest.mark.browser]

HEAD = '<!doctype html><html lang="ja"><meta charset="utf-8"><title>勤怠</title>'
SEGMENT = """
<script>
window.analytics = window.analytics || [];
analytics.methods = ['identify', 'track', 'page', 'group', 'alias', 'ready'];
analytics.factory = m => (...args) => { analytics.push([m, ...args]); return analytics };
for (const m of analytics.methods) analytics[m] = analytics.factory(m);
analytics._writeKey = '{key}';
analytics._cdn = '{base}';
</script>
<script src="{base}/analytics.js/v1/{key}/analytics.min.js" async></script>
<script>
analytics.page('Docs', 'Home');
analytics.identify('segment-js', { email: 'browser@example.com', name: '山田太郎' });
analytics.group('acct_segment-js', { name: '株式会社アクメ' });
for (let number = 0; number < 12; number++) analytics.track('Report Opened', { number });
analytics.ready(() => { window.hasSpoken = true });
</script>"""
RUDDER = """
<script type="module">
import { RudderAnalytics } from '/packages/@rudderstack/analytics-js/dist/npm/modern/bundled/esm/index.mjs';
const analytics = new RudderAnalytics();
analytics.load('{key}', '{base}', { configUrl: '{base}', logLevel: 'ERROR' });
analytics.page('Docs', 'Home');
analytics.identify('rudder-js', { email: 'browser@example.com', name: '山田太郎' });
analytics.group('acct_rudder-js', { name: '株式会社アクメ' });
for (let number = 0; number < 12; number++) analytics.track('Report Opened', { number });
analytics.ready(() => { window.hasSpoken = true });
setTimeout(() => { window.hasSpoken = true }, 4000);
</script>"""
POSTHOG = """
<script type="module">
import posthog from '/packages/posthog-js/dist/module.js';
posthog.init('{key}', { api_host: '{base}', autocapture: false, capture_pageleave: false, capture_pageview: false });
posthog.capture('$pageview');
posthog.identify('posthog-js', { email: 'browser@example.com', name: '山田太郎' });
posthog.group('company', 'acct_posthog-js', { name: '株式会社アクメ' });
for (let number = 0; number < 12; number++) posthog.capture('Report Opened', { number });
setTimeout(() => { window.hasSpoken = true }, 5000);
</script>"""
JITSU = """
<script type="module">
import { jitsuAnalytics } from '/packages/@jitsu/js/dist/jitsu.es.js';
const analytics = jitsuAnalytics({ host: '{base}', writeKey: '{key}:any' });
await analytics.page({ name: 'Home' });
await analytics.identify('jitsu-js', { email: 'browser@example.com', name: '山田太郎' });
await analytics.group('acct_jitsu-js', { name: '株式会社アクメ' });
for (let number = 0; number < 12; number++) await analytics.track('Report Opened', { number });
window.hasSpoken = true;
</script>"""
PAGES = {"segment-js": SEGMENT, "rudder-js": RUDDER, "posthog-js": POSTHOG, "jitsu-js": JITSU}
#: A client that leaves out what looks like a robot must not take us for one.
A_PERSON = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-blink-features=AutomationControlled"]
NAMES = {"Report Opened": 12, "$identify": 1, "$group": 1, "$page": 1}


class Quiet(SimpleHTTPRequestHandler):
    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".mjs": "text/javascript"}

    def log_message(self, format: str, *args: object) -> None:
        """A test's page is not worth a log line."""


@dataclass
class Visit:
    """What a page did: every answer it got and every word on its console."""

    told: list[str]

    def refusals(self, host: str) -> list[str]:
        return [line for line in self.told if line.startswith(("4", "5")) and host in line]


@pytest.fixture
def site(running: Running, node: Path, tmp_path: Path) -> Iterator[str]:
    """A product's pages, served with the npm packages from another origin than ours."""
    scripts = running.installation.home / "analytics.js"
    shutil.copytree(node / "node_modules/@segment/analytics-next/dist/umd", scripts, dirs_exist_ok=True)
    (tmp_path / "packages").symlink_to(node / "node_modules")
    for name, page in PAGES.items():
        text = HEAD + page.replace("{key}", running.write_key).replace("{base}", running.base)
        (tmp_path / f"{name}.html").write_text(text)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


def visited(address: str) -> Visit:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("CHROMIUM IS MISSING: the browser clients were not tried (Debian package chromium)")
    visit = Visit([])
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(user_agent=A_PERSON)
        page.set_default_navigation_timeout(90_000)  # of a busy machine
        page.on("response", lambda answer: visit.told.append(f"{answer.status} {answer.request.method} {answer.url}"))
        page.on("console", lambda message: visit.told.append(f"console {message.text}"))
        page.on("pageerror", lambda problem: visit.told.append(f"error {problem}"))
        page.goto(address)
        try:
            page.wait_for_function("() => window.hasSpoken", timeout=30_000)
            page.wait_for_load_state("networkidle")
        except Exception as problem:
            raise AssertionError("\n".join(visit.told)) from problem
        browser.close()
    return visit


@pytest.mark.parametrize("client", PAGES)
def test_an_unmodified_page_sends_everything_to_us(running: Running, site: str, client: str) -> None:
    visit = visited(f"{site}/{client}.html?utm_source=mail")
    assert visit.refusals(running.host) == [], "\n".join(visit.told)
    try:
        running.until(client, f"acct_{client}", NAMES)
    except AssertionError as problem:
        raise AssertionError("\n".join(visit.told)) from problem

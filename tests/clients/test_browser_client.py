"""@segment/analytics-next in Chromium, on a page of another origin, that knows nothing but our host and its key."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.clients.conftest import Running

pytestmark = [pytest.mark.clients, pytest.mark.browser]

PAGE = """<!doctype html><html lang="ja"><meta charset="utf-8"><title>勤怠</title>
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
analytics.identify('browser', { email: 'browser@example.com', name: '山田太郎' });
analytics.group('acct_browser', { name: '株式会社アクメ' });
for (let number = 0; number < 12; number++) analytics.track('Report Opened', { number });
</script></html>"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """A test's page is not worth a log line."""


@pytest.fixture
def site(running: Running, node: Path, tmp_path: Path) -> Iterator[str]:
    """A product's page, served from another origin than ours."""
    scripts = running.installation.home / "analytics.js"
    shutil.copytree(node / "node_modules/@segment/analytics-next/dist/umd", scripts, dirs_exist_ok=True)
    page = PAGE.replace("{key}", running.write_key).replace("{base}", running.base)
    (tmp_path / "index.html").write_text(page)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/index.html?utm_source=mail"
    server.shutdown()


def test_an_unmodified_page_sends_everything_to_us(running: Running, site: str) -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("CHROMIUM IS MISSING: the browser client was not tried (Debian package chromium)")
    told: list[str] = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-dev-shm-usage"])
        page = browser.new_page()
        page.on("response", lambda answer: told.append(f"{answer.status} {answer.request.method} {answer.url}"))
        page.on("console", lambda message: told.append(f"console {message.text}"))
        page.goto(site)
        try:
            page.wait_for_function("() => window.analytics.initialized", timeout=20_000)
            page.wait_for_load_state("networkidle")
        except Exception as problem:
            raise AssertionError("\n".join(told)) from problem
        browser.close()
    sent = [line for line in told if "POST" in line and "/v1/" in line]
    assert len([line for line in sent if line.startswith("200")]) >= 15, told
    assert not [line for line in told if line.startswith(("4", "5")) and running.host in line], told
    running.until("browser", "acct_browser", {"Report Opened": 12, "$identify": 1, "$group": 1, "$page": 1})

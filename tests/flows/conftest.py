"""A demo company that is made once a run, served by the real server and worker, and a real browser to look at it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests import browsers
from tests.flows.running import Installation


@dataclass(frozen=True)
class Demo:
    """Address, who may sign in by role, and the folder behind it."""

    base: str
    members: dict[str, str]
    password: str
    installation: Installation


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    home = tmp_path_factory.mktemp("demo")
    made = Installation(home, {}).json("demo", "--json")
    with Installation(home, made).serving("--with-worker") as base:
        members = {row["role"]: row["email"] for row in made["sign_ins"]}
        yield Demo(base, members, made["password"], Installation(home, made))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with browsers.started() as browser:
        yield browser


@dataclass
class Visitor:
    """One person in front of the product; what the browser complained about is kept."""

    context: BrowserContext
    page: Page
    demo: Demo
    complaints: list[str]

    def go(self, path: str) -> Any:
        answer = self.page.goto(self.demo.base + path)
        assert answer is not None and answer.status < 400, f"{path}: {answer and answer.status}"
        return answer

    def sign_in(self, role: str) -> None:
        self.page.goto(self.demo.base + "/sign-in/login/")
        self.page.fill("input[name=login]", self.demo.members[role])
        self.page.fill("input[name=password]", self.demo.password)
        browsers.follow(self.page, self.page.locator("form .button--primary"))

    def choose(self, **chosen: str) -> None:
        """Set what the signed-in person prefers: language, theme."""
        token = next(c["value"] for c in self.context.cookies() if c["name"] == "csrf")
        form: dict[str, str | float | bool] = {**chosen, "csrfmiddlewaretoken": token, "next": "/"}
        self.page.request.post(self.demo.base + "/preferences", form=form)


@pytest.fixture
def visitor(browser: Browser, demo: Demo) -> Iterator[Any]:
    """Makes visitors: `visitor("csm", language="en", width=390, scripts=False)`."""
    opened: list[BrowserContext] = []

    def arrive(role: str | None = None, *, language: str = "ja", width: int = 1440, scripts: bool = True) -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=scripts,
            locale="ja-JP" if language == "ja" else "en-US",
        )  # fmt: skip
        opened.append(context)
        context.set_default_timeout(browsers.PATIENCE)
        page = context.new_page()
        guest = Visitor(context, page, demo, [])
        page.on("console", lambda message: guest.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda problem: guest.complaints.append(str(problem)))
        if role:
            guest.sign_in(role)
            guest.choose(language=language)
        return guest

    yield arrive
    for context in opened:
        context.close()

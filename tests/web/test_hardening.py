"""Every page against hostile visitors: its headers, its markup, and whatever may be typed, sent or put into an address."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from nenrin.foundation.models import ApiToken, Member, Organisation
from tests import cast
from tests.flows.running import Installation
from tests.web.matrix_world import World
from tests.web.test_permission_matrix import FORMS, filled, guarded, pages, signed_in, undone, whole, world

pytestmark = pytest.mark.django_db
__all__ = ["world"]  # the fixture

PUBLIC_PAGES = ("/sign-in/login/", "/sign-in/password/reset/", "/invitations/none", "/api/v1/", "/no-such-page")
#: Typed into every field of every form, and put behind every name in every address.
NASTY = (
    "\0",
    "9" * 400,
    "-1",
    "9999-12-31",
    "0001-01-01T00:00",
    "１２³٤",
    "' OR 1=1; DROP TABLE customers_account; --",
    "../../../../etc/passwd",
    "<script>alert(1)</script>{{7*7}}{% debug %}",
    "a" * 70_000,
    '{"a": [[[[[[]]]]]], "b": NaN}',
    "\u202e\ufeff\u0300" * 50,
)
#: Bytes that are no UTF-8, a lone surrogate among them, as a client that forms its own body may send them.
RAW = b"name=%ED%A0%80%FF%00&do=%C0%AF&page=%F5&" + b"x=1&" * 200
#: Names that some page reads from its address.
ASKED = (
    *(
        "q",
        "page",
        "sort",
        "columns",
        "owner",
        "tier",
        "status",
        "band",
        "tag",
        "segment",
        "view",
        "first",
        "last",
        "on",
    ),
    *(
        "before",
        "after",
        "from",
        "to",
        "as_of",
        "kind",
        "member",
        "room",
        "source",
        "mode",
        "version",
        "month",
        "account",
    ),
    *("range", "days", "measure", "model", "next", "show", "by", "group", "period", "compare", "metric", "cohort"),
)


@dataclass
class Form:
    """A form of a page: where it is sent, how, and the names of its fields."""

    action: str
    method: str
    names: list[str] = field(default_factory=list)


class Markup(HTMLParser):
    """The forms of a page, and what a strict policy would not run."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.forms.append(Form(given.get("action") or "", (given.get("method") or "get").lower()))
        elif tag in ("input", "select", "textarea", "button") and given.get("name") and self.forms:
            self.forms[-1].names.append(str(given["name"]))
        if tag == "style" or (tag == "script" and not given.get("src") and given.get("type") != "application/json"):
            self.inline.append(f"<{tag}>")
        self.inline += [f"{tag} {name}" for name in given if name == "style" or name.startswith("on")]
        self.inline += [f"{tag} {value}" for value in given.values() if value and value.startswith("javascript:")]


def markup(answer: Any) -> Markup:
    found = Markup()
    found.feed(whole(answer))
    return found


def shown(world: World, client: Client) -> Iterator[tuple[str, Any]]:
    """Every page with its answer, where there is one to look at."""
    for page in guarded():
        path = filled(page.route, world, "own")
        answer: Any = client.get(path)
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            yield path, answer


def test_every_page_carries_the_headers_that_protect_it(world: World) -> None:
    client = signed_in(world)
    answers = [*shown(world, client), *((path, Client().get(path)) for path in PUBLIC_PAGES)]
    assert len(answers) > 60
    for path, answer in answers:
        policy = answer["Content-Security-Policy"]
        assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy and "base-uri 'none'" in policy, (
            path
        )
        assert "unsafe" not in policy and "*" not in policy and "http:" not in policy, path
        assert (answer["X-Frame-Options"], answer["X-Content-Type-Options"]) == ("DENY", "nosniff"), path
        assert answer["Referrer-Policy"] in ("same-origin", "no-referrer"), path
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin" and answer["X-Request-Id"], path
        assert "no-store" in answer["Cache-Control"] or path == "/no-such-page", path


def test_no_page_needs_what_the_policy_forbids(world: World) -> None:
    assert {path: found for path, answer in shown(world, signed_in(world)) if (found := markup(answer).inline)} == {}


def test_whatever_is_typed_into_any_form_no_page_breaks(world: World) -> None:
    client = signed_in(world)
    tried = 0
    for path, answer in list(shown(world, client)):
        for form in markup(answer).forms:
            if form.method != "post" or "logout" in form.action or "sign-in" in form.action:
                continue
            for value in NASTY[tried % 2 :: 2]:
                with undone():
                    status = client.post(form.action or path, dict.fromkeys(form.names, value)).status_code
                assert status < 500, (form.action or path, value[:40])
                tried += 1
    assert tried > 300


def test_whatever_bytes_are_sent_no_page_breaks(world: World) -> None:
    client = signed_in(world)
    for page in guarded():
        path = filled(page.route, world, "own")
        for kind, body in (
            ("application/x-www-form-urlencoded", RAW),
            ("application/json", b"{"),
            ("multipart/form-data", b"x"),
        ):
            with undone():
                assert client.generic("POST", path, body, content_type=kind).status_code < 500, (path, kind)


def test_whatever_stands_in_an_address_no_page_breaks(world: World) -> None:
    client = signed_in(world)
    for page in guarded():
        path = filled(page.route, world, "own")
        for value in ("\0", "9" * 400, "9999-12-31", "' OR 1=1; --", "²٤\u202e"):
            assert client.get(f"{path}?{urlencode(dict.fromkeys(ASKED, value))}").status_code < 500, (path, value)
    for path in ("/accounts", "/contacts", "/subscriptions", "/journal", "/members", "/tags"):
        assert client.get(path + "?page=1000000000&sort=owner__password&q=%ED%A0%80%FF").status_code < 500, path
        assert client.get(path + "?q=" + "a" * 30_000).status_code < 500, path
        assert client.get(path + "?q=" + "a" * 1_000_000).status_code == 414, path


@pytest.mark.parametrize("key", ["9" * 30, "0", "18446744073709551616"])
def test_no_number_in_an_address_breaks_a_page(world: World, key: str) -> None:
    client = signed_in(world)
    for page in pages():
        if "<int:" in page.route:
            path = "/" + re.sub(r"<int:[^>]+>", key, re.sub(r"<(str|slug):[^>]+>", "x", page.route))
            assert client.get(path).status_code in (301, 302, 404, 405), path


def test_no_column_of_the_address_reaches_a_query(world: World) -> None:
    """An order or a filter is one of a list; others are left out, and the page stays the same."""
    client = signed_in(world)
    plain = client.get("/accounts").context["page"].object_list
    for sort in ("owner__password", "-id);DROP TABLE x", "tags__name", "__class__"):
        assert list(client.get("/accounts", {"sort": sort}).context["page"].object_list) == list(plain)


def test_another_host_is_not_answered_and_is_in_no_link(org: Organisation) -> None:
    owner = cast.member()
    client = Client(raise_request_exception=False)
    assert client.get("/sign-in/login/", headers={"host": "evil.example"}).status_code == 400
    spoofed = {"x-forwarded-host": "evil.example", "x-forwarded-proto": "https", "forwarded": "host=evil.example"}
    client.post(reverse("account_reset_password"), {"email": owner.email}, headers=spoofed)
    assert len(mail.outbox) == 1 and "evil" not in mail.outbox[0].body


def test_a_caller_does_not_choose_their_own_address(org: Organisation) -> None:
    """Without counted proxies the header that names a caller counts for nothing: guesses are counted all the same."""
    owner = cast.member()
    client = Client()
    for turn in range(12):
        form = {"login": owner.email, "password": "wrong guess of mine"}
        client.post("/sign-in/login/", form, headers={"x-forwarded-for": f"198.51.100.{turn}"})
    client.post("/sign-in/login/", {"login": owner.email, "password": cast.PASSWORD})
    assert "_auth_user_id" not in client.session


def test_methods_that_nobody_needs_are_refused(world: World) -> None:
    client = signed_in(world)
    for method in ("TRACE", "PUT", "DELETE", "PATCH", "CONNECT"):
        assert client.generic(method, "/accounts").status_code < 500
        assert "_auth_user_id" in client.session
    assert client.trace("/accounts").content == b"" or b"TRACE" not in client.trace("/accounts").content


def test_nothing_of_a_member_but_what_a_form_lists_can_be_set(world: World) -> None:
    client = signed_in(world)
    member = Member.objects.exclude(pk=world.viewer.pk).first()
    assert member
    before = Member.objects.filter(pk=member.pk).values().get()
    form = {"name": member.name, "role": member.role, "team": member.team_id or "", "is_staff": "true", "password": "x"}
    client.post(reverse("member", args=[member.pk]), {**form, "email": "evil@example.com", "is_active": "", "pk": "1"})
    assert Member.objects.filter(pk=member.pk).values().get() == before


def test_keys_lie_as_digests(world: World) -> None:
    secret = world.secret
    for kind in (ApiToken, Member):
        for row in kind.objects.values():
            assert secret not in str(row) and cast.PASSWORD not in str(row)


@pytest.mark.parametrize(("base", "cookie", "is_secure"), [
    ("https://nenrin.example", "__Host-sid", True), ("http://127.0.0.1:8000", "sid", False),
])  # fmt: skip
def test_cookies_are_bound_to_tls_where_there_is_any(tmp_path: Path, base: str, cookie: str, is_secure: bool) -> None:
    asked = (
        "from nenrin import settings as s; "
        "print(s.SESSION_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0, s.SESSION_COOKIE_SAMESITE)"
    )
    environment = Installation(tmp_path, {}).environment | {"NENRIN_BASE_URL": base}
    told = subprocess.run(
        [sys.executable, "-c", asked], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    assert told.stdout.split() == [cookie, str(is_secure), str(is_secure), str(is_secure), "Lax"]


def test_the_deeds_of_a_contract_are_a_short_list(world: World) -> None:
    assert FORMS["subscription-deed"]["do"] == "withdraw"
    client = signed_in(world)
    answer = client.post(reverse("subscription-deed", args=[world.ids["subscription"]["own"]]), {"do": "explode"})
    assert answer.status_code == 422 and "ありません" in answer.content.decode()


def test_a_probe_tells_little_and_needs_no_sign_in(org: Organisation) -> None:
    assert Client().get("/healthz").content == b"ok\n"
    told = Client().get("/readyz")
    assert told.status_code == 200 and set(told.json()) == {"database", "organisation", "worker", "disk"}


def test_a_probe_says_when_nothing_can_be_served(db: None) -> None:
    told = Client().get("/readyz")
    assert told.status_code == 503 and told.json()["organisation"] == "none" and told["Retry-After"] == "10"

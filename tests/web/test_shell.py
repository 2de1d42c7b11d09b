"""What stands round every page: index, bar, assets, sign-in, error pages."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from nenrin.web import assets, errors, navigation
from tests import cast


def test_the_index_lists_only_pages_that_exist_and_that_the_role_may_open(client: Client, org: Organisation) -> None:
    client.force_login(cast.member(Role.EXECUTIVE, "岡田 亮"))
    page = client.get(reverse("components")).content.decode()
    index = page[page.index('id="rail"') : page.index("</nav>")]
    for name in ("tokens", "organisation", "imports"):
        address = navigation._address(name)
        assert address is None or f'href="{address}"' not in index
    assert "岡田 亮" in index


def test_a_demo_says_so_on_every_page(client: Client, org: Organisation) -> None:
    Organisation.objects.update(is_demo=True)
    client.force_login(cast.member())
    assert "架空" in client.get(reverse("components")).content.decode()


def test_the_first_load_stays_small() -> None:
    shelf = assets.shelf()
    style = len(shelf.assets["nenrin.css"].zipped)
    scripts = sum(len(asset.zipped) for name, asset in shelf.assets.items() if name.endswith(".js"))
    assert style <= 25_000
    assert scripts <= 60_000


def test_the_layers_are_ordered_before_anything_else() -> None:
    assert (
        "@layer tokens, base, layout, components, pages, print;"
        in assets.shelf().assets["nenrin.css"].plain.decode()[:300]
    )


def test_an_asset_is_kept_for_a_year_and_an_old_address_still_answers(client: Client, db: None) -> None:
    now = client.get(assets.address("nenrin.css"), headers={"accept-encoding": "br"})
    assert now["Content-Encoding"] == "br" and "immutable" in now["Cache-Control"]
    old = client.get("/assets/000000000000/nenrin.css")
    assert old.status_code == 200 and old["Cache-Control"] == "no-cache"
    assert client.get("/assets/000000000000/none.css").status_code == 404


def test_every_module_that_is_imported_exists() -> None:
    shelf = assets.shelf()
    for name, asset in shelf.assets.items():
        if name.endswith(".js") and name != "htmx.js":
            for wanted in re.findall(r'from "\./([\w.]+)"|import "\./([\w.]+)"', asset.plain.decode()):
                assert "".join(wanted) in shelf.assets


@pytest.mark.parametrize(("language", "words"), [("ja", "サインインする"), ("en", "Sign in")])
def test_sign_in_speaks_the_visitors_language(client: Client, db: None, language: str, words: str) -> None:
    client.cookies["language"] = language
    page = client.get(reverse("account_login")).content.decode()
    assert (words in page and "no open sign-up" not in page) or language == "en"


def test_a_wrong_password_is_told_without_saying_which_part_was_wrong(client: Client, org: Organisation) -> None:
    member = cast.member()
    page = client.post(reverse("account_login"), {"login": member.email, "password": "wrong"}).content.decode()
    assert 'role="alert"' in page


def test_a_member_signs_in_and_out(client: Client, org: Organisation) -> None:
    member = cast.member()
    client.post(reverse("account_login"), {"login": member.email, "password": cast.PASSWORD})
    assert client.get(reverse("components")).status_code == 200
    client.post(reverse("account_logout"))
    assert client.get(reverse("components")).status_code == 302


@pytest.mark.parametrize("name", ["account_reset_password", "account_reset_password_done"])
def test_the_pages_for_a_forgotten_password_stand(client: Client, db: None, name: str) -> None:
    assert client.get(reverse(name)).status_code == 200


def test_setting_up_the_second_step_asks_for_the_password_first(client: Client, org: Organisation) -> None:
    client.force_login(cast.member())
    client.post(reverse("account_reauthenticate"), {"password": cast.PASSWORD})
    assert "2段階認証" in client.get(reverse("mfa_index")).content.decode()
    page = client.get(reverse("mfa_activate_totp"))
    assert page.status_code == 200 and "data:image/svg" in page.content.decode()


def test_a_missing_page_says_what_to_do_and_gives_a_reference(client: Client, org: Organisation) -> None:
    client.force_login(cast.member())
    answer = client.get("/no-such-page")
    page = answer.content.decode()
    assert answer.status_code == 404 and "Ctrl+K" in page and answer["X-Request-Id"] in page


def test_no_template_carries_inline_style_or_script() -> None:
    """The content security policy would refuse them; scripts come by src, pictures are drawn by attributes."""
    folder = Path(assets.__file__).parent / "templates"
    wrong = re.compile(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:")
    found = {str(file.relative_to(folder)) for file in folder.rglob("*.html") if wrong.search(file.read_text())}
    assert found == {"first_look/file.html"}, "the one that is kept as a file of its own, not served"


def test_a_first_visit_to_home_costs_less_than_150_kilobytes(client: Client, org: Organisation) -> None:
    client.force_login(cast.member())
    page = gzip.compress(client.get(reverse("home")).content)
    assets_sent = sum(len(asset.zipped) for asset in assets.shelf().assets.values())
    assert len(page) <= 50_000 and len(page) + assets_sent <= 150_000


def test_a_fault_is_told_without_asking_the_database(rf: RequestFactory) -> None:
    request = rf.get("/")
    request.id = "ab12"
    answer = errors.broken(request)
    page = answer.content.decode()
    assert answer.status_code == 500 and "ab12" in page and "data-fault" in page


def test_a_stale_form_says_to_go_back_and_send_again(client: Client, org: Organisation) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(reverse("account_login"), {"login": "x"})
    page = answer.content.decode()
    assert answer.status_code == 403 and ("ブラウザで戻る" in page or "Go back" in page)

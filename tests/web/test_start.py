"""The questions of first use, the menu that follows from them, and the page of the result."""

from __future__ import annotations

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.insight import health_models
from nenrin.insight.models import HealthModelVersion, StartBaseline
from nenrin.insight.revenue import policies
from nenrin.insight.start import answers, baselines, focus
from nenrin.insight.start.focus import AREAS, Focus
from nenrin.web import navigation
from nenrin.web.start import proposing
from tests.cast import member
from tests.insight.test_revenue_rates import quote
from tests.insight.test_start import BEGUN, begin, later, read, sign
from tests.insight.test_start import world as world  # the company with a first day
from tests.insight.test_start_baselines import ready
from tests.insight.world import World
from tests.web import page_tree

pytestmark = pytest.mark.django_db


def rail(page: str) -> set[str]:
    """Addresses in the index."""
    nav = next(node for node in page_tree.read(page).all("nav") if node.attrs.get("id") == "rail")
    return {node.attrs["href"] for node in nav.all("a")}


def text(client: Client, world: World, address: str) -> str:
    with time_machine.travel(world.now, tick=False):
        return client.get(address).content.decode()


def signed_in(role: Role = Role.ADMINISTRATOR, language: str = "ja") -> Client:
    client = Client()
    client.force_login(member(role, language=language))
    return client


def test_every_entry_of_the_index_belongs_to_an_area_that_there_is() -> None:
    for group in navigation.GROUPS:
        for entry in group.entries:
            assert not entry.area or entry.area in AREAS, entry.name


def test_the_first_run_asks_two_questions_and_goes_on_with_fewer_steps(client: Client, org: Organisation) -> None:
    client.force_login(member())
    page = client.get("/").content.decode()
    assert "いちばん大きな課題は？" in page and "更新時の解約" in page and "利用ログをつなぐ" in page
    answer = client.post(reverse("start"), {"problem": "renewal", "team": "1", "begins_with": ""}, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain[-1][0] == "/" and "いちばん大きな課題は？" not in page
    assert "顧客と契約を取り込む" in page and "利用ログをつなぐ" not in page and "同僚を招く" not in page
    assert focus.of(organisation.current()) == Focus("renewal", "1")


def test_an_answer_that_is_none_is_shown_beside_its_question(client: Client, org: Organisation) -> None:
    client.force_login(member())
    answer = client.post(reverse("start"), {"problem": "weather", "team": ""})
    assert answer.status_code == 422 and not focus.of(organisation.current()).is_answered


def test_who_may_not_answer_is_not_asked(client: Client, org: Organisation) -> None:
    for role in set(Role) - {Role.ADMINISTRATOR}:
        each = signed_in(role)
        assert "いちばん大きな課題は？" not in each.get("/").content.decode()
        assert each.get(reverse("start")).status_code == 403
        assert each.post(reverse("start"), {"problem": "usage", "team": "1"}).status_code == 403
        assert each.post(reverse("start-everything"), {"whole": "on"}).status_code == 403
    assert not focus.of(organisation.current()).is_answered


def test_hidden_is_never_denied(client: Client, org: Organisation, at: object) -> None:
    """The index shrinks; each page that left it still opens, is in the search, and stands in the index while it is open."""
    client.force_login(member())
    before = rail(client.get("/").content.decode())
    client.post(reverse("start"), {"problem": "renewal", "team": "1"})
    after = rail(client.get("/").content.decode())
    gone = before - after
    assert {"/opportunities", "/roi", "/segments", "/onboarding"} <= gone and {"/renewals", "/accounts"} <= after
    for address in ("/opportunities", "/roi", "/onboarding"):
        page = client.get(address)
        assert page.status_code == 200 and address in rail(page.content.decode())
    assert "/opportunities" in client.get("/palette?q=提案機会").content.decode()


def test_a_member_opens_everything_for_themselves_and_folds_it_again(client: Client, org: Organisation) -> None:
    client.force_login(member())
    client.post(reverse("start"), {"problem": "renewal", "team": "1"})
    colleague = signed_in(Role.CSM)
    assert "すべて表示" in colleague.get("/").content.decode()
    colleague.post(reverse("preferences"), {"menu": "whole", "next": "/"})
    assert "/opportunities" in rail(colleague.get("/").content.decode())
    assert "/opportunities" not in rail(client.get("/").content.decode()), "for themselves alone"
    colleague.post(reverse("preferences"), {"menu": "start", "next": "/"})
    assert "/opportunities" not in rail(colleague.get("/").content.decode())


def test_an_administrator_opens_everything_for_everyone(client: Client, org: Organisation) -> None:
    client.force_login(member())
    client.post(reverse("start"), {"problem": "renewal", "team": "1"})
    client.post(reverse("start-everything"), {"whole": "on"})
    page = signed_in(Role.CSM).get("/").content.decode()
    assert "/opportunities" in rail(page) and "すべて表示" not in page
    assert Entry.objects.filter(action="insight.start.widened").count() == 1


def test_an_existing_installation_sees_everything_and_an_invitation(client: Client, world: World) -> None:
    client.force_login(member())
    page = text(client, world, "/")
    assert "2つの質問に答える" in page and "/roi" in rail(page)
    assert "2つの質問に答える" not in text(signed_in(Role.HEAD), world, "/")


def test_the_result_page_says_what_it_may_and_what_not(client: Client, world: World) -> None:
    client.force_login(member())
    assert "基準値はまだありません" in text(client, world, reverse("start-result"))
    begin(world)
    later(world, 12)
    page = text(signed_in(), world, reverse("start-result"))
    assert "開始から12日目" in page and "判断には早い" in page
    assert "開始から12日目" in text(signed_in(), world, "/")
    later(world, 95)
    page = text(signed_in(), world, reverse("start-result"))
    assert "開始から95日" in page and "改善" in page and "平均への回帰" in page and reverse("effects") in page
    english = text(signed_in(language="en"), world, reverse("start-result"))
    assert "regression to the mean" in english and "Not enough data" in english


def test_the_result_is_for_those_who_see_all_accounts(world: World) -> None:
    begin(world)
    later(world, 95)
    pages = [reverse("start-result"), reverse("start-result-pdf"), reverse("start-result-export", args=["csv"])]
    with time_machine.travel(world.now, tick=False):
        for role in (Role.SALES, Role.ONBOARDING):
            each = signed_in(role)
            assert [each.get(page).status_code for page in pages] == [403, 403, 403]
            assert reverse("start-result") not in rail(each.get("/").content.decode())
    assert "改善" in text(signed_in(Role.EXECUTIVE), world, reverse("start-result"))


def test_files_of_the_result(world: World) -> None:
    begin(world)
    later(world, 95)
    client = signed_in()
    with time_machine.travel(world.now, tick=False):
        made = client.get(reverse("start-result-pdf"))
        assert made.status_code == 200 and made.content.startswith(b"%PDF")
        told = client.get(reverse("start-result-export", args=["csv"])).getvalue().decode()
        assert signed_in(Role.EXECUTIVE).get(reverse("start-result-export", args=["csv"])).status_code == 403
    assert "月次解約率（社数）" in told and "改善" in told
    assert Entry.objects.filter(action="insight.start.exported").count() == 1


def test_no_file_before_there_is_a_baseline(client: Client, org: Organisation) -> None:
    client.force_login(member())
    assert client.get(reverse("start-result-pdf")).status_code == 404


def test_a_model_is_in_place_while_it_is_live_whatever_is_drafted(client: Client, world: World) -> None:
    me = member()
    held = Focus("onboarding", "1")

    def is_there() -> bool:
        return proposing.proposed(held, me)[-1].is_there

    assert is_there()
    live = HealthModelVersion.objects.get(key="onboarding", state="published")
    health_models.draft(live.document, by=SYSTEM, at=world.now)
    assert is_there(), "a draft beside it changes nothing of what is live"
    health_models.discard("onboarding", by=SYSTEM, at=world.now)
    health_models.withdraw("onboarding", by=SYSTEM, at=world.now)
    assert not is_there()
    answers.answer("onboarding", "1", by=SYSTEM, at=world.now)
    client.force_login(me)
    page = text(client, world, reverse("start"))
    assert "未導入" in page and "未達" not in page


def test_only_who_may_import_is_sent_to_the_imports(org: Organisation, world: World) -> None:
    answers.answer("onboarding", "1", by=SYSTEM, at=world.now)

    def is_offered(role: Role) -> bool:
        main = next(page_tree.read(text(signed_in(role), world, reverse("start-result"))).all("main"))
        return reverse("imports") in {node.attrs.get("href") for node in main.all("a")}

    assert is_offered(Role.ADMINISTRATOR) and not is_offered(Role.EXECUTIVE)


def test_the_start_page_proposes_and_switches_nothing_on(client: Client, world: World) -> None:
    me = member()
    client.force_login(me)
    answers.answer("onboarding", "2-5", by=SYSTEM, at=world.now)
    baselines.freeze(BEGUN, by=SYSTEM, at=world.now)
    page = text(client, world, reverse("start"))
    assert "新規顧客の立ち上げ" in page and "/playbooks/new" in page and "オンボーディングモデル" in page
    assert "に保存。以後は変わりません" in page
    assert Member.objects.get(pk=me.pk).has_whole_menu is False


def test_a_new_baseline_is_begun_on_the_page_and_the_first_can_be_compared_with(world: World) -> None:
    ready(world)
    client = signed_in()
    journal.seal()
    world.carry()
    read(world)
    with time_machine.travel(world.now, tick=False):
        page = client.get(reverse("start")).content.decode()
        assert 'name="why"' in page and "earlier-baselines" not in page
        client.post(reverse("start-baseline"), {"why": " ", "seen": "1"})
        assert baselines.live().number == 1  # type: ignore[union-attr]
        client.post(reverse("start-baseline"), {"why": "重複 <b>", "seen": "1"})
        again = client.post(reverse("start-baseline"), {"why": "重複", "seen": "1"}, follow=True).content.decode()
        assert "別の人が新しい基準値を保存した" in again
        assert "earlier-baselines" in again and "重複 &lt;b&gt;" in again
        held = client.get(reverse("start-result")).content.decode()
        first = client.get(reverse("start-result"), {"baseline": "1"})
        nowhere = client.get(reverse("start-result"), {"baseline": "7"}).status_code
        pdf = client.get(reverse("start-result-pdf"), {"baseline": "1"})
    assert [row.number for row in baselines.every()] == [2, 1] and nowhere == 404
    assert "基準値を改めた理由: 重複 &lt;b&gt;" in held and "基準値を改めた理由" not in first.content.decode()
    assert first.context["result"].baseline.number == 1 and first.context["against"] == "?baseline=1"
    assert pdf.status_code == 200 and pdf["Content-Type"] == "application/pdf"


def test_only_administrators_begin_anew(world: World) -> None:
    ready(world)
    assert signed_in(Role.HEAD).post(reverse("start-baseline"), {"why": "x"}).status_code == 403
    assert baselines.live().number == 1  # type: ignore[union-attr]


def test_the_page_says_for_which_exchange_rate_the_first_baseline_waits(world: World) -> None:
    ready(world)
    quote(world, "2026-02", "150", lag=True)
    policies.publish({"currency": "month_end"}, by=SYSTEM, at=world.now)
    sign(world, "灯台", currency="USD", mrr_minor=1_000_00)
    world.carry()
    StartBaseline.objects.all().delete()
    page = text(signed_in(), world, reverse("start"))
    assert "2026年3月末のUSDからJPYへのレート（有料の顧客1社）" in page and reverse("revenue-rate-new") in page
    quote(world, "2026-03", "160", lag=True)
    world.carry()
    page = text(signed_in(), world, reverse("start"))
    assert "USD" not in page and reverse("revenue-rate-new") not in page

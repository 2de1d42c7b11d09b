"""What a new, empty installation asks of its first people, step by step, each with the page where it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from allauth.mfa.models import Authenticator
from django.db.models import Exists, QuerySet, Subquery
from django.urls import NoReverseMatch, reverse

from nenrin.customers.models import Account, Subscription
from nenrin.foundation.models import Member, Organisation
from nenrin.foundation.permissions import Permission, allowed
from nenrin.ingest.models import EventName
from nenrin.insight.models import Health, StartBaseline
from nenrin.insight.start.focus import Focus
from nenrin.values import Text
from nenrin.web.components import Step


@dataclass(frozen=True, slots=True)
class Task:
    """One step: done once each of its `proofs` has a row; `page` is a URL name, which `needs` a permission."""

    title: Text
    text: Text
    action: Text
    page: str
    needs: Permission
    proofs: Callable[[Member], tuple[QuerySet[Any], ...]]
    is_aside: bool = False  # shown among the others, and alone no reason to show them
    area: str = ""  # the part of the product that it is for, which a small start may leave out


@dataclass(frozen=True, slots=True)
class FirstRun:
    """What is left to do, whether the installation is still without any account, and the day from which the result is
    counted."""

    steps: tuple[Step, ...]
    is_empty: bool
    began_on: date | None = None


TASKS = (
    Task(
        Text("Import your accounts and contracts", "顧客と契約を取り込む"),
        Text(
            "A CSV or Excel list as it is: encoding, columns and dates are recognised and shown before anything is written.",
            "CSVやExcelの一覧をそのまま。文字コード・列・日付を判別し、書き込む前に確かめられます。",
        ),
        Text("Import", "取り込む"),
        "imports",
        Permission.IMPORT,
        lambda me: (Account.objects.all(), Subscription.objects.all()),
    ),
    Task(
        Text("Connect your product", "製品の利用ログをつなぐ"),
        Text(
            "Make a source and give its write key to a Segment or RudderStack client; only the host changes.",
            "接続元を作り、書き込みキーをSegmentやRudderStackのSDKに渡します。変えるのは送信先だけ。",
        ),
        Text("Make a source", "接続元を作る"),
        "sources",
        Permission.SOURCES_EDIT,
        lambda me: (EventName.objects.filter(events__gt=0),),  # a source alone sends nothing
        area="adoption",
    ),
    Task(
        Text("Say what your events mean", "利用ログの意味を決める"),
        Text(
            "Mark which events are a login, a key feature or the first value; usage measures start from there.",
            "ログイン・キー機能・最初の成功体験に当たるものを選ぶと、利用の指標を計算し始めます。",
        ),
        Text("Open the catalogue", "分類を開く"),
        "event-catalogue",
        Permission.DATA_EDIT,
        lambda me: (EventName.objects.exclude(use="unmapped"),),
        area="adoption",
    ),
    Task(
        Text("See the first health", "最初のヘルスを見る"),
        Text(
            "The worker computes it by itself as soon as contracts or usage are known.",
            "契約か利用がわかり次第、ワーカーが自動で計算します。",
        ),
        Text("Health models", "ヘルスモデル"),
        "health-models",
        Permission.HEALTH_VIEW,
        lambda me: (Health.objects.all(),),
    ),
    Task(
        Text("Invite your colleagues", "同僚を招く"),
        Text(
            "Each gets a link to set a password; it works without a mail server.",
            "パスワードを決めるリンクを渡します。メールサーバーがなくても使えます。",
        ),
        Text("Invite", "招待する"),
        "members",
        Permission.MEMBERS_EDIT,
        lambda me: (Member.objects.filter(is_active=True).exclude(pk=me.pk),),
        area="teamwork",
    ),
    Task(
        Text("Protect your sign-in", "サインインを守る"),
        Text(
            "You may change everything here; six digits from your phone keep a stolen password from doing so.",
            "すべてを変更できる権限です。スマートフォンの6桁の数字で、盗まれたパスワードだけでは入れなくします。",
        ),
        Text("Set up two-step sign-in", "2段階認証を設定する"),
        "mfa_activate_totp",
        Permission.ORGANISATION_EDIT,
        lambda me: (Authenticator.objects.filter(user=me, type=Authenticator.Type.TOTP),),
        is_aside=True,
    ),
)


def look(member: Member, focus: Focus | None = None) -> FirstRun:
    """The tasks of the focus that this member may do, the first open one current; no steps once all are done. One query."""
    areas = (focus or Focus()).shown()
    mine = [task for task in TASKS if allowed(member, task.needs) and (not task.area or task.area in areas)]
    if all(task.needs is Permission.HEALTH_VIEW for task in mine):  # whoever only looks sets nothing up
        mine = []
    done, has_accounts, began_on = _done(mine, member)
    current = next((task for task in mine if task.page not in done and not task.is_aside), None)
    steps = [Step(task.title, _state(task, current, done), task.text, _url(task.page), task.action) for task in mine]
    return FirstRun(tuple(steps) if current else (), not has_accounts, began_on)


def _done(tasks: list[Task], member: Member) -> tuple[set[str], bool, date | None]:
    """Pages of the tasks whose proofs all exist, whether there is any account, and the day of the start's baseline."""
    proofs = {f"t{n}_{m}": Exists(rows) for n, task in enumerate(tasks) for m, rows in enumerate(task.proofs(member))}
    began = Subquery(StartBaseline.objects.order_by("-number").values("taken_on")[:1])
    asked = proofs | {"accounts": Exists(Account.objects.all()), "began_on": began}
    held = Organisation.objects.filter(pk=1).annotate(**asked).values(*asked).first() or {}
    done = {
        task.page for n, task in enumerate(tasks) if all(held.get(name) for name in proofs if name.startswith(f"t{n}_"))
    }
    return done, bool(held.get("accounts")), held.get("began_on")


def _state(task: Task, current: Task | None, done: set[str]) -> Literal["done", "current", "open"]:
    if task.page in done:
        return "done"
    return "current" if task is current else "open"


def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""

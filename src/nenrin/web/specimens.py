"""Made-up figures and people for the living style page; nothing here is read elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from nenrin.values import Money, Text
from nenrin.web.charts import columns, curve, falls, heat, lines, shares
from nenrin.web.charts.bands import BANDS
from nenrin.web.charts.ring import Growing, Tree, Year
from nenrin.web.components import Change, Chip, Fact, Moment, Progress, Step, Tab

AT = datetime(2026, 11, 23, 21, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the sample list."""

    key: int
    name: Text
    tree: Tree
    band: str
    score: float | None
    weeks: tuple[float | None, ...]
    delta: float | None
    mrr: Money
    days: int


SEEDLING = Tree((), Growing("good", 0.13, None, 74))
YOUNG = Tree((Year("good", 0, 81),), Growing("watch", 0.5, 0, 61))
RECOVERED = Tree((Year("good", 10, 78), Year("risk", -30, 38), Year("watch", 5, 55)), Growing("good", 0.7, 40, 76))
DRIFTING = Tree((Year("good", 10, 78), Year("watch", -8, 61), Year("good", 30, 81)), Growing("watch", 0.81, -2, 52))
OLD = Tree(
    (
        Year("watch", -5, 52),
        Year("good", 8, 71),
        Year("good", 30, 80),
        Year("good", 5, 83),
        Year("watch", 0, 66),
        Year("good", 12, 88),
    ),
    Growing("good", 0.6, 20, 92),
)
LEFT = Tree((Year("good", 0, 74), Year("watch", -10, 50), Year("risk", -20, 31)))
SILENT = Tree((Year("unknown", 0),), Growing("unknown", 0.2))

TREES = (
    (Text("year 0, being introduced", "0年目、導入中"), SEEDLING),
    (Text("one renewal", "更新1回"), YOUNG),
    (Text("three renewals, recovered", "更新3回、回復"), RECOVERED),
    (Text("six renewals", "更新6回"), OLD),
    (Text("left", "解約"), LEFT),
    (Text("no data", "データ不足"), SILENT),
)

ROWS = (
    Row(
        1,
        Text("Shirakaba Medical", "白樺メディカル株式会社"),
        YOUNG,
        "risk",
        31,
        (60, 59, 57, 56, 57, 56, 60, 55, 50, 45, 39, 31),
        -27,
        Money(240_000),
        9,
    ),
    Row(
        2,
        Text("Shinonome Precision", "東雲精機株式会社"),
        DRIFTING,
        "watch",
        52,
        (72, 73, 71, 74, 72, 70, 68, 73, 66, 60, 58, 52),
        -20,
        Money(480_000),
        37,
    ),
    Row(
        3,
        Text("Joban System Development", "常磐システム開発株式会社"),
        OLD,
        "good",
        92,
        (90, 88, 89, 87, 88, 90, 93, 94, 92, 91, 92, 92),
        0,
        Money(270_000),
        52,
    ),
    Row(
        4,
        Text("Akebono Logistics", "株式会社あけぼの物流"),
        RECOVERED,
        "good",
        76,
        (63, 64, 64, 66, 65, 64, 58, 60, 67, 70, 73, 76),
        13,
        Money(420_000),
        68,
    ),
    Row(
        5,
        Text("Minatogawa Electric", "湊川電設株式会社"),
        SILENT,
        "unknown",
        None,
        (None,) * 12,
        None,
        Money(90_000),
        249,
    ),
)

FACTS = (
    Fact(Text("Accounts", "顧客"), Text("38", "38社")),
    Fact(Text("ARR", "ARR"), Text("¥142.1M", "1.4億円"), key="arr"),
    Fact(
        Text("At-risk ARR", "解約リスクARR"),
        Text("¥18.2M", "1,824万円"),
        Text("6 accounts, 12.8%", "6社・12.8%"),
        "at_risk_arr",
    ),
    Fact(
        Text("Notice deadlines in 30 days", "30日以内の更新拒絶期限日"),
        Text("3", "3社"),
        Text("first on 3 Dec", "最短 12/03"),
        "notice_deadline",
    ),
    Fact(Text("Customer NPS", "NPS"), None, Text("2 answers of 10 needed", "10件必要、今2件")),
)

TABS = (
    Tab(Text("Overview", "概要"), "#", True),
    Tab(Text("Health", "ヘルス"), "#"),
    Tab(Text("People", "関係者"), "#", count=6),
    Tab(Text("Timeline", "タイムライン"), "#"),
    Tab(Text("Contracts", "契約"), "#"),
    Tab(Text("Save this view", "一覧を保存する"), "#", icon="add"),
)
CHIPS = (
    Chip(Text("Owner", "担当CSM"), Text("Misaki Sato", "佐藤 美咲"), "#"),
    Chip(Text("Health", "ヘルス"), Text("At risk", "危険"), "#"),
)

FALLS = falls.Falls(
    score=52.0,
    band="watch",
    change=-20.4,
    since=Text("24 Oct", "10/24"),
    losses=(
        falls.Loss(
            Text("Key features used", "キー機能の利用"),
            15.5,
            Text("168 a week", "168 件/週"),
            Text("base 400", "基準 400"),
            38,
            25,
            8.0,
            -8.0,
        ),
        falls.Loss(
            Text("Active users of seats", "週次利用者/ライセンス"),
            9.0,
            "44%",
            Text("base 65%", "基準 65%"),
            55,
            20,
            4.6,
            -4.6,
        ),
        falls.Loss(
            Text("Age of urgent tickets", "緊急の問い合わせ"),
            9.0,
            Text("9 days", "9日"),
            Text("limit 3", "上限 3日"),
            40,
            15,
            6.0,
            -6.0,
        ),
        falls.Loss(Text("Breadth of features", "機能の幅"), 6.0, "7 / 12", "", 60, 15, 0.3, -0.3),
        falls.Loss(Text("NPS", "NPS"), 5.0, "7", Text("12 Aug", "08/12"), 50, 10, 0.0, 0.0),
        falls.Loss(
            Text("Pulse: missing, counted as the segment's average", "CSM所感: データ不足、平均で計算"),
            5.5,
            "",
            "",
            None,
            15,
            1.5,
            -1.5,
            "missing",
        ),
        falls.Loss(
            Text("Override until 15 Dec", "手動変更（12/15まで）"), -2.0, "", "", None, None, 0.0, 0.0, "override"
        ),
    ),
)
BY_ARR = shares.Shares(
    (
        shares.Whole(
            "",
            (
                shares.Share("good", 8340, "¥83.4M", "24"),
                shares.Share("watch", 3936, "¥39.4M", "9"),
                shares.Share("risk", 1824, "¥18.2M", "6"),
                shares.Share("unknown", 108, "¥1.1M", "2"),
            ),
        ),
    ),
    Text("Of 142.1 million yen of ARR 12.8% is at risk", "ARR 1億4,208万円のうち危険 12.8%"),
    720,
)


def _counts(*numbers: int) -> tuple[shares.Share, ...]:
    return tuple(shares.Share(band, n, str(n)) for band, n in zip(BANDS, numbers, strict=True))


CHANGE = shares.Shares(
    (
        shares.Whole(
            Text("v12 now", "v12 今"),
            _counts(285, 93, 29, 10),
        ),
        shares.Whole(
            Text("v13 draft", "v13 案"),
            _counts(268, 105, 34, 10),
        ),
    ),
    Text("Healthy falls from 285 to 268, at risk rises from 29 to 34", "健全は285社から268社へ、危険は29社から34社へ"),
)
_WEEKS = tuple((date(2026, 9, 7) + timedelta(weeks=n)).strftime("%m/%d") for n in range(12))
_SCORES = (80, 79, 80, 78, None, 74, 73, 72, 68, 62, 57, 52)
_MEDIAN = (60, 61, 61, 62, 60, 61, 62, 62, 61, 60, 61, 60)
LINES = lines.Lines(
    _WEEKS,
    (
        lines.Series(
            Text("Shinonome Precision", "東雲精機"), _SCORES, tuple("—" if v is None else str(v) for v in _SCORES)
        ),
        lines.Series(Text("Median of the tier", "企業規模の中央値"), _MEDIAN, tuple(map(str, _MEDIAN))),
    ),
    Text("The score falls from 80 to 52 while the median stays near 60", "スコアは80から52へ低下、中央値は60前後"),
    high=100.0,
    edges=(45.0, 70.0),
)
COLUMNS = columns.Columns(
    tuple(
        columns.Column(
            (date(2026, 11, 1) + timedelta(days=n)).strftime("%m/%d"),
            4000 + 900 * ((n * 7) % 5),
            f"{4000 + 900 * ((n * 7) % 5):,}",
            400 if n % 6 == 0 else 0,
            "400" if n % 6 == 0 else "0",
            n == 23,
        )
        for n in range(24)
    ),
    Text("Between 4,000 and 7,600 events a day", "1日4,000〜7,600件"),
    Text("Stored", "保存"),
    Text("Refused", "不採用"),
)
CURVE = curve.Curve(
    ((0.2, 20), (0.4, 50), (0.65, 85), (0.85, 100)),
    0.0,
    1.0,
    Text("Weekly users per seat", "週次利用者 ÷ ライセンス"),
    Text("From 20 points at 20% to 100 points at 85%", "20%で20点、85%で100点"),
    published=((0.0, 0), (0.28, 35), (0.6, 75), (0.8, 100)),
    counts=(1, 2, 3, 5, 8, 11, 14, 18, 22, 26, 28, 25, 20, 14, 9, 5, 2, 1, 1, 0),
    here=(0.44, Text("Shinonome 44%, 55.6 points", "東雲精機 44% → 55.6点")),
    marks=((0, "0%"), (0.2, "20%"), (0.4, "40%"), (0.6, "60%"), (0.8, "80%"), (1, "100%")),
    current=1,
)
HEAT = heat.Heat(
    Text("Retention by cohort", "継続率（契約開始月別）"),
    Text("Start", "契約開始"),
    tuple(Text(f"month {n}", f"{n}か月") for n in (0, 3, 6, 9, 12)),
    tuple(
        heat.Line(
            f"2025/{m:02}",
            tuple(heat.Cell(100 - n * 4 - m, f"{100 - n * 4 - m}%", is_partial=n == 4 and m > 3) for n in range(5)),
        )
        for m in range(1, 6)
    ),
    (72, 76, 80, 84, 88, 92, 96),
)
MOMENTS = (
    Moment(
        Text("Health 53 → 52, caution", "ヘルス 53 → 52 注意"),
        AT,
        by=Text("computed, v12", "自動計算 v12"),
        kind="score",
    ),
    Moment(
        Text("Call with Ms Nakamura", "電話 中村様（名古屋工場）"),
        AT - timedelta(days=5),
        Text("Month-end reports cannot be printed.", "「月末の帳票が出ないと締めができない」。回避手順を案内。"),
        Text("Misaki Sato", "佐藤 美咲"),
    ),
    Moment(
        Text("Urgent ticket #4821 received", "緊急の問い合わせ #4821 受付"),
        AT - timedelta(days=9),
        by=Text("Support", "サポート"),
    ),
)
STEPS = (
    Step(Text("Organisation named", "組織の名前"), "done"),
    Step(
        Text("Import your accounts", "顧客を取り込む"),
        "current",
        Text("A CSV or Excel list; 1,000 rows take about 20 seconds.", "CSVかExcelの一覧。1,000行で約20秒。"),
        "#",
        Text("Import", "取り込む"),
    ),
    Step(
        Text("Connect your product", "製品をつなぐ"),
        "open",
        Text("Point a Segment client at this installation.", "SegmentのSDKの送信先をここに向ける。"),
        "#",
        Text("Make a key", "キーを作る"),
    ),
)
JOB = Progress("job-specimen", Text("Importing accounts", "顧客を取り込み中"), 8_412, 10_000, True, 12, "", "#")
CHANGES = (Change(Text("Industry", "業種"), Text("Logistics", "物流"), Text("Warehousing", "倉庫")),)
BARS = (
    (Text("Login", "ログイン"), 1.0, "412"),
    (Text("Report", "帳票"), 0.41, "168"),
    (Text("Export", "書き出し"), 0.12, "49"),
)


class Specimen(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label=_("Company name"), help_text=_("As registered; other spellings are kept as aliases."))
    deadline = forms.DateField(label=_("Notice deadline"))
    touch = forms.ChoiceField(
        label=_("Touch model"), choices=[("high", _("High touch")), ("low", _("Low touch"))], required=False
    )
    note = forms.CharField(label=_("Note"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    share = forms.BooleanField(label=_("Share with the customer"), required=False)
    days = forms.ChoiceField(
        label=_("Days"),
        choices=[("b", _("Business days")), ("c", _("Calendar days"))],
        widget=forms.RadioSelect,
        initial="b",
    )
    fixed = forms.CharField(label=_("Price rise"), initial=_("fixed by contract"), disabled=True, required=False)


class Upload(forms.Form):
    file = forms.FileField(label=_("CSV or Excel file"))

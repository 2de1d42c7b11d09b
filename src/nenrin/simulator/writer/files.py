"""What reaches this company as files: the customer list of the sales system, tickets and survey answers as workbooks,
a list that was wrong and taken back, and one that waits for a decision. Imported by the same verbs as anybody's.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import xlsxwriter

from nenrin.ingest import imports
from nenrin.ingest.files import mappings
from nenrin.ingest.models import Import
from nenrin.simulator import records
from nenrin.simulator.records import Customer
from nenrin.simulator.world import World
from nenrin.simulator.writer import voices
from nenrin.simulator.writer.accounts import CRM, Book
from nenrin.simulator.writer.deeds import Deed

LIST_DAYS, WRONG_DAYS, TICKET_DAYS, ANSWER_DAYS, WAITING_DAYS = 16, 23, 12, 10, 1
# What the files of tickets and answers cover: so many days before the file.
COVERED_DAYS = 45
# One in so many customers of the sales system's list has grown since.
GROWN_EVERY = 9

LIST = f"""
kind: accounts
source: SFA
namespace: {CRM}
encoding: cp932
dates: era
columns: {{key: 取引先番号, name: 取引先名, kana: フリガナ, employees: 従業員数, prefecture: 都道府県, status: 状態, customer_since: 契約開始日}}
"""
PEOPLE = f"""
kind: contacts
source: 展示会
namespace: {CRM}
columns: {{account_key: 取引先番号, name: 氏名, email: メール, title: 役職}}
"""
TICKETS = """
kind: tickets
source: サポートデスク
namespace: desk
columns: {key: 受付番号, corporate_number: 法人番号, title: 件名, kind: 種別, priority: 優先度, opened_at: 受付日時, resolved_at: 解決日時, requester: 問い合わせ者}
"""
ANSWERS = """
kind: answers
source: アンケート
namespace: surveys
columns: {key: 回答番号, corporate_number: 法人番号, survey: 調査, score: 点数, answered_at: 回答日時, sent_on: 送信日, role: 役割, respondent: 回答者, comment: コメント}
"""

LIST_HEADER = ("取引先番号", "取引先名", "フリガナ", "従業員数", "都道府県", "状態", "契約開始日")
NEW = (
    ("SFA-30560", "㈱髙橋精密", "タカハシセイミツ", "１２０", "長野県", "見込み", ""),
    ("SFA-30561", "株式会社みずほ野フーズ", "ミズホノフーズ", "85", "新潟県", "見込み", ""),
    ("SFA-30562", "㈱山﨑工務店", "ヤマザキコウムテン", "４６", "岡山県", "見込み", ""),
)
REFUSED = (
    ("SFA-30551", "株式会社さくら堂", "サクラドウ", "約三百", "東京都", "見込み", ""),
    ("SFA-30552", "㈱髙島興産", "タカシマコウサン", "64", "広島県", "契約中", "R7.13.1"),
    ("", "有限会社みどり屋", "ミドリヤ", "12", "愛知県", "見込み", ""),
)
TICKET_HEADER = ("受付番号", "法人番号", "件名", "種別", "優先度", "受付日時", "解決日時", "問い合わせ者")
ANSWER_HEADER = ("回答番号", "法人番号", "調査", "点数", "回答日時", "送信日", "役割", "回答者", "コメント")


@dataclass(frozen=True, slots=True)
class Brought:
    """The tickets and answers that come as files and not one by one."""

    tickets: tuple[tuple[Customer, records.Ticket], ...] = ()
    answers: tuple[tuple[Customer, records.Answer], ...] = ()

    def keys(self) -> set[str]:
        return {ticket.key for _, ticket in self.tickets} | {answer.key for _, answer in self.answers}


def brought(world: World) -> Brought:
    """Choose among the customers without a story, of a world that has stories."""
    if not world.stories:
        return Brought()
    plain = [customer for customer in world.customers if not customer.story and customer.corporate_number]
    desk, survey = world.today - timedelta(TICKET_DAYS), world.today - timedelta(ANSWER_DAYS)
    covered = timedelta(COVERED_DAYS)
    return Brought(
        tuple(
            (customer, ticket)
            for customer in plain
            for ticket in customer.tickets
            if ticket.resolved_on and desk - covered <= ticket.opened_on and ticket.resolved_on < desk
        ),
        tuple(
            (customer, answer)
            for customer in plain
            for answer in customer.answers
            if survey - covered <= answer.on < survey
        ),
    )


def deeds(world: World, brought: Brought, book: Book) -> Iterator[Deed]:
    """Yield the imports, each on its day."""

    def deed(days: int, hour: int, kind: str, name: str, content: bytes, mapping: str, end: str = "done") -> Deed:
        def act(at: datetime) -> None:
            _imported(kind, name, content, mapping, book, at, end)

        return Deed(book.at(world.today - timedelta(days), hour, 40), 9, act)

    yield deed(
        WRONG_DAYS, 15, "accounts", "名刺交換_展示会.csv", _wrong(), LIST.replace("encoding: cp932\n", ""), "undone"
    )
    yield deed(LIST_DAYS, 10, "accounts", "取引先一覧.csv", _list(world), LIST)
    if brought.tickets:
        yield deed(TICKET_DAYS, 11, "tickets", "問い合わせ一覧.xlsx", _tickets(brought, book), TICKETS)
    if brought.answers:
        yield deed(ANSWER_DAYS, 16, "answers", "NPS・満足度_回答.xlsx", _answers(brought, book), ANSWERS)
    yield deed(WAITING_DAYS, 17, "contacts", "来場者.csv", _visitors(), PEOPLE, "checked")


def _imported(kind: str, name: str, content: bytes, mapping: str, book: Book, at: datetime, end: str) -> Import:
    """Do what somebody does on the page: upload, assign, check, import; and undo where that is how it ended."""
    by, member = book.ground.actor("yamaguchi"), book.ground.members["yamaguchi"]
    chosen = mappings.from_yaml(mapping)
    row = imports.upload(kind, source=chosen.source, name=name, content=[content], by=by, at=at, member=member)
    imports.assign(row, chosen, by=by, at=at)
    imports.check(row, by=by, at=at)
    _worked(row, at)
    if end != "checked":
        imports.start(row, by=by, at=at)
        _worked(row, at)
    if end == "undone":
        imports.undo(row, by=by, at=at + timedelta(minutes=12))
        _worked(row, at + timedelta(minutes=12))
    return row


def _worked(row: Import, at: datetime) -> None:
    while row.is_at_work:
        imports.work_on(row.pk, at)
        row.refresh_from_db()


def _list(world: World) -> bytes:
    """The list as the sales system of a Japanese company writes it: cp932, its own numbers, ㈱ and 髙 in names."""
    day = world.today - timedelta(LIST_DAYS)
    standing = [customer for customer in world.customers if customer.since <= day and not customer.is_lost]
    rows = [_listed(customer, has_grown=place % GROWN_EVERY == 4) for place, customer in enumerate(standing)]
    kept = [row for row in rows if _is_writable("".join(row))]
    return _csv([LIST_HEADER, *kept[:20], REFUSED[0], *kept[20:], *NEW, *REFUSED[1:]], "cp932")


def _listed(customer: Customer, *, has_grown: bool) -> tuple[str, ...]:
    employees = customer.employees + (2 if has_grown and not customer.story else 0)
    number = f"SFA-{customer.key[2:]}"
    return number, customer.name, customer.kana, str(employees), customer.prefecture, "", ""


def _is_writable(text: str) -> bool:
    try:
        text.encode("cp932")
    except UnicodeEncodeError:
        return False
    return True


def _wrong() -> bytes:
    """Names of visitors in the column of companies: noticed at once and taken back."""
    rows = [("EX-01", "田中 一郎", "", "", "", "", ""), ("EX-02", "鈴木 さくら", "", "", "", "", ""),
            ("EX-03", "高橋 健", "", "", "", "", "")]  # fmt: skip
    return _csv([LIST_HEADER, *rows], "utf-8-sig")


def _visitors() -> bytes:
    rows = [("SFA-30560", "髙橋 直人", "naoto@takahashi-seimitsu.example", "工場長"),
            ("SFA-30561", "小川 千尋", "ogawa@mizuhono.example", "情報システム課長"),
            ("SFA-30561", "原 拓也", "hara＠mizuhono", "係長"), ("SFA-99999", "不明 太郎", "taro@fumei.example", "")]  # fmt: skip
    return _csv([("取引先番号", "氏名", "メール", "役職"), *rows], "utf-8-sig")


def _tickets(brought: Brought, book: Book) -> bytes:
    rows: list[Sequence[object]] = [
        (ticket.key, customer.corporate_number, ticket.title.in_(customer.language), ticket.kind, ticket.priority,
         _wall(book, ticket.opened_on, ticket.hour), _wall(book, ticket.resolved_on or ticket.opened_on, 18),
         customer.contacts[-1].name)
        for customer, ticket in brought.tickets
    ]  # fmt: skip
    known, opened = brought.tickets[0][0].corporate_number, brought.tickets[0][1].opened_on
    rows += [
        ("DESK-90411", "1234567890123", "請求書の送付先について", "question", "normal", _wall(book, opened, 10), "", "経理ご担当"),
        ("DESK-90412", known, "帳票の文字が欠ける", "problem", "S1", _wall(book, opened, 11), "", "情報システム課"),
        ("DESK-90413", known, "権限の付け方", "question", "low", _wall(book, opened, 15), _wall(book, opened, 9), "総務課"),
    ]  # fmt: skip
    return _workbook("問い合わせ", TICKET_HEADER, rows, book.at(opened))


def _answers(brought: Brought, book: Book) -> bytes:
    rows: list[Sequence[object]] = [
        (answer.key, customer.corporate_number, answer.survey, answer.score, _wall(book, answer.on, 14), answer.sent_on and answer.sent_on.isoformat(),
         answer.role, voices.respondent(customer, answer).name, answer.comment.in_(customer.language) if answer.comment else "")
        for customer, answer in brought.answers
    ]  # fmt: skip
    customer, answer = brought.answers[0]
    number = customer.corporate_number
    rows += [
        ("ANS-7781", number, "nps", 11, _wall(book, answer.on, 15), None, "", "匿名", ""),
        ("ANS-7782", number, "csat", 4, "先週の水曜", None, "", "匿名", "とても助かっています"),
    ]
    return _workbook("回答", ANSWER_HEADER, rows, book.at(answer.on))


def _wall(book: Book, day: date, hour: int) -> datetime:
    """What a clock on the wall shows: workbooks know no zones."""
    return book.at(day, hour).replace(tzinfo=None)


def _csv(rows: Sequence[Sequence[str]], encoding: str) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(encoding)


def _workbook(sheet: str, header: Sequence[str], rows: Sequence[Sequence[object]], created: datetime) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "default_date_format": "yyyy/mm/dd hh:mm"}) as book:
        book.set_properties({"created": created.replace(tzinfo=None)})
        page = book.add_worksheet(sheet)
        for place, cells in enumerate([header, *rows]):
            page.write_row(place, 0, cells)
    return content.getvalue()

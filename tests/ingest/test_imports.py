"""Imports: every row settled once, every refusal told, killed and gone on with, taken back."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nenrin.customers import accounts, contacts
from nenrin.customers.models import Account, AccountKey, Contact, Subscription
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.models import Entry, Organisation
from nenrin.ingest import imports
from nenrin.ingest.files import mappings
from nenrin.ingest.importing import chunks, rejected
from nenrin.ingest.models import Import, RememberedMapping, Ticket
from nenrin.ingest.models.imports import State
from tests.ingest.files_kit import counts, finish, imported, run, uploaded

ROOT = Path(__file__).parents[2]
ACCOUNTS = "key,name,employees\nA1,常磐システム開発株式会社,120\nA2,東雲精機株式会社,45\n"
PERSON = Actor("member", "7", "佐藤")


def test_a_japanese_crm_file_comes_in_whole_with_the_dates_chosen(org: Organisation, at: datetime) -> None:
    folder = ROOT / "examples" / "crm-cp932"
    mapping = mappings.from_yaml((folder / "mapping.yaml").read_text())
    row = run(uploaded("accounts", (folder / "customers.csv").read_bytes(), at), at, mapping=mapping)
    assert counts(row) == (4, 0, 0, 1)
    assert row.rejects.get().problems[0]["value"] == "R6.13.1"
    by_key = {key.key: key.account for key in AccountKey.objects.select_related("account")}
    assert list(by_key) == ["C001", "C002", "C003", "C004"]
    first = by_key["C001"]
    assert (first.name, first.employees, first.customer_since) == ("㈱髙橋製作所", 120, date(2024, 4, 1))
    assert first.attributes == {"credit_limit": 1200000, "balance_change": -35000}
    lost = by_key["C003"]
    assert (lost.status, lost.lost_on, lost.customer_since) == ("lost", date(2025, 3, 31), date(2019, 2, 15))
    assert lost.attributes == {"balance_change": -12500}
    assert (by_key["C004"].customer_since, by_key["C004"].employees) == (date(2024, 4, 1), None)


def test_without_the_choice_the_ambiguous_date_is_refused_and_told(org: Organisation, at: datetime) -> None:
    folder = ROOT / "examples" / "crm-cp932"
    mapping = (folder / "mapping.yaml").read_text().replace("dates: era", "dates: plain")
    row = run(uploaded("accounts", (folder / "customers.csv").read_bytes(), at), at, mapping=mapping)
    assert {reject.problems[0]["value"] for reject in row.rejects.all()} == {"6.4.1", "R6.13.1"}


def test_the_same_file_again_changes_nothing(org: Organisation, at: datetime) -> None:
    assert counts(imported("accounts", ACCOUNTS, at)) == (2, 0, 0, 0)
    entries = Entry.objects.filter(action__startswith="customers.").count()
    assert counts(imported("accounts", ACCOUNTS, at)) == (0, 0, 2, 0)
    assert counts(imported("accounts", ACCOUNTS.replace("45", "46"), at)) == (0, 1, 1, 0)
    assert Entry.objects.filter(action__startswith="customers.").count() == entries + 1


def test_a_blank_cell_changes_nothing(org: Organisation, at: datetime) -> None:
    imported("accounts", ACCOUNTS, at)
    assert counts(imported("accounts", "key,name,employees\nA1,,\n", at)) == (0, 0, 1, 0)


def test_the_mapping_is_remembered_for_the_next_file_of_this_source_and_kind(org: Organisation, at: datetime) -> None:
    mapping = "{kind: accounts, columns: {key: code, name: who}}"
    imported("accounts", "code,who\n1,x\n", at, mapping=mapping, source="billing")
    again = uploaded("accounts", "code,who\n2,y\n", at, source="billing")
    assert set(imports.mapping_of(again).fields) == {"key", "name"}
    assert RememberedMapping.objects.get().source == "billing"
    other = uploaded("accounts", "code,who\n2,y\n", at, source="elsewhere")
    assert set(imports.mapping_of(other).fields) == set()


def test_a_dry_run_says_what_would_happen_and_writes_nothing(org: Organisation, at: datetime) -> None:
    imported("accounts", ACCOUNTS, at)
    row = run(uploaded("accounts", ACCOUNTS.replace("45", "46") + "A3,,\nA4,x,-\n", at), at, dry=True)
    assert row.state == State.CHECKED
    assert counts(row) == (0, 1, 1, 2)
    assert Account.objects.count() == 2
    assert Account.objects.get(name__startswith="東雲").employees == 45
    imports.start(row, by=SYSTEM, at=at)
    finish(at)
    row.refresh_from_db()
    assert (row.state, counts(row)) == (State.DONE, (0, 1, 1, 2))


@pytest.mark.parametrize(
    ("choice", "stands", "rejected"), [("last", "third", 2), ("first", "first", 2), ("error", None, 3)]
)
def test_a_key_more_than_once_is_settled_by_choice_and_listed(
    org: Organisation, at: datetime, choice: str, stands: str | None, rejected: int
) -> None:
    mapping = f"{{kind: accounts, duplicates: {choice}, columns: {{key: key, name: name}}}}"
    row = imported("accounts", "key,name\nA,first\nA,second\nB,b\nA,third\n", at, mapping=mapping)
    assert row.rejected == rejected
    assert list(Account.objects.exclude(name="b").values_list("name", flat=True)) == ([stands] if stands else [])
    assert "key" in row.notes[0]["en"]


def test_rejected_rows_come_as_a_file_that_can_be_corrected_and_imported(org: Organisation, at: datetime) -> None:
    row = imported("accounts", "key,name,employees,memo\nA1,=cmd|x,十,@SUM\nA2,b,3,+1\n", at)
    text = "".join(rejected.lines(row))
    told = next(csv.DictReader(io.StringIO(text)))
    assert (told["_row"], told["_column"], told["_value"]) == ("2", "employees", "十")
    assert told["name"] == "'=cmd|x"  # no spreadsheet runs it
    corrected = text.replace("十,'@SUM", "10,'@SUM")
    again = imported("accounts", corrected, at)
    assert counts(again) == (1, 0, 0, 0)
    assert Account.objects.get(employees=10).name == "=cmd|x"


@pytest.mark.parametrize("signs", ["=1+1", "＝1", " =SUM(A1)", "+81 90", "@x", "\t=1"])
def test_rejects_are_defused_as_everywhere_and_come_back_as_they_were(
    org: Organisation, at: datetime, signs: str
) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([["key", "name", "employees", "memo"], ["A1", signs, "十", "x" * 3000]])
    row = imported("accounts", text.getvalue(), at)
    given = "".join(rejected.lines(row))
    assert next(csv.DictReader(io.StringIO(given)))["name"] == f"'{signs}"
    assert counts(imported("accounts", given.replace(",十,", ",10,"), at)) == (1, 0, 0, 0)
    assert Account.objects.get().name == signs.strip()
    assert "x" * 3000 in given


def test_rows_that_could_not_be_read_never_come_back_as_something_else(org: Organisation, at: datetime) -> None:
    row = imported("accounts", 'key,name\nA1,x,surplus\nA2,y\nA3,"' + "z" * 200_000 + "\n", at)
    assert row.created == 1
    again = imported("accounts", "".join(rejected.lines(row)), at)
    assert (again.created, again.updated, again.unchanged, again.rejected) == (0, 0, 0, row.rejected)


def test_a_verbs_own_refusal_names_the_files_column(org: Organisation, at: datetime) -> None:
    row = imported("accounts", "key,name,ドメイン\nA1,x,no domain!\nA2,y,example.co.jp\n", at)
    assert counts(row) == (1, 0, 0, 1)
    assert row.rejects.get().problems[0]["column"] == "ドメイン"


def test_a_parent_stands_above_its_children_in_the_file_or_is_known(org: Organisation, at: datetime) -> None:
    text = "key,name,parent_key\nP,parent,\nC,child,P\nG,grandchild,C\nX,early,L\nL,late,\nS,self,S\n"
    row = imported("accounts", text, at)
    assert Account.objects.get(name="grandchild").parent == Account.objects.get(name="child")
    assert Account.objects.get(name="child").parent == Account.objects.get(name="parent")
    assert [reject.number for reject in row.rejects.all()] == [5, 7]
    again = imported("accounts", text, at)  # now that L is known
    assert (counts(again), Account.objects.get(name="early").parent.name) == ((1, 0, 4, 1), "late")  # type: ignore[union-attr]


class Killed(BaseException):
    """As if the process were gone: nobody catches it."""


def test_killed_in_the_middle_it_goes_on_and_no_row_is_lost_or_twice(
    org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "CHUNK", 10)
    text = "key,name\n" + "".join(f"k{n},name {n}\n" for n in range(95))
    row = uploaded("accounts", text, at)
    imports.assign(row, imports.mapping_of(row), by=SYSTEM, at=at)
    imports.start(row, by=SYSTEM, at=at)
    note, written = chunks.Run._note, 0

    def dying(self: chunks.Run, *args: object) -> None:
        nonlocal written
        written += 1
        note(self, *args)  # type: ignore[arg-type]
        if written % 3 == 0:
            raise Killed  # after the rows, before the commit

    monkeypatch.setattr(chunks.Run, "_note", dying)
    later = at
    for attempt in range(20):
        try:
            while imports.work(later, holder=f"worker {attempt}"):
                pass
            break
        except Killed:
            assert imports.work(later, holder="impatient") == 0  # the claim of the dead one still holds
            later += timedelta(seconds=61)
    row.refresh_from_db()
    assert (row.state, counts(row), row.rows_total) == (State.DONE, (95, 0, 0, 0), 95)
    assert Account.objects.count() == AccountKey.objects.count() == row.rows.count() == 95


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["A", "B", "C", "D", ""]),
            st.sampled_from(["x", "y", ""]),
            st.sampled_from(["1", "-", "２", ""]),
        ),
        max_size=25,
    ),
    duplicates=st.sampled_from(["last", "first", "error"]),
    chunk=st.integers(1, 7),
)
def test_every_row_is_created_updated_unchanged_or_rejected(
    org: Organisation,
    at: datetime,
    monkeypatch: pytest.MonkeyPatch,
    rows: list[tuple[str, str, str]],
    duplicates: str,
    chunk: int,
) -> None:
    monkeypatch.setattr(chunks, "CHUNK", chunk)
    text = "key,name,employees\n" + "".join(f"{key},{name},{size}\n" for key, name, size in rows)
    mapping = f"{{kind: accounts, duplicates: {duplicates}, columns: {{key: key, name: name, employees: employees}}}}"
    written = [row for row in rows if any(row)]
    row = imported("accounts", text, at, mapping=mapping)
    assert row.state == State.DONE
    assert sum(counts(row)) == row.rows_total == row.rows_done == len(written)
    assert row.rejects.count() == row.rejected
    assert all(reject.problems for reject in row.rejects.all())


def test_two_imports_of_the_same_keys_make_each_account_once(org: Organisation, at: datetime) -> None:
    first, second = uploaded("accounts", ACCOUNTS, at), uploaded("accounts", ACCOUNTS.replace("45", "50"), at)
    for row in (first, second):
        imports.assign(row, imports.mapping_of(row), by=SYSTEM, at=at)
        imports.start(row, by=SYSTEM, at=at)
    finish(at)
    for row in (first, second):
        row.refresh_from_db()
    assert (counts(first), counts(second)) == ((2, 0, 0, 0), (0, 1, 1, 0))
    assert Account.objects.count() == 2


def test_an_import_is_taken_back_but_not_what_later_edits_stand_on(org: Organisation, at: datetime) -> None:
    imported("accounts", "key,name,employees\nA0,old,1\n", at)
    later = at + timedelta(hours=1)
    row = imported("accounts", "key,name,employees\nA0,old,2\nA1,new,3\nA2,edited,4\nA3,with people,5\n", later)
    edited = later + timedelta(hours=1)
    accounts.change(Account.objects.get(name="edited"), by=PERSON, at=edited, employees=40)
    contacts.add(Account.objects.get(name="with people"), "山田 花子", by=PERSON, at=edited)
    imports.undo(row, by=PERSON, at=edited)
    finish(edited)
    row.refresh_from_db()
    assert (row.state, row.kept_back) == (State.UNDONE, 2)
    assert Account.objects.get(name="old").employees == 1
    assert Account.objects.get(name="new").archived_at == edited
    assert Account.objects.filter(archived_at__isnull=True).count() == 3
    gone = Entry.objects.get(action="customers.account.archived")
    assert any(fact.get("gone") for fact in gone.particulars["facts"])

    again = imported("accounts", "key,name,employees\nA1,new,3\n", edited + timedelta(hours=1))
    assert counts(again) == (1, 0, 0, 0)
    assert Account.objects.get(name="new").archived_at is None


def test_contacts_and_subscriptions_find_their_accounts_and_are_taken_back(org: Organisation, at: datetime) -> None:
    imported("accounts", ACCOUNTS, at)
    people = imported(
        "contacts",
        "担当者ID,顧客ID,会社名,氏名,メールアドレス,役割\nP1,A1,,山田 花子,Ｈanako@Example.co.jp,決裁者\n,,東雲精機㈱,高木 太郎,taro@example.jp,\n"
        "P3,,無い会社,誰か,x@example.jp,\nP4,A1,,悪いメール,a@b@c,\n",
        at,
    )
    assert counts(people) == (2, 0, 0, 2)
    hanako = Contact.objects.get(key="P1")
    assert (hanako.emails.get().address, hanako.role, hanako.is_verified) == (
        "hanako@example.co.jp",
        "decision_maker",
        True,
    )
    assert Contact.objects.get(key="taro@example.jp").account.name == "東雲精機株式会社"

    signed = imported(
        "subscriptions",
        '契約番号,顧客ID,プラン名,契約開始日,契約満了日,年額,ライセンス数,自動更新\nS1,A1,スタンダード,2026/4/1,2027/3/31,"1,200,000円",10,有\n',
        at,
    )
    assert counts(signed) == (1, 0, 0, 0)
    contract = Subscription.objects.get()
    assert (contract.mrr_minor, contract.ends_on, contract.plan.name) == (100_000, date(2027, 4, 1), "スタンダード")  # type: ignore[union-attr]
    assert Account.objects.get(name__startswith="常磐").mrr_minor == 100_000

    for row in (signed, people):
        imports.undo(row, by=SYSTEM, at=at + timedelta(hours=1))
    finish(at + timedelta(hours=1))
    assert Account.objects.get(name__startswith="常磐").mrr_minor == 0
    assert not Contact.objects.filter(archived_at__isnull=True).exists()


def test_undo_of_tickets_brings_back_what_they_were(org: Organisation, at: datetime) -> None:
    imported("accounts", ACCOUNTS, at)
    first = "id,account_key,title,opened_at,resolved_at,priority\nT1,A1,繋がらない,2026-10-01 09:00,,緊急\n"
    imported("tickets", first, at)
    second = imported("tickets", first.replace(",,緊急", ",2026-10-02 10:00,緊急") + "T2,A2,要望,2026-10-03,,低\n", at)
    assert counts(second) == (1, 1, 0, 0)
    imports.undo(second, by=SYSTEM, at=at + timedelta(hours=1))
    finish(at + timedelta(hours=1))
    t1, t2 = Ticket.objects.order_by("key")
    assert (t1.resolved_at, t1.retracted_at) == (None, None)
    assert t2.retracted_at is not None


def test_an_import_can_be_cancelled_and_resumed(
    org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "CHUNK", 5)
    row = uploaded("accounts", "key,name\n" + "".join(f"k{n},n\n" for n in range(20)), at)
    imports.assign(row, imports.mapping_of(row), by=SYSTEM, at=at)
    imports.start(row, by=SYSTEM, at=at)
    imports.work(at, holder="test", seconds=0.0001)
    imports.cancel(row, by=SYSTEM, at=at)
    assert imports.work(at, holder="test") == 0
    row.refresh_from_db()
    assert 0 < row.rows_done < 20
    imports.resume(row, by=SYSTEM, at=at)
    finish(at)
    row.refresh_from_db()
    assert (row.state, row.created) == (State.DONE, 20)


def test_an_unfinished_or_refused_upload_leaves_nothing(org: Organisation, at: datetime, home: Path) -> None:
    def breaking() -> object:
        yield b"key,name\n"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        imports.upload("accounts", source="crm", name="x.csv", content=breaking(), by=SYSTEM, at=at)  # type: ignore[arg-type]
    with pytest.raises(imports.UnknownKind):
        uploaded("ducks", "x", at)
    assert not any((home / "media" / "imports").iterdir())
    assert Import.objects.count() == 0

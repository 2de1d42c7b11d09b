"""Mails that are forwarded or copied: into the right timeline once, with their files; never on a stranger's word."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from nenrin.cli import mail as cli
from nenrin.customers import accounts, contacts, ownership
from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.models import Entry, Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.work.mail_in import addresses, parsing, receiving
from nenrin.work.models import Attachment, Notice, ReceivedMail, Touch
from tests import cast

TANAKA = "tanaka@shinonome.example"


@pytest.fixture(autouse=True)
def mailbox(settings: object) -> None:
    settings.RECEIVE_ADDRESS = "timeline@nenrin.example"


@pytest.fixture
def mika(org: Organisation) -> Member:
    return cast.member(Role.CSM, "佐藤 美咲")


@pytest.fixture
def account(mika: Member, at: datetime) -> Account:
    made = accounts.open(cast.DRIFTING, by=SYSTEM, at=at, domain="shinonome.example")
    ownership.assign(made, mika, by=SYSTEM, at=at)
    contacts.add(made, "田中 一郎", by=SYSTEM, at=at, emails=[TANAKA])
    return made


def written(
    sender: str,
    to: str,
    *,
    subject: str = "更新の件",
    body: str = "稟議は12月です。",
    number: str = "1",
    **headers: str,
) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = sender, to, subject, f"<{number}@mail.example>"
    mail["Date"] = "Mon, 23 Nov 2026 10:15:00 +0900"
    for name, value in headers.items():
        mail[name] = value
    mail.set_content(body)
    return mail


def test_a_copied_mail_is_in_the_accounts_timeline_once(mika: Member, account: Account, at: datetime) -> None:
    raw = bytes(written(mika.email, TANAKA, Bcc=addresses.of(mika)))
    row = receiving.receive(raw, at=at)
    assert receiving.receive(raw, at=at + timedelta(days=1)) == row
    [touch] = Touch.objects.all()
    assert (touch.account, touch.channel, touch.direction, touch.author) == (account, "mail", "out", mika)
    assert (touch.title, touch.body) == ("更新の件", "稟議は12月です。")
    assert touch.happened_at == datetime(2026, 11, 23, 1, 15, tzinfo=UTC)
    assert Entry.objects.filter(action="work.mail.written", account=account.pk).count() == 1


def test_the_envelope_names_the_member_where_bcc_is_not_in_the_mail(
    mika: Member, account: Account, at: datetime
) -> None:
    receiving.receive(bytes(written(TANAKA, "sato@elsewhere.example")), at=at, to=[addresses.of(mika)])
    assert Touch.objects.get().direction == "in"


def test_a_forwarded_mail_is_theirs_who_wrote_it(mika: Member, account: Account, at: datetime) -> None:
    body = f"---------- Forwarded message ---------\n差出人: 田中 一郎 <{TANAKA}>\n件名: 更新の件\n\nよろしくお願いします。"
    receiving.receive(bytes(written(mika.email, addresses.of(mika), subject="Fwd: 更新の件", body=body)), at=at)
    touch = Touch.objects.get()
    assert (touch.account, touch.direction) == (account, "in")
    assert ReceivedMail.objects.get().sender == TANAKA


def test_a_colleague_named_by_the_sender_alone_is_asked_first(mika: Member, account: Account, at: datetime) -> None:
    row = receiving.receive(bytes(written(mika.email, f"{TANAKA}, timeline@nenrin.example")), at=at)
    assert row.state == "unmatched" and not Touch.objects.exists()
    assert Notice.objects.get().member == mika
    receiving.match(row, account, by=Actor.of(mika), at=at)
    receiving.match(row, account, by=Actor.of(mika), at=at)
    assert Touch.objects.get().account == account


@pytest.mark.parametrize("to", ["timeline+1.00000000000000000000@nenrin.example", "timeline+x@nenrin.example", TANAKA])
def test_strangers_and_guessed_addresses_are_turned_away(mika: Member, account: Account, at: datetime, to: str) -> None:
    with pytest.raises(parsing.NoMail):
        receiving.receive(bytes(written("stranger@evil.example", to)), at=at)
    assert not ReceivedMail.objects.exists()


def test_files_come_along_checked_and_those_left_out_are_named(mika: Member, account: Account, at: datetime) -> None:
    mail = written(mika.email, TANAKA, Bcc=addresses.of(mika))
    mail.add_attachment(b"%PDF-1.7 x", maintype="application", subtype="pdf", filename="../../見積書.pdf")
    mail.add_attachment(b"<svg onload=alert(1)>", maintype="image", subtype="png", filename="logo.png")
    receiving.receive(bytes(mail), at=at)
    touch = Touch.objects.get()
    assert [file.name for file in Attachment.objects.filter(touch=touch)] == ["見積書.pdf"]
    assert "logo.png" in touch.body


def test_a_mail_of_markup_alone_is_read_as_words(mika: Member, account: Account, at: datetime) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Bcc"] = mika.email, TANAKA, addresses.of(mika)
    mail.set_content("<p>更新に<b>前向き</b>です</p><script>alert(1)</script><style>p{}</style>", subtype="html")
    receiving.receive(bytes(mail), at=at)
    assert Touch.objects.get().body == "更新に前向きです" and Touch.objects.get().title == "（件名なし）"


def test_an_ignored_mail_keeps_nothing_but_its_number(mika: Member, at: datetime, org: Organisation) -> None:
    row = receiving.receive(bytes(written(mika.email, "x@else.example", Bcc=addresses.of(mika))), at=at)
    receiving.ignore(row, by=Actor.of(mika), at=at)
    row.refresh_from_db()
    assert (row.subject, row.body, row.sender, row.recipients, row.state) == ("", "", "", [], "ignored")
    assert receiving.receive(bytes(written(mika.email, "x@else.example")), at=at) == row


@examples(max_examples=80)
@given(st.binary(max_size=300), st.sampled_from([b"", b"Content-Type: multipart/mixed; boundary=x\r\n", b"Subject: =?utf-8?b?!!!?=\r\n", b"Date: 31 Feb 99999\r\n", b"To: <<<@@>>, \xff\r\n", b"Content-Type: text/plain; charset=nope\r\n"]))  # fmt: skip
def test_whatever_comes_in_is_read_or_turned_away(body: bytes, header: bytes) -> None:
    try:
        found = parsing.parsed(b"From: a@b.example\r\n" + header + b"\r\n" + body)
    except parsing.NoMail:
        return
    assert found.sender == "a@b.example" and len(found.body) <= parsing.MOST_WORDS and "\x00" not in found.body


def test_a_mail_server_pipes_it_in(mika: Member, account: Account, at: datetime) -> None:
    run = CliRunner().invoke(
        cli.command, ["receive", "--to", addresses.of(mika)], input=bytes(written(mika.email, TANAKA))
    )
    assert run.exit_code == 0 and f"account {account.pk}" in run.output
    run = CliRunner().invoke(cli.command, ["receive"], input=b"no mail at all")
    assert run.exit_code == 1

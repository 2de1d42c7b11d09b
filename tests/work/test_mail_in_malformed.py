"""Mails whose headers no standard knows: their addresses are read as far as they are some, and fit every database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from nenrin.work.mail_in import parsing

#: Of what addresses are made, and what mail programs and spam put among it.
PIECES = (
    b"a@b.example", b"<", b">", b'"', b"(", b")", b",", b":", b";", b"@", b".", b"[", b"\\", b"\xff\xfe", b"\x00", b" ",
    b"=?utf-8?b?", b"?=", b"=?utf-8?q?=00?=", b"=?utf-8?q?=ED=A0=80?=", b"=?x?", b"\xe3\x81\x82",
)  # fmt: skip


def read(**headers: bytes) -> parsing.Parsed:
    told = {"From": b"tanaka@shinonome.example"} | headers
    return parsing.parsed(b"".join(name.encode() + b": " + words + b"\r\n" for name, words in told.items()) + b"\r\nx")


@pytest.mark.parametrize(
    ("cc", "found"),
    [
        (b'"', ()),
        (b"<.\r\n @", ()),
        (b'a@b.example, "', ("a@b.example",)),
        (b"A\x00@b.example", ("a@b.example",)),
        (b"undisclosed-recipients:;", ()),
    ],
)
def test_a_header_that_is_malformed_keeps_no_mail_out(cc: bytes, found: tuple[str, ...]) -> None:
    mail = read(To=b"sato@nenrin.example", Cc=cc)
    assert mail.recipients == ("sato@nenrin.example", *found)


def test_a_sender_holds_nothing_that_a_database_refuses() -> None:
    assert read(From=b"=?utf-8?q?=00?=tanaka@shinonome.example").sender == "tanaka@shinonome.example"


@examples(max_examples=150)
@given(st.lists(st.sampled_from(PIECES), max_size=5), st.lists(st.sampled_from(PIECES), max_size=5))
def test_whatever_stands_in_the_headers_a_mail_is_read_or_turned_away(sender: list[bytes], to: list[bytes]) -> None:
    try:
        mail = read(From=b"".join(sender), To=b"".join(to))
    except parsing.NoMail:
        return
    for address in (mail.sender, mail.written_by, *mail.recipients):
        assert "@" in address and "\x00" not in address and address.encode()

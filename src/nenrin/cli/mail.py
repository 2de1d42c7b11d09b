"""`nenrin mail`: take in mails from a mail server's pipe."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import BinaryIO

import click
from django.db import DatabaseError

from nenrin.cli.output import fail, say_json
from nenrin.work.mail_in import receiving
from nenrin.work.mail_in.parsing import NoMail

#: EX_TEMPFAIL: a mail server keeps the mail and comes again.
TRY_AGAIN = 75


@click.group()
def command() -> None:
    """Take in mails from a mail server's pipe."""


@command.command()
@click.argument("file", type=click.File("rb"), default="-")
@click.option(
    "--to", multiple=True, help="An envelope recipient, as the mail server knows it; may be given more than once."
)
@click.option("--json", "as_json", is_flag=True, help="Print what became of it as JSON.")
def receive(file: BinaryIO, to: tuple[str, ...], as_json: bool) -> None:
    """Read one mail (RFC 5322) from FILE, or from standard input, into the timeline.

    The same mail twice is written once. Status 1 where no colleague has to do with it; 75, which asks the mail server
    to try again, where the database does not answer.
    """
    try:
        row = receiving.receive(file.read(), at=datetime.now(UTC), to=to)
    except NoMail as problem:
        fail(problem.text.en, as_json=as_json)
    except DatabaseError as problem:
        click.echo(f"the database does not answer ({problem}): try again", err=True)
        raise SystemExit(TRY_AGAIN) from problem
    told = {"id": row.pk, "state": row.state, "account": row.account_id, "message_id": row.message_id}
    if as_json:
        say_json(told)
    else:
        where = f"in the timeline of account {row.account_id}" if row.account_id else "waits for a person to match it"
        click.echo(f"mail {row.pk}: {where}", file=sys.stdout)

"""`nenrin config plan` writes only to take it back: whoever else writes meanwhile does not wait for it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from django.db import connection, transaction

from nenrin.cli.config import command
from nenrin.customers.models import Tag
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.playbooks.configuration import apart, firing
from nenrin.playbooks.models import Playbook
from nenrin.values import Text
from nenrin.work import task_templates
from nenrin.work.models import TaskTemplate
from tests.playbooks.stage import document

pytestmark = pytest.mark.django_db(transaction=True)


def _somebody_saves(raised: list[BaseException]) -> None:
    try:
        task_templates.save("call", name="Call", title="Call them", by=SYSTEM, at=datetime.now(UTC))
    except BaseException as error:
        raised.append(error)
    finally:
        connection.close()


def test_a_colleague_saves_while_a_plan_looks_at_a_playbook(
    org: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raised: list[BaseException] = []
    within: list[int] = []

    def looks(told: object, at: datetime) -> list[Text]:
        Tag.objects.create(name="written by the plan itself")
        other = threading.Thread(target=_somebody_saves, args=(raised,))
        other.start()
        other.join(30)
        within.append(Tag.objects.count())
        return [Text("looked", "確認済み")]

    monkeypatch.setattr(firing, "once_live", looks)
    file = tmp_path / "configuration" / "playbooks" / "rescue.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(yaml.safe_dump(document(), allow_unicode=True))
    done = CliRunner().invoke(command, ["plan", str(file.parent.parent)])
    assert done.exit_code == 0 and "looked" in done.output, done.output
    assert not raised and within == [1]
    assert TaskTemplate.objects.get().key == "call"
    assert not Playbook.objects.exists() and not Tag.objects.exists(), "and nothing of the plan is kept"
    assert not list(tmp_path.glob(".copy*"))


def test_what_is_written_in_the_copy_is_gone_with_it(org: Organisation) -> None:
    if connection.vendor != "sqlite":  # there it is the database itself, whose plan is taken back by its transaction
        return
    Tag.objects.create(name="before")
    with apart.copied():
        assert list(Tag.objects.values_list("name", flat=True)) == ["before"]
        with transaction.atomic():
            Tag.objects.create(name="in the copy")
        assert Tag.objects.count() == 2
    assert list(Tag.objects.values_list("name", flat=True)) == ["before"]


def test_within_a_transaction_nothing_is_copied(org: Organisation) -> None:
    with transaction.atomic(), apart.copied():
        Tag.objects.create(name="kept")
    assert Tag.objects.filter(name="kept").exists()

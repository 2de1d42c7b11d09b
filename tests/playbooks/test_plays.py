"""What My day says of how often its suggestions worked: told by the playbooks that carry them out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from nenrin.analytics.conditions import Fields
from nenrin.analytics.effects.comparisons import Interval
from nenrin.foundation import organisation
from nenrin.foundation.models import Organisation
from nenrin.insight import measures
from nenrin.playbooks import library, reading
from nenrin.playbooks.documents.params import Setting
from nenrin.playbooks.documents.problems import Unreadable
from nenrin.playbooks.effects import outcomes, plays, readings
from nenrin.playbooks.effects.readings import Reading
from nenrin.playbooks.models import Exposure
from nenrin.values import Text
from nenrin.work.models import PlayEffect
from nenrin.work.queue import measured
from nenrin.work.queue import plays as suggestions
from nenrin.work.queue.measured import Measured
from nenrin.work.queue.reasons import Reason
from tests.playbooks import effects_world, stage

pytestmark = pytest.mark.django_db


def _reason(code: str = "reply") -> Reason:
    play = suggestions.play(code, organisation.today(datetime.now().astimezone()))
    return Reason(account=1, code="detractor", headline=Text("Answered 3", "3点の回答"), play=play)


def test_a_suggestion_tells_what_its_playbook_was_found_to_bring(org: Organisation, at: datetime) -> None:
    effects_world.build(at, days=90, play="reply")
    assert plays.step(at) == 1 and plays.step(at + timedelta(hours=1)) == 0, "once a day"
    [told] = measured.told([_reason()])
    assert told.play.measured and told.play.brief
    assert "80 left alone" in told.play.measured.en and "未実施80件" in told.play.measured.ja
    assert told.play.brief.en.count("+") == 3, "the difference and both ends of its interval"
    assert told.play.moves == _reason().play.moves and not told.play.is_certain, "use is no money at stake"
    [other] = measured.told([_reason("ticket")])
    assert other.play.measured is None


def test_a_worker_that_is_killed_while_it_reads_is_followed_within_minutes(
    org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(at: datetime) -> int:
        raise Killed

    monkeypatch.setattr(plays, "keep", killed)
    with pytest.raises(Killed):
        plays.step(at)
    read: list[datetime] = []
    monkeypatch.setattr(plays, "keep", lambda at: read.append(at) or 1)
    for minutes in (5, 11, 30):
        plays.step(at + timedelta(minutes=minutes))
    assert read == [at + timedelta(minutes=11)]


def test_too_few_accounts_leave_a_suggestion_unmeasured(org: Organisation, at: datetime) -> None:
    effects_world.build(at, accounts=60, days=90, play="reply")
    assert plays.keep(at) == 0 and measured.told([_reason()])[0].play.measured is None


def test_what_is_measured_no_more_is_not_told_any_more(org: Organisation, at: datetime) -> None:
    effects_world.build(at, days=90, play="reply")
    assert plays.keep(at) == 1
    Exposure.objects.all().delete()
    assert plays.keep(at) == 0 and not PlayEffect.objects.exists()


def test_a_certain_fall_of_churn_takes_the_estimates_place(org: Organisation, at: datetime) -> None:
    churn = _churn(at, base=0.20, effect=-0.08, verdict="gain")
    assert plays.moved(churn) == pytest.approx(0.4), "of five who would have left two stayed"
    assert plays.moved(_churn(at, base=0.2, effect=0.1, verdict="harm")) == 0.0
    assert plays.moved(_churn(at, base=0.2, effect=-0.08, verdict="not_detectable")) is None
    brief, words = Text("Churn −8pt", "解約 −8pt"), Text("Of 200", "200件")
    measured.keep([Measured("reply", "detractor", brief, words, plays.moved(churn), organisation.today(at))])
    [told] = measured.told([_reason()])
    assert told.play.moves == pytest.approx(0.4) and told.play.is_certain
    [growth] = measured.told([replace(_reason(), stake="growth")])
    assert growth.play.moves == _reason().play.moves, "leaving tells nothing of growing"


def _churn(at: datetime, *, base: float, effect: float, verdict: str) -> Reading:
    playbook = effects_world.build(at, accounts=1) if not Exposure.objects.exists() else Exposure.objects.get().playbook
    metric = outcomes.metric("churn", measures.usable())
    assert metric is not None
    rows = Exposure.objects.filter(playbook=playbook)
    from_lake = readings.read(effects_world.lakes.current(), rows, metric, 90, as_of=organisation.today(at))
    told = replace(
        from_lake.readout, verdict=verdict, base=base, mean=base + effect, effect=effect, now=Interval(-1, 1)
    )  # type: ignore[arg-type]
    return replace(from_lake, readout=told)


def test_a_playbook_names_the_suggestion_that_it_carries_out(org: Organisation, at: datetime) -> None:
    fields: Fields = {}
    with pytest.raises(Unreadable, match="Suggestion of My day"):
        reading.from_dict({**stage.document(), "play": "nonsense"}, fields, Setting({}))
    carried = {document.get("play") for document in library.documents().values()} - {None}
    assert carried and carried <= suggestions.KINDS.keys()

"""`nenrin config`: the configuration out as files, looked at, in at once or not at all, and back."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from nenrin.cli.config import command
from nenrin.customers import accounts
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.models import Entry, Member, Organisation, WebhookEndpoint
from nenrin.foundation.roles import Role
from nenrin.insight import health_models, segments
from nenrin.insight.models import HealthModelVersion, Segment
from nenrin.playbooks import playbooks
from nenrin.playbooks.configuration import firing
from nenrin.playbooks.models import ConfigurationChange, PlaybookVersion, Run
from nenrin.work import agendas, task_templates
from nenrin.work.handing import policies
from nenrin.work.models import AgendaTemplate, Journey, JourneyVersion, PlanTemplate
from tests.cast import THRIVING, member
from tests.insight.world import World
from tests.playbooks.stage import document
from tests.work import journeys_world

pytestmark = pytest.mark.django_db
CUSTOMERS = {"field": "status", "op": "=", "value": "customer"}


@pytest.fixture
def world(org: Organisation) -> World:
    made = World().begin()
    made.subscribe(made.open(THRIVING), seats=1)
    made.use(THRIVING, times=5)
    made.refresh()
    segment = segments.save("契約中/全社", CUSTOMERS, by=SYSTEM, at=made.now)
    entered = {"trigger": "segment", "segment": str(segment.pk), "move": "entered"}
    row = playbooks.draft(document(when=[entered]), by=SYSTEM, at=made.now)
    playbooks.publish(row.playbook, by=SYSTEM, at=made.now)
    task_templates.save("call", name="Call", title="Call them", by=SYSTEM, at=made.now)
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "configuration"


def run(*args: object) -> tuple[int, str]:
    done = CliRunner().invoke(command, [str(arg) for arg in args])
    return done.exit_code, done.output


def changed(file: Path, before: str, after: str) -> None:
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after))


def test_what_goes_out_comes_in_unchanged(world: World, folder: Path) -> None:
    assert run("export", folder)[0] == 0
    assert sorted(str(file.relative_to(folder)) for file in folder.glob("*/*")) == [
        *(f"health-models/{name}.yaml" for name in ("onboarding", "standard", "tech_touch")),
        "playbooks/rescue.yaml", "segments/契約中_全社.yaml", "task-templates/call.yaml",
    ]  # fmt: skip
    assert "segment: 契約中/全社" in (folder / "playbooks" / "rescue.yaml").read_text(), "by name, not by number"
    code, said = run("plan", folder)
    assert code == 0 and "0 to change, 6 unchanged" in said
    assert run("apply", folder) == (0, "nothing differs from what is live\n")


BY_HAND = {
    "segments/大口.yaml": "condition: {value: customer, op: '=', field: status}\nsegment: 大口\n",
    "health-models/plain.yaml": """
        key: plain
        position: 9
        name: {ja: 簡易, en: Plain}
        groups:
        - {name: {ja: 利用, en: Usage}, key: usage, measures: [{weight: 100, measure: feature_depth, curve: [[0, 0], [5, 100]]}]}
        """,
    "task-templates/hello.yaml": "title: Say hello\nname: Hello\n",
    "agenda-templates/quarter.yaml": "agenda: |\n  1. Results\n  2. Plans\nname: Quarterly review\n",
    "mail-templates/thanks.yaml": "subject_en: Thanks\nname: Thanks\nbody_en: Thank you.\nkind: account\n",
    "playbooks/wave.yaml": """
        name: Wave
        playbook: wave
        when: [{trigger: by_hand}]
        steps: [{title: Wave, id: wave, do: open_task}]
        hypothesis: {review_on: 2027-04-01, measure: churn, expected: -0.05}
        """,
}


@pytest.mark.parametrize("name", BY_HAND)
def test_a_file_written_by_hand_is_taken_once(world: World, folder: Path, name: str) -> None:
    """What it leaves out, its order and its quotes are no difference; a value that differs is, and alone."""
    file = folder / name
    file.parent.mkdir(parents=True)
    file.write_text(textwrap.dedent(BY_HAND[name]))
    code, said = run("apply", folder)
    assert code == 0, said
    assert ConfigurationChange.objects.count() == 1
    assert "0 to change, 1 unchanged" in run("plan", folder)[1]
    assert run("apply", folder) == (0, "nothing differs from what is live\n")
    assert ConfigurationChange.objects.count() == 1


def test_a_plan_tells_who_changes_and_keeps_nothing(world: World, folder: Path) -> None:
    run("export", folder)
    changed(folder / "health-models" / "standard.yaml", "half_life_days: 14", "half_life_days: 3")
    changed(folder / "segments" / "契約中_全社.yaml", "value: customer", "value: prospect")
    entries = Entry.objects.count()
    code, said = run("plan", folder)
    assert code == 0 and "half-life in days: 14 -> 3" in said and "0 of 1 account changes colour" in said
    assert "0 accounts in it: 0 enter, 1 leaves" in said and "2 to change, 4 unchanged" in said
    assert Entry.objects.count() == entries and not HealthModelVersion.objects.filter(number=2).exists()
    told = json.loads(run("plan", folder, "--json")[1])
    assert {one["what"] for one in told["changes"]} == {"changed"} and told["unchanged"] == 4


def test_all_is_taken_at_once_and_taken_back(world: World, folder: Path) -> None:
    run("export", folder)
    changed(folder / "health-models" / "standard.yaml", "half_life_days: 14", "half_life_days: 3")
    changed(folder / "playbooks" / "rescue.yaml", "en: Rescue", "en: Rescue at once")
    digest = json.loads(run("plan", folder, "--json")[1])["plan"]
    code, said = run("apply", folder, "--plan", digest, "--note", "faster")
    assert code == 0 and "configuration #1" in said
    assert HealthModelVersion.objects.get(key="standard", number=2).note == "faster"
    assert PlaybookVersion.objects.get(state="live").name_en == "Rescue at once"
    entry = Entry.objects.get(action="playbooks.configuration.applied")
    assert entry.particulars["documents"] == ["health-models/standard", "playbooks/rescue"]
    assert run("rollback")[0] == 0
    assert PlaybookVersion.objects.get(state="live").name_en == "Rescue"
    assert run("plan", folder)[1].count("(changed)") == 2
    assert run("rollback")[0] != 0, "nothing is left to take back"
    assert [row["undone_by"] for row in json.loads(run("history", "--json")[1])] == [None, 2]


def test_one_wrong_document_and_none_is_taken(world: World, folder: Path) -> None:
    run("export", folder)
    changed(folder / "playbooks" / "rescue.yaml", "en: Rescue", "en: Rescue at once")
    changed(folder / "health-models" / "tech_touch.yaml", "measure: nps", "measure: mps")
    code, said = run("apply", folder)
    assert code != 0 and "there is no such measure" in said and "health-models/tech_touch" in said
    assert PlaybookVersion.objects.get(state="live").name_en == "Rescue"
    assert not ConfigurationChange.objects.exists() and run("plan", folder)[0] == 1


def test_a_segment_in_use_goes_only_with_what_goes_by_it(world: World, folder: Path) -> None:
    run("export", folder)
    (folder / "segments" / "契約中_全社.yaml").unlink()
    (folder / "segments" / "new.yaml").write_text(
        "segment: 新しい顧客\ncondition: {field: status, op: '=', value: customer}\n"
    )
    code, said = run("plan", "--prune", folder)
    assert code == 1 and "Take it out of these first: playbook" in said, said
    assert run("apply", "--prune", folder)[0] == 1 and Segment.objects.get(name="契約中/全社").archived_at is None
    changed(folder / "playbooks" / "rescue.yaml", "segment: 契約中/全社", "segment: 新しい顧客")
    assert run("plan", "--prune", folder)[0] == 0
    assert run("apply", "--prune", folder)[0] == 0
    assert Segment.objects.get(name="契約中/全社").archived_at
    code, said = run("rollback")
    assert code == 0, said
    assert (
        Segment.objects.get(name="新しい顧客").archived_at and not Segment.objects.get(name="契約中/全社").archived_at
    )


def test_a_playbook_may_name_a_segment_that_comes_with_it(world: World, folder: Path) -> None:
    run("export", folder)
    (folder / "segments" / "new.yaml").write_text(
        "segment: 新しい顧客\ncondition: {field: status, op: '=', value: customer}\n"
    )
    changed(folder / "playbooks" / "rescue.yaml", "segment: 契約中/全社", "segment: 新しい顧客")
    code, said = run("apply", folder)
    assert code == 0, said
    made = Segment.objects.get(name="新しい顧客")
    assert PlaybookVersion.objects.get(state="live").document["when"][0]["segment"] == str(made.pk)


def test_what_is_not_among_the_files_is_put_away_only_when_asked(world: World, folder: Path) -> None:
    playbooks.publish(
        playbooks.draft(document(playbook="other"), by=SYSTEM, at=world.now).playbook, by=SYSTEM, at=world.now
    )
    run("export", folder)
    (folder / "playbooks" / "rescue.yaml").unlink()
    assert "0 to change" in run("plan", folder)[1]
    assert "- playbooks/rescue (gone)" in run("plan", folder, "--prune")[1]
    live = PlaybookVersion.objects.filter(state="live", playbook__key="rescue")
    assert run("apply", folder, "--prune")[0] == 0 and not live.exists()
    assert run("rollback")[0] == 0 and live.exists()


def test_a_folder_that_is_older_than_a_kind_puts_nothing_of_it_away(world: World, folder: Path) -> None:
    run("export", folder)
    journeys_world.in_use(world.now)
    assert run("apply", folder, "--prune") == (0, "nothing differs from what is live\n")
    assert Journey.objects.filter(archived_at__isnull=True).exists()


def test_a_journey_without_an_order_stays_at_its_place_and_another_order_is_no_new_version(
    world: World, folder: Path
) -> None:
    key = journeys_world.in_use(world.now).journey.key
    Journey.objects.filter(key=key).update(position=3)
    run("export", folder)
    file = folder / "journeys" / f"{key}.yaml"
    changed(file, "order: 3\n", "")
    assert run("apply", folder) == (0, "nothing differs from what is live\n")
    file.write_text("order: 5\n" + file.read_text())
    assert run("apply", folder)[0] == 0
    assert (Journey.objects.get(key=key).position, JourneyVersion.objects.filter(journey__key=key).count()) == (5, 1)


def test_taking_in_asks_nobody_what_it_would_mean(world: World, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("export", folder)
    changed(folder / "playbooks" / "rescue.yaml", "en: Rescue", "en: Rescue at once")
    looks: list[object] = []
    monkeypatch.setattr(firing, "once_live", lambda document, at: looks.append(at) or [])
    assert run("plan", folder)[0] == 0 and len(looks) == 1
    assert run("apply", folder)[0] == 0 and len(looks) == 1


def test_a_plan_that_no_longer_holds_is_not_carried_out(world: World, folder: Path) -> None:
    run("export", folder)
    changed(folder / "playbooks" / "rescue.yaml", "en: Rescue", "en: Rescue at once")
    digest = json.loads(run("plan", folder, "--json")[1])["plan"]
    changed(folder / "playbooks" / "rescue.yaml", "Rescue at once", "Rescue today")
    code, said = run("apply", folder, "--plan", digest)
    assert code != 0 and "look at a new plan" in said and not ConfigurationChange.objects.exists()


def test_what_somebody_changed_since_is_not_overwritten_unasked(world: World, folder: Path) -> None:
    run("export", folder)
    changed(folder / "task-templates" / "call.yaml", "title: Call them", "title: Write to them")
    run("apply", folder)
    task_templates.save("call", name="Call", title="Visit them", by=SYSTEM, at=world.now)
    code, said = run("rollback")
    assert code != 0 and "task-templates/call: changed since" in said
    assert (
        run("rollback", "--force")[0] == 0 and run("plan", folder / "task-templates" / "call.yaml")[1].count("~") == 1
    )


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("playbooks/a.yaml", "{", "is no YAML"),
        ("playbooks/a.yaml", "- 1", "a document with named parts"),
        ("recipes/a.yaml", "a: 1", "no folder of a kind"),
        ("segments/a.yaml", "note: x", "its name is missing"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_what_was_expected(
    org: Organisation, folder: Path, name: str, text: str, why: str
) -> None:
    (folder / name).parent.mkdir(parents=True)
    (folder / name).write_text(text)
    code, said = run("plan", folder)
    assert code != 0 and why in said and name in said


def test_plan_templates_and_the_policy_of_handoffs_go_out_and_come_in(world: World, folder: Path) -> None:
    run("export", folder)
    assert not (folder / "policies").exists(), "what stands at its default needs no file"
    for kind in ("plan-templates", "policies"):
        (folder / kind).mkdir()
    template = folder / "plan-templates" / "hours.yaml"
    template.write_text(
        "name: 時間の削減\nobjectives:\n- {title: 作業時間, sort: business, figure: 月間の時間, unit: 時間}\n"
        "milestones:\n- {title: 計測する, side: theirs, after: 5}\n"
    )
    policy = folder / "policies" / "handoffs.yaml"
    policy.write_text("due_days: 3\nopens_itself: true\n")
    assert run("apply", folder)[0] == 0
    assert policies.current().due_days == 3 and PlanTemplate.objects.get(key="hours").name == "時間の削減"
    other = folder.parent / "again"
    run("export", other)
    assert json.loads(run("plan", other, "--json")[1])["changes"] == []
    changed(policy, "due_days: 3", "due_days: 99")
    changed(template, "side: theirs", "side: nobody")
    status, said = run("plan", folder)
    assert status == 1 and "policies/handoffs" in said and "milestones.0" in said
    assert run("rollback")[0] == 0
    assert policies.current().due_days != 3 and not PlanTemplate.objects.filter(archived_at__isnull=True).exists()


def test_agendas_go_out_come_in_and_are_taken_back(world: World, folder: Path) -> None:
    agendas.save("quarter", name="四半期レビュー", agenda="成果\n計画", minutes=45, by=SYSTEM, at=world.now)
    run("export", folder)
    file = folder / "agenda-templates" / "quarter.yaml"
    changed(file, "minutes: 45", "minutes: 60")
    assert "-minutes: 45\n" in run("plan", folder)[1]
    assert run("apply", folder)[0] == 0
    assert AgendaTemplate.objects.get().minutes == 60
    assert run("rollback")[0] == 0
    assert AgendaTemplate.objects.get().minutes == 45
    whole = {"name": "四半期レビュー", "agenda": "成果"}
    for part, wrong in (("agenda", ["成果"]), ("minutes", "long"), ("sort", "3"), ("name", None)):
        file.write_text(yaml.safe_dump({**whole, part: wrong}, allow_unicode=True))
        code, said = run("plan", folder)
        assert code == 1 and f"! {part}: " in said


def _drafted(world: World, name: str) -> None:
    """A colleague saves a draft of the playbook that is live, and does not publish it."""
    live = PlaybookVersion.objects.get(state="live").document
    colleague = Actor.of(member(Role.CSM, "高木 明"))
    playbooks.draft({**live, "name": {"en": name, "ja": "高木の案"}}, by=colleague, at=world.now)


def test_a_colleagues_unpublished_draft_is_named_and_overwritten_only_by_force(world: World, folder: Path) -> None:
    run("export", folder)
    changed(folder / "playbooks" / "rescue.yaml", "en: Rescue", "en: Rescue at once")
    _drafted(world, "Takagi's")
    code, said = run("plan", folder)
    assert code == 1 and "the unpublished draft of 高木 明" in said and "would be overwritten" in said
    assert "高木 明" in json.loads(run("plan", folder, "--json")[1])["changes"][0]["conflicts"][0]["ja"]
    code, said = run("apply", folder)
    assert code != 0 and "高木 明" in said and "--force overwrites it" in said
    assert PlaybookVersion.objects.get(state="draft").name_en == "Takagi's"
    assert PlaybookVersion.objects.get(state="live").name_en == "Rescue"
    assert run("apply", folder, "--force")[0] == 0
    assert PlaybookVersion.objects.get(state="live").name_en == "Rescue at once"
    _drafted(world, "Takagi's second")
    code, said = run("rollback")
    assert code != 0 and "高木 明" in said and PlaybookVersion.objects.filter(state="draft").exists()
    assert run("rollback", "--force")[0] == 0


def test_a_draft_that_says_the_same_is_in_nobodys_way(world: World, folder: Path) -> None:
    run("export", folder)
    changed(folder / "playbooks" / "rescue.yaml", "en: Rescue", "en: Rescue at once")
    live = PlaybookVersion.objects.get(state="live").document
    playbooks.draft({**live, "name": {**live["name"], "en": "Rescue at once"}}, by=SYSTEM, at=world.now)
    assert run("plan", folder)[0] == 0 and run("apply", folder)[0] == 0


def test_a_health_model_that_a_colleague_works_on_is_not_overwritten_either(world: World, folder: Path) -> None:
    run("export", folder)
    changed(folder / "health-models" / "standard.yaml", "half_life_days: 14", "half_life_days: 3")
    row = HealthModelVersion.objects.get(key="standard")
    health_models.draft({**row.document, "half_life_days": 7}, by=Actor.of(member(Role.CSM, "高木 明")), at=world.now)
    assert run("plan", folder)[0] == 1 and "高木 明" in run("apply", folder)[1]
    assert HealthModelVersion.objects.get(state="draft").document["half_life_days"] == 7


def _known(name: str, email: str) -> Member:
    found = member(Role.CSM, name)
    Member.objects.filter(pk=found.pk).update(email=email)
    return found


def _endpoint(name: str, world: World) -> WebhookEndpoint:
    return WebhookEndpoint.objects.create(name=name, created_at=world.now, changed_at=world.now)


def _shared(world: World, folder: Path) -> tuple[Member, WebhookEndpoint]:
    """The playbook gives a task to a colleague inside a branch, and tells another system."""
    colleague, endpoint = _known("高木 明", "takagi@example.jp"), _endpoint("基幹", world)
    task = {"do": "open_task", "id": "task", "title": "x", "member": str(colleague.pk)}
    steps = [
        {"do": "branch", "id": "way", "if": CUSTOMERS, "then": [task]},
        {"do": "webhook", "id": "tell", "endpoint": str(endpoint.pk)},
    ]
    live = PlaybookVersion.objects.get(state="live").document
    row = playbooks.draft({**live, "steps": steps}, by=SYSTEM, at=world.now)
    playbooks.publish(row.playbook, by=SYSTEM, at=world.now)
    run("export", folder)
    return colleague, endpoint


def test_colleagues_and_endpoints_are_called_by_name_in_the_files(world: World, folder: Path) -> None:
    colleague, endpoint = _shared(world, folder)
    text = (folder / "playbooks" / "rescue.yaml").read_text()
    assert "member: takagi@example.jp" in text and "endpoint: 基幹" in text
    assert "0 to change" in run("plan", folder)[1]
    other = _known("別 人", "other@example.jp")
    Member.objects.filter(pk=colleague.pk).update(email="gone@example.jp")
    Member.objects.filter(pk=other.pk).update(email="takagi@example.jp")
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(name="旧基幹")
    second = _endpoint("基幹", world)
    code, said = run("apply", folder)
    assert code == 0, said
    steps = PlaybookVersion.objects.get(state="live").document["steps"]
    assert steps[0]["then"][0]["member"] == str(other.pk) and steps[1]["endpoint"] == str(second.pk)


def test_whoever_is_not_known_here_is_refused_by_name_and_a_number_is_no_name(world: World, folder: Path) -> None:
    colleague, _ = _shared(world, folder)
    file = folder / "playbooks" / "rescue.yaml"
    changed(file, "takagi@example.jp", "tagaki@example.jp")
    code, said = run("plan", folder)
    assert code == 1 and "tagaki@example.jp" in said and "takagi@example.jp" in said, "with the nearest there is"
    changed(file, "tagaki@example.jp", f"'{colleague.pk}'")
    code, said = run("plan", folder)
    assert code == 1 and "the e-mail of an active colleague" in said


def test_a_plan_says_who_would_come_into_a_playbook_at_once(world: World, folder: Path) -> None:
    run("export", folder)
    customers = {"trigger": "condition", "is": CUSTOMERS}
    told = document(playbook="new", when=[customers], with_standing=True)
    (folder / "playbooks" / "new.yaml").write_text(yaml.safe_dump(told, allow_unicode=True))
    said = run("plan", folder)[1]
    assert f"1 account comes in at once: {THRIVING}" in said
    assert not Run.objects.exists() and not PlaybookVersion.objects.filter(playbook__key="new").exists()
    (folder / "playbooks" / "new.yaml").write_text(yaml.safe_dump({**told, "with_standing": False}))
    assert "Nobody comes in at once" in run("plan", folder)[1]


def test_that_some_are_left_alone_is_told_but_not_who_before_it_is_drawn(world: World, folder: Path) -> None:
    for n in range(30):
        world.open(f"会社{n}")
    told = document(playbook="new", when=[{"trigger": "condition", "is": CUSTOMERS}], with_standing=True)
    (folder / "playbooks").mkdir(parents=True)
    (folder / "playbooks" / "new.yaml").write_text(yaml.safe_dump({**told, "holdout": {"share": 0.5}}))
    said = run("plan", folder)[1]
    assert "31 accounts come in at once" in said
    assert "By lot, 31 of them are left alone with a chance of 50% each" in said and "more are left alone" not in said


def test_a_changed_segment_says_which_playbook_it_lets_in_and_whom(
    world: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(firing, "CHUNK", 1)
    for name in ("朝日製作所", "東西商事"):
        accounts.change(world.open(name), status="prospect", by=SYSTEM, at=world.now)
    rescue = PlaybookVersion.objects.get(state="live")
    told = {key: value for key, value in rescue.document.items() if key != "who"}
    playbooks.publish(playbooks.draft(told, by=SYSTEM, at=world.now).playbook, by=SYSTEM, at=world.now)
    run("export", folder)
    changed(folder / "segments" / "契約中_全社.yaml", "value: customer", "value: prospect")
    assert "“Rescue” lets in 2 accounts: 朝日製作所, 東西商事" in run("plan", folder)[1]

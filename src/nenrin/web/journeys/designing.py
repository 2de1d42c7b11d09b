"""The designer: every journey, one with its stages, a stage by a form, the draft put into use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db.models import Count
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from nenrin.analytics.conditions import Field
from nenrin.customers import touch_models
from nenrin.customers.errors import Conflict, Refused
from nenrin.customers.models import Account
from nenrin.foundation.actors import Actor
from nenrin.insight import segment_fields
from nenrin.insight.models import Segment
from nenrin.values import Text
from nenrin.web import toasts
from nenrin.web.editing import version_of
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.journeys import common, measured, stage_forms
from nenrin.web.listing import plain
from nenrin.web.segments import editing
from nenrin.work.journeys import criteria, designs, documents, placing
from nenrin.work.journeys.documents import Design
from nenrin.work.models import Journey, JourneyVersion
from nenrin.work.onboarding import templates

DRAFTED = Text("Draft saved. It counts once it is put into use.", "下書きを保存しました。公開すると反映されます。")
WHOM = ("name_ja", "name_en", "note_ja", "note_en", "segment", "touch_model")
MERGED = Text(
    "Somebody else changed the draft meanwhile. What you typed is kept below; saved again, it becomes this stage of the draft"
    " as it stands now.",
    "開いた後に別の人が変更しました。入力内容は下に残っています。もう一度保存すると、現在の下書きのこのステージに反映されます。",
)
MOVED_ON = Text(
    "The draft was changed after you opened it. Below it stands as it is now: look at it, then press again.",
    "開いた後に下書きが変更されました。現在の内容を下に表示しています。確認のうえ、もう一度押してください。",
)
CRUMB = Text("Journey design", "ジャーニー設計")


@requires(common.VIEW)
def listed(request: MemberRequest) -> HttpResponse:
    """Every journey in the order in which they are asked, with the version in use and the draft."""
    rows = (
        Journey.objects.select_related("segment")
        .prefetch_related("versions")
        .order_by("archived_at", "position", "key")
    )
    names = touch_models.names()
    lines = [_line(row, names) for row in rows]
    context = {"as_of": request.at, "lines": lines, "may_edit": common.may(request, common.CONFIGURE)}
    return render(request, "journeys/designs.html", context)


def _line(row: Journey, names: Mapping[str, Text]) -> dict[str, Any]:
    versions = list(row.versions.all())  # the newest first
    live = next((one for one in versions if one.published_at), None)
    draft = next((one for one in versions if not one.published_at), None)
    shown = live or draft
    design = designs.shown(shown) if shown else None
    return {
        "row": row, "live": live, "draft": draft, "name": design.name if design else Text(row.key, row.key),
        "stages": [one.name for one in design.stages] if design else [], "whom": _whom(row, names) if live else None,
    }  # fmt: skip


def _whom(row: Journey, names: Mapping[str, Text]) -> Text:
    if row.segment:
        return Text(f"Segment {row.segment.name}", f"セグメント「{row.segment.name}」")
    if row.touch_model:
        name = names.get(row.touch_model, Text(row.touch_model, row.touch_model))
        return Text(f"Touch model {name.en}", f"タッチモデル「{name.ja}」")
    return Text("Everybody else", "その他すべて")


@require_POST
@requires(common.CONFIGURE)
def install(request: MemberRequest) -> HttpResponse:
    """Take the ready-made journey."""
    count = designs.install(by=Actor.of(request.user), at=request.at)
    toasts.say(request, Text(f"{count} journeys taken.", f"{count}件のジャーニーを取り込みました。"))
    return HttpResponseRedirect(reverse("journey-design"))


@require_POST
@requires(common.CONFIGURE)
def order(request: MemberRequest) -> HttpResponse:
    """A journey is asked earlier or later whether an account is its."""
    do, _colon, key = request.POST.get("move", "").partition(":")
    keys = list(Journey.objects.order_by("position", "key").values_list("key", flat=True))
    if key in keys and do in ("up", "down"):
        place = keys.index(key)
        to = min(max(place + (-1 if do == "up" else 1), 0), len(keys) - 1)
        keys[place], keys[to] = keys[to], keys[place]
        designs.order(keys, by=Actor.of(request.user), at=request.at)
    return HttpResponseRedirect(reverse("journey-design"))


@requires(common.CONFIGURE)
def new(request: MemberRequest) -> HttpResponse:
    """A key, a name and for whom; the stages begin as the ready-made journey's."""
    told = {
        name: plain(request.POST.get(name), 120) for name in ("key", "name_ja", "name_en", "segment", "touch_model")
    }
    wrong: list[str] = []
    if request.method == "POST":
        try:
            if Journey.objects.filter(key=told["key"]).exists():
                raise Refused.one(
                    "key", Text("another journey has this key", "同じキーのジャーニーがある"), told["key"]
                )
            row = designs.draft(told["key"], _begun(told), by=Actor.of(request.user), at=request.at)
            toasts.say(request, DRAFTED)
            return HttpResponseRedirect(reverse("journey-one", args=[row.journey.key]))
        except Refused as refused:
            wrong = said(refused)
    context = {"as_of": request.at, "told": told, "wrong": wrong, **_choices()}
    return render(request, "journeys/new.html", context, status=422 if wrong else 200)


def _begun(told: Mapping[str, str]) -> dict[str, Any]:
    names = {"en": told["name_en"] or told["name_ja"], "ja": told["name_ja"] or told["name_en"]}
    document = {"name": names, "stages": designs.ready()["standard"]["stages"]}
    whom = {name: told[name] for name in ("segment", "touch_model") if told[name]}
    return document | ({"for": whom} if whom else {})


def _choices(known: Mapping[str, Field] | None = None) -> dict[str, Any]:
    models = known["touch_model"].choices if known else touch_models.names().items()
    names = Segment.objects.filter(archived_at__isnull=True).order_by("name").values_list("name", flat=True)
    return {"segments": list(names), "touch_models": list(models)}


def said(refused: Refused) -> list[str]:
    """Each fault with its place."""
    language = get_language() or "ja"
    return [f"{fault.field}: {fault.text.in_(language)}" for fault in refused.faults]


def _find(key: str) -> Journey:
    found = Journey.objects.filter(key=key).first()
    if found is None:
        raise Http404(f"journey {key}")
    return found


@requires(common.VIEW)
def one(request: MemberRequest, key: str) -> HttpResponse:
    """One journey: its stages with criteria in words, who stands where, and who meets the criteria."""
    return _page(request, _find(key))


def _page(request: MemberRequest, row: Journey, **more: Any) -> HttpResponse:
    versions = list(JourneyVersion.objects.filter(journey=row).select_related("author").order_by("-number"))
    may_edit = common.may(request, common.CONFIGURE)
    drafted = versions[0] if versions and versions[0].published_at is None else None
    live = next((one for one in versions if one.published_at), None)
    shown = drafted if drafted and may_edit else live or drafted
    if shown is None:
        raise Http404(f"journey {row.key} has no version")
    design = designs.shown(shown)
    asker = criteria.Asker(request.at)
    is_tried = request.GET.get("preview") == "1" and may_edit
    context = {
        "as_of": request.at, "row": row, "shown": shown, "live": live, "drafted": drafted, "versions": versions,
        "design": design, "told": more.pop("told", None) or _whom_of(design), "may_edit": may_edit, "version": shown.version, "is_tried": is_tried,
        "lines": _stages(request, row, design, asker, is_tried=is_tried),
        "yaml": more.pop("yaml", None) or templates.as_yaml(shown.document), "moved": request.GET.get("moved", ""),
        "free": len(design.stages) < len(documents.STAGES), **(_choices(asker.known) if may_edit else {}),
    }  # fmt: skip
    return render(request, "journeys/design.html", context | more, status=422 if more.get("wrong") else 200)


def _stages(
    request: MemberRequest, row: Journey, design: Design, asker: criteria.Asker, *, is_tried: bool
) -> list[dict[str, Any]]:
    """Each stage with how many stand there; where it is tried, how many of those meet the criteria as written now."""
    there = _there(request, row)
    counted = dict(there.order_by().values("stage").annotate(n=Count("pk")).values_list("stage", "n"))
    figures = measured.of(request, design.stages)
    inside: dict[str, set[int]] = {}
    for stands, pk in there.values_list("stage", "pk") if is_tried else ():
        inside.setdefault(stands, set()).add(pk)
    return [
        {
            "stage": one,
            "count": counted.get(one.stage, 0),
            "measured": figures.get(one.stage),
            "enters": asker.sentence(one.enters) if one.enters else None,
            "exits": asker.sentence(one.exits) if one.exits else None,
            "entitled": _met(one.enters, inside.get(one.stage, set()), asker) if is_tried else None,
            "ready": _met(one.exits, inside.get(one.stage, set()), asker) if is_tried else None,
        }
        for one in design.stages
    ]


def _there(request: MemberRequest, row: Journey) -> Any:
    mine, versions = Account.objects.for_member(request.user, common.VIEW), designs.in_use()
    live = next((one for one in versions if one.journey_id == row.pk), None)
    return placing.on(mine, live, versions) if live else placing.standing(mine)


def _met(document: documents.Document | None, inside: set[int], asker: criteria.Asker) -> int | None:
    """How many of those inside meet it; None where nothing is asked or it cannot be read."""
    held = asker.holding(document) if document else None
    return None if held is None else len(held & inside)


@require_POST
@requires(common.CONFIGURE)
def draft(request: MemberRequest, key: str) -> HttpResponse:
    """Write the draft: as YAML, with other names or for others, or a stage one place up or down."""
    row = _find(key)
    newest = row.versions.order_by("-number").first()
    if newest is None:
        raise Http404(key)
    text, moved = request.POST.get("yaml"), request.POST.get("move", "")
    try:
        document = templates.of_yaml(text) if text is not None else _rewritten(request, designs.shown(newest))
        _write(request, row, newest, document)
    except Refused as refused:
        return _page(request, row, wrong=said(refused), yaml=text, told=_kept_whom(request))
    except Conflict:
        wrong = [common.CLASH.in_(get_language() or "ja")]
        return _page(request, row, wrong=wrong, yaml=text, told=_kept_whom(request))
    if not moved:
        toasts.say(request, DRAFTED)
    mark = f"?moved={moved.partition(':')[2]}" if moved else ""
    return HttpResponseRedirect(reverse("journey-one", args=[key]) + mark)


def _typed_whom(request: MemberRequest) -> dict[str, str]:
    return {name: plain(request.POST.get(name), 1000) for name in WHOM}


def _kept_whom(request: MemberRequest) -> dict[str, str] | None:
    """What was typed into the form of names; None where another form was sent."""
    return _typed_whom(request) if "name_ja" in request.POST else None


def _whom_of(design: Design) -> dict[str, str]:
    values = (design.name.ja, design.name.en, design.note.ja, design.note.en, design.segment, design.touch_model)
    return dict(zip(WHOM, values, strict=True))


def _rewritten(request: MemberRequest, design: Design) -> dict[str, Any]:
    do, _colon, stage = request.POST.get("move", "").partition(":")
    if do in ("up", "down"):
        return documents.dump(stage_forms.moved(design, stage, -1 if do == "up" else 1))
    told = _typed_whom(request)
    name = Text(told["name_en"] or told["name_ja"], told["name_ja"] or told["name_en"])
    note = Text(told["note_en"] or told["note_ja"], told["note_ja"] or told["note_en"])
    return documents.dump(
        replace(design, name=name, note=note, segment=told["segment"], touch_model=told["touch_model"])
    )


def _write(request: MemberRequest, row: Journey, newest: Any, document: Any, known: Any = None) -> None:
    asked = version_of(request.POST) if newest.published_at is None else None
    designs.draft(row.key, document, by=Actor.of(request.user), at=request.at, version=asked, known=known)


@require_POST
@requires(common.CONFIGURE)
def use(request: MemberRequest, key: str) -> HttpResponse:
    """Put the draft into use, throw it away, or put the journey away; the button says which."""
    row = _find(key)
    drafted = JourneyVersion.objects.filter(journey=row, published_at__isnull=True).first()
    by, at, do = Actor.of(request.user), request.at, request.POST.get("do", "")
    seen = version_of(request.POST)
    try:
        if do == "publish" and drafted:
            designs.publish(drafted, by=by, at=at, version=seen)
            toasts.say(request, Text("In use from now on.", "公開しました。"))
        elif do == "discard" and drafted:
            designs.discard(drafted, by=by, at=at, version=seen)
            toasts.say(request, Text("Draft thrown away.", "下書きを破棄しました。"))
        elif do == "archive":
            designs.archive(row, by=by, at=at)
            toasts.say(
                request,
                Text("Put away: it holds for nobody any more.", "アーカイブしました。対象の顧客はいなくなります。"),
            )
    except Refused as refused:
        return _page(request, row, wrong=said(refused))
    except Conflict:
        return _page(request, row, wrong=[MOVED_ON.in_(get_language() or "ja")])
    there = Journey.objects.filter(pk=row.pk).exists()
    return HttpResponseRedirect(reverse("journey-one", args=[key]) if there else reverse("journey-design"))


@requires(common.CONFIGURE)
def stage(request: MemberRequest, key: str, stage: str) -> HttpResponse:
    """One stage of the draft by a form; "new" adds one."""
    row = _find(key)
    newest = row.versions.order_by("-number").first()
    if newest is None:
        raise Http404(key)
    design = designs.shown(newest)
    stands = design.find(stage)
    if stands is None and stage != "new":
        raise Http404(f"stage {stage} of {key}")
    known = segment_fields.fields()
    form = stage_forms.StageForm(request.POST or None, initial=stage_forms.initial(stands), design=design, stage=stands)
    sides = {side: getattr(stands, side) if stands else None for side in stage_forms.SIDES}
    if request.method == "POST":
        sides = {side: stage_forms.typed(request.POST, side, known) for side in stage_forms.SIDES}
        if _kept(request, row, newest, design, stands, form, sides, known):
            return HttpResponseRedirect(reverse("journey-one", args=[key]))
    return _stage_page(request, row, newest, stands, form, sides, known)


def _kept(
    request: MemberRequest, row: Journey, newest: Any, design: Design, stands: Any, form: stage_forms.StageForm,
    sides: Mapping[str, Any], known: Mapping[str, Field],
) -> bool:  # fmt: skip
    """Whether the draft is written; else the form says why not."""
    is_removed = request.POST.get("do") == "remove" and stands is not None
    if not is_removed and not form.is_valid():
        return False
    changed = stage_forms.without(design, stands.stage) if is_removed else stage_forms.put(design, form.made(sides))
    try:
        _write(request, row, newest, documents.dump(changed), known)
    except Refused as refused:
        for text in said(refused):
            form.add_error(None, text)
        return False
    except Conflict:
        form.add_error(None, MERGED.in_(get_language() or "ja"))
        return False
    toasts.say(request, DRAFTED)
    return True


def _stage_page(
    request: MemberRequest, row: Journey, newest: Any, stands: Any, form: Any, sides: Mapping[str, Any],
    known: Mapping[str, Field],
) -> HttpResponse:  # fmt: skip
    titles = {"enters": Text("Who may enter", "開始条件"), "exits": Text("When it is done", "完了条件")}
    context = {
        "as_of": request.at, "row": row, "stage": stands, "form": form,
        "title": stands.name if stands else Text("Add a stage", "ステージの追加"),
        "version": newest.version,
        "measured": measured.of(request, [stands]).get(stands.stage) if stands else None,
        "sides": [(titles[side], stage_forms.criteria(side, sides[side], known)) for side in stage_forms.SIDES],
        "fields": known.values(), "choices": editing.choices(known), "ops": editing.OPS.items(),
        "crumbs": [(CRUMB, reverse("journey-design")), (row.key, reverse("journey-one", args=[row.key]))],
    }  # fmt: skip
    return render(request, "journeys/stage.html", context, status=422 if form.errors else 200)


urlpatterns = [
    path("journey/designs", listed, name="journey-design"),
    path("journey/designs/install", install, name="journey-install"),
    path("journey/designs/order", order, name="journey-order"),
    path("journey/designs/new", new, name="journey-new"),
    path("journey/designs/<slug:key>", one, name="journey-one"),
    path("journey/designs/<slug:key>/draft", draft, name="journey-draft"),
    path("journey/designs/<slug:key>/use", use, name="journey-use"),
    path("journey/designs/<slug:key>/stages/<slug:stage>", stage, name="journey-stage"),
]

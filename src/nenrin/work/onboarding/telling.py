"""Our side hears what the customer did in the portal, and where a project needs somebody: once for each."""

from __future__ import annotations

from datetime import datetime

from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.values import Text
from nenrin.work import notices
from nenrin.work.models.onboarding import OnboardingProject, OnboardingStep, Standing


def address(project: OnboardingProject) -> str:
    """Where it is seen, within this installation."""
    return f"/onboarding/{project.pk}"


def tell(project: OnboardingProject, code: str, text: Text, *, key: str, by: Actor, at: datetime) -> None:
    """Whoever leads the project; nobody where nobody does."""
    if project.owner is not None:
        notices.tell(
            project.owner, f"onboarding.{code}", text=text, url=address(project), account=project.account,
            key=f"onboarding:{project.pk}:{key}", by=by, at=at,
        )  # fmt: skip


def step_done(step: OnboardingStep, *, by: Actor, at: datetime) -> None:
    _of_step(step, "done", Text("has done", "ステップを完了"), by, at)


def approved(step: OnboardingStep, *, by: Actor, at: datetime) -> None:
    _of_step(step, "approved", Text("has approved", "承認"), by, at)


def reopened(step: OnboardingStep, *, by: Actor, at: datetime) -> None:
    _of_step(step, "reopened", Text("opened a step again", "ステップを未完了に変更"), by, at)


def unapproved(step: OnboardingStep, *, by: Actor, at: datetime) -> None:
    _of_step(step, "unapproved", Text("took its approval back", "承認を取り消し"), by, at)


def _of_step(step: OnboardingStep, code: str, deed: Text, by: Actor, at: datetime) -> None:
    """The customer did this with a step: told once for each of its versions."""
    name = step.project.account.name
    text = Text(f"{name} {deed.en}: {step.title_en}", f"{name}が{deed.ja}: {step.title_ja}")
    tell(step.project, code, text, key=f"{code}:{step.pk}:{step.version}", by=by, at=at)


def wrote(project: OnboardingProject, message: int, *, by: Actor, at: datetime) -> None:
    name = project.account.name
    text = Text(f"{name} wrote in the portal", f"{name}からお客様ポータルにメッセージ")
    tell(project, "message", text, key=f"message:{message}", by=by, at=at)


def handed(project: OnboardingProject, file: int, *, by: Actor, at: datetime) -> None:
    name = project.account.name
    text = Text(f"{name} handed over a file", f"{name}がファイルを提出")
    tell(project, "file", text, key=f"file:{file}", by=by, at=at)


def stuck(project: OnboardingProject, *, at: datetime) -> None:
    if project.standing == Standing.STUCK:
        name = project.account.name
        text = Text(f"The onboarding of {name} is stuck", f"{name}のオンボーディングが停滞")
        tell(project, "stuck", text, key=f"stuck:{project.standing_since}", by=SYSTEM, at=at)


def left(project: OnboardingProject, *, at: datetime) -> None:
    name = project.account.name
    text = Text(f"{name} has left: its onboarding ended", f"{name}の解約によりオンボーディングを終了")
    tell(project, "left", text, key=f"left:{project.ended_on}", by=SYSTEM, at=at)

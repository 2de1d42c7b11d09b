"""REST: how mails are sent, without its secrets; sending paused and resumed; a test mail to oneself."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from ninja import Field, Header, Router
from pydantic import StringConstraints

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Strict, expected
from nenrin.api.segments import Both
from nenrin.customers.errors import Conflict, Fault, Refused
from nenrin.foundation.actors import Actor
from nenrin.foundation.mail import deliver, errors, gate, sending, trials
from nenrin.foundation.models import MailSettings
from nenrin.foundation.permissions import Permission

router = Router(tags=["mail"])
CONFIGURE = Permission.MAIL_CONFIGURE
_LINE = r"^[^\x00-\x1f]*$"
Line = Annotated[str, StringConstraints(max_length=200, pattern=_LINE)]
Address = Annotated[str, StringConstraints(max_length=254, pattern=_LINE)]
Short = Annotated[str, StringConstraints(max_length=120, pattern=_LINE)]
Postal = Annotated[str, StringConstraints(max_length=300, pattern=r"^[^\x00]*$")]
Sealed = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$")]


class MailSettingsOut(Strict):
    """Secrets are never told: `has_secret` and `has_hook_secret` say whether there is one."""

    provider: str
    host: str
    port: int
    security: str
    user: str
    from_address: str
    from_name: str
    reply_to: str
    postal_address: str
    enquiries: str
    per_second: int | None
    per_hour: int | None
    hold_minutes: int
    window_from: int
    window_until: int
    is_workdays_only: bool
    needs_consent: bool
    has_secret: bool
    has_hook_secret: bool
    is_from_environment: bool
    version: int


class MailSettingsChange(Strict):
    """Fields that are left out stay, secrets too; an empty secret takes it away. `window_*` are hours of the day."""

    provider: Line | None = None
    host: Line | None = None
    port: int | None = Field(None, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] | None = None
    user: Line | None = None
    secret: Sealed | None = None
    hook_secret: Sealed | None = None
    from_address: Address | None = None
    from_name: Short | None = None
    reply_to: Address | None = None
    postal_address: Postal | None = None
    enquiries: Address | None = None
    per_second: int | None = Field(None, ge=1, le=100_000)
    per_hour: int | None = Field(None, ge=1, le=10_000_000)
    hold_minutes: int | None = Field(None, ge=0, le=1440)
    window_from: int | None = Field(None, ge=0, le=23)
    window_until: int | None = Field(None, ge=1, le=24)
    is_workdays_only: bool | None = None
    needs_consent: bool | None = None
    version: int | None = Field(None, ge=0, le=2**31 - 1)


class SendingOut(Strict):
    """`waits` is empty where mails go out, else the code of what keeps them; `why` in words."""

    waits: str
    why: Both | None


class SendingPaused(Strict):
    why: str = Field("", max_length=300, pattern=_LINE)


class MailTried(Strict):
    """`verdict`: taken, or what became of it; `detail`: the server's own words."""

    verdict: str
    detail: str


@router.get("/settings", response=MailSettingsOut, summary="Get how mails are sent")
@grants(CONFIGURE)
def get_mail_settings(request: ApiRequest) -> Any:
    """What was chosen, or the defaults; without secrets."""
    return _told()


@router.patch("/settings", response=MailSettingsOut, summary="Change how mails are sent")
@grants(CONFIGURE)
def change_mail_settings(request: ApiRequest, body: MailSettingsChange, if_match: Header[str | None] = None) -> Any:
    """Change the fields that are sent. Safe to repeat; 409 where `version` is not the stored one."""
    told = body.model_dump(exclude_unset=True, exclude={"version"})
    given = {name: value for name, value in told.items() if value is not None or name in _LIMITS}
    version = expected(if_match, body.version)
    try:
        sending.configure(by=Actor.of(request.member), at=request.at, version=version, **given)
    except errors.Refused as refused:
        raise Refused([Fault(field, text) for field, text in refused.faults.items()]) from refused
    except errors.Conflict as problem:
        open_ones = {name: value for name, value in given.items() if name not in sending.SECRETS}
        now = _told()
        theirs = {name: now[name] for name in open_ones}
        stands = now["version"]
        raise Conflict(str(problem), asked=version or 0, stands=stands, mine=open_ones, theirs=theirs) from problem
    return _told()


@router.get("/sending", response=SendingOut, summary="Do mails go out?")
@grants(CONFIGURE)
def get_sending(request: ApiRequest) -> Any:
    """And what keeps them where they do not."""
    return _sending(request)


@router.post("/sending/pause", response=SendingOut, summary="Pause sending")
@grants(CONFIGURE)
def pause_sending(request: ApiRequest, body: SendingPaused) -> Any:
    """Mails wait until somebody resumes. Safe to repeat."""
    gate.pause(why=body.why or "API", by=Actor.of(request.member), at=request.at)
    return _sending(request)


@router.post("/sending/resume", response=SendingOut, summary="Resume sending")
@grants(CONFIGURE)
def resume_sending(request: ApiRequest) -> Any:
    """From here, whatever had stopped it. Safe to repeat."""
    gate.resume(by=Actor.of(request.member), at=request.at)
    return _sending(request)


@router.post("/sending/test", response=MailTried, summary="Send a test mail to yourself")
@grants(CONFIGURE)
def test_sending(request: ApiRequest) -> Any:
    """To the address of the token's member, now, past the queue."""
    outcome = trials.send(request.member, at=request.at)
    return {"verdict": outcome.verdict, "detail": outcome.detail}


#: Of these null means no limit; of the others null leaves them as they are.
_LIMITS = {"per_second", "per_hour"}


def _told() -> dict[str, Any]:
    row = sending.current() or MailSettings(version=0)
    told = {name: getattr(row, name) for name in (*sending.FIELDS, "version")}
    has = {f"has_{name}": bool(getattr(row, name)) for name in sending.SECRETS}
    return told | has | {"is_from_environment": sending.is_from_environment()}


def _sending(request: ApiRequest) -> dict[str, Any]:
    code = deliver.waits(request.at)
    why = gate.WAITS.get(code)
    return {"waits": code, "why": {"en": why.en, "ja": why.ja} if why else None}

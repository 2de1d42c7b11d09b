"""The mail that brings a contact their link: a draft, which somebody reads and lets go."""

from __future__ import annotations

import re
from datetime import datetime

from django.db.models import Q

from nenrin.customers.errors import Refused
from nenrin.customers.models import Contact
from nenrin.foundation import format, organisation
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.mail import addresses, outbox, secrets_out
from nenrin.foundation.mail.addresses import Address
from nenrin.foundation.models import Mail
from nenrin.foundation.models.mail import PARTS, Kind
from nenrin.values import Text
from nenrin.work.models.onboarding import OnboardingProject
from nenrin.work.models.onboarding_portal import OnboardingLink
from nenrin.work.onboarding import links

SUBJECT = Text("Your onboarding with {us}: {name}", "【{us}】{name}のご案内")
BODY = Text(
    "Dear {person},\n\nThis page shows the next steps of your onboarding, and takes files and questions:\n\n{url}\n\n"
    "It opens without an account until {until}. The link is meant for you; please do not pass it on.\n\n{lead}\n{us}\n",
    "{person} 様\n\n導入の次のステップは、次のページでご確認いただけます。ファイルの提出やご質問もこちらからどうぞ。\n\n{url}\n\n"
    "ログインは不要です（{until}まで有効）。お客様専用のリンクですので、転送はお控えください。\n\n{lead}\n{us}\n",
)


#: The address of a portal, as it stands in a mail.
_SECRET = f"[A-Za-z0-9_-]{{{links.CHARACTERS}}}"
_ADDRESS = re.compile(r"(?:https?://\S*?)?" + re.escape(links.PATH.format(secret="")) + _SECRET)
_KEY = "onboarding-link:"
_NEVER_SENT = PARTS["suppressed"]
_OVER = (*PARTS["sent"], *_NEVER_SENT, *PARTS["failed"])
MOST = 500


def settle(at: datetime) -> int:
    """Keep no secret of mails that went out or never will; revoke the link of one that was rejected or held back.

    Returns how many mails. Safe to repeat. Journal: work.onboarding_link.revoked.
    """
    kept = Q(text__contains=links.PATH.format(secret="")) | Q(html__contains=links.PATH.format(secret=""))
    rows = list(Mail.objects.filter(kept, key__startswith=_KEY, state__in=_OVER).order_by("pk")[:MOST])
    unsent = [int(row.key.removeprefix(_KEY)) for row in rows if row.state in _NEVER_SENT]
    for link in OnboardingLink.objects.filter(pk__in=unsent, revoked_at__isnull=True):
        links.revoke(link, by=SYSTEM, at=at)
    return secrets_out.take_out(rows, _ADDRESS)


def draft(project: OnboardingProject, contact: Contact, *, by: Actor, at: datetime) -> Mail:
    """Issue a link and write the mail that carries it, as a draft to be approved. Each call is another link and mail.

    Raises Refused for a contact without an address, and as `links.issue` does. Journal: work.onboarding_link.issued,
    foundation.mail.drafted.
    """
    address = contact.emails.order_by("position").first()
    if address is None or not addresses.is_valid(address.address):
        raise Refused.one("contact", Text("has no mail address", "メールアドレスがない"), contact.pk)
    issued = links.issue(project, contact, by=by, at=at)
    language = issued.link.language
    told = {
        "us": organisation.current().name, "name": project.name, "person": contact.name, "url": issued.url,
        "until": format.day(links.last_day(issued.link), language, "long"), "lead": project.owner.name if project.owner else "",
    }  # fmt: skip
    return outbox.put(
        to=Address(address.address, contact.name), subject=SUBJECT.fill(**told).in_(language),
        text=BODY.fill(**told).in_(language), kind=Kind.TRANSACTIONAL, key=f"{_KEY}{issued.link.pk}",
        language=language, account_id=project.account_id, contact_id=contact.pk,
        why=Text(f"Invitation to the portal of {project.name}", f"{project.name}のお客様ポータルへの招待"),
        origin=("onboarding", str(project.pk)), by=by, at=at, draft=True,
    )  # fmt: skip

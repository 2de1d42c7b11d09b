from nenrin.foundation.models.journal import Cursor, Entry, PersonalPart, Reference, Verification
from nenrin.foundation.models.lease import Lease
from nenrin.foundation.models.mail import Mail, MailAudience
from nenrin.foundation.models.mail_rules import MailConsent, MailGate, MailSettings, Suppression
from nenrin.foundation.models.mail_template import MailTemplate
from nenrin.foundation.models.member import Invitation, Member, Team
from nenrin.foundation.models.organisation import Organisation, SecondStep
from nenrin.foundation.models.saved_view import SavedView
from nenrin.foundation.models.submission import Submission
from nenrin.foundation.models.token import ApiToken
from nenrin.foundation.models.webhook import WebhookDelivery, WebhookEndpoint

__all__ = [
    "ApiToken",
    "Cursor",
    "Entry",
    "Invitation",
    "Lease",
    "Mail",
    "MailAudience",
    "MailConsent",
    "MailGate",
    "MailSettings",
    "MailTemplate",
    "Member",
    "Organisation",
    "PersonalPart",
    "Reference",
    "SavedView",
    "SecondStep",
    "Submission",
    "Suppression",
    "Team",
    "Verification",
    "WebhookDelivery",
    "WebhookEndpoint",
]

from nenrin.foundation.models.journal import Cursor, Entry, PersonalPart, Reference, Verification
from nenrin.foundation.models.lease import Lease
from nenrin.foundation.models.member import Invitation, Member, Team
from nenrin.foundation.models.organisation import Organisation, SecondStep
from nenrin.foundation.models.saved_view import SavedView
from nenrin.foundation.models.submission import Submission
from nenrin.foundation.models.token import ApiToken

__all__ = [
    "ApiToken",
    "Cursor",
    "Entry",
    "Invitation",
    "Lease",
    "Member",
    "Organisation",
    "PersonalPart",
    "Reference",
    "SavedView",
    "SecondStep",
    "Submission",
    "Team",
    "Verification",
]

"""Our colleagues: who they are, their team and role."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from nenrin.foundation.roles import Role


class Team(models.Model):
    name = models.CharField(max_length=120, unique=True)

    def __str__(self) -> str:
        return self.name


class MemberManager(BaseUserManager["Member"]):
    def get_by_natural_key(self, username: str | None) -> Member:
        return self.get(email__iexact=username)


class Member(AbstractBaseUser):
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="members")
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=2, default="ja")
    zone = models.CharField(max_length=64, blank=True)  # display only; empty means the organisation's
    theme = models.CharField(max_length=6, blank=True)  # "light", "dark" or empty for the system's
    density = models.CharField(max_length=8, blank=True)  # "compact", "relaxed" or empty
    has_shortcuts = models.BooleanField(default=True)  # single-key shortcuts (WCAG 2.1.4)
    has_whole_menu = models.BooleanField(default=False)  # every page in the index, however small the start is
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name", "role"]
    objects: ClassVar[MemberManager] = MemberManager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    # Django's and allauth's apps ask these two of any user; permissions proper are in `permissions`.
    @property
    def is_staff(self) -> bool:
        return False

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return False


class Invitation(models.Model):
    """A link that lets one person set a password; shown once to the inviter, so that no mail server is needed."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="invitations")
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the link's secret
    purpose = models.CharField(max_length=10, default="invite")  # or "reset"
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

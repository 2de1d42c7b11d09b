from django.db import models

from nenrin.foundation.models.member import Member, Team


class SavedView(models.Model):
    """A list page's filters, order and columns under a name: a member's, a team's, or everyone's without either."""

    member = models.ForeignKey(Member, null=True, on_delete=models.CASCADE, related_name="views")
    team = models.ForeignKey(Team, null=True, on_delete=models.CASCADE, related_name="views")
    page = models.CharField(max_length=40)  # the list's URL name
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=2000, blank=True)  # URL query string
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["member", "page", "name"], name="one_view_a_name")]


class ViewMark(models.Model):
    """How one member has a view: as a tab, and as what its page opens with."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="view_marks")
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="marks")
    is_pinned = models.BooleanField(default=True)
    is_default = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "view"], name="one_mark_a_view")]

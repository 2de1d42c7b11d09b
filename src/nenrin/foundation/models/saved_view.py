from django.db import models

from nenrin.foundation.models.member import Member


class SavedView(models.Model):
    """A list page's filters, order and columns under a name; everyone's where it has no member."""

    member = models.ForeignKey(Member, null=True, on_delete=models.CASCADE, related_name="views")
    page = models.CharField(max_length=40)  # the list's URL name
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=2000, blank=True)  # URL query string
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["member", "page", "name"], name="one_view_a_name")]

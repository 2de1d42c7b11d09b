from django.db import models


class Submission(models.Model):
    """A form that a member sent: its digest, and where it led. Kept for a day, so that sending it twice does it once."""

    digest = models.CharField(max_length=64, primary_key=True)
    at = models.DateTimeField(db_index=True)
    location = models.CharField(max_length=2000, blank=True)  # empty while it is being done

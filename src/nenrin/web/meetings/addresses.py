"""Every address of meetings, calendars and received mails."""

from nenrin.web.meetings import brief, calendars, listed, mails, one

urlpatterns = [
    *(listed.urlpatterns + calendars.urlpatterns + mails.urlpatterns),
    *(one.urlpatterns + brief.urlpatterns),
]

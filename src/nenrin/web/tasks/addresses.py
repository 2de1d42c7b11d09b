"""Every address of tasks, their files and templates."""

from nenrin.web.attachments import pages as files
from nenrin.web.tasks import deeds, due, exporting, listed, one, panel, templates, views

urlpatterns = [
    *(listed.urlpatterns + views.urlpatterns + exporting.urlpatterns + deeds.urlpatterns),
    *(due.urlpatterns + one.urlpatterns + templates.urlpatterns + files.urlpatterns + panel.urlpatterns),
]

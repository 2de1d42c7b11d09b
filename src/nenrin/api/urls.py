"""The API's addresses. (The tracking door answers before addresses are looked at: see fence.)"""

from django.urls import URLPattern, URLResolver, path

from nenrin.api import mail_reports, unknown
from nenrin.api.reference import reference
from nenrin.api.rest import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", reference, name="api-reference"),
    path("api/v1/", unknown.spoken(api.urls)),
    path("api/v1/<path:rest>", unknown.nothing, name="api-unknown"),
    *mail_reports.urlpatterns,
]

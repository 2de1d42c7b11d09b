"""Every address of the product."""

from django.urls import include, path

urlpatterns = [
    path("", include("nenrin.api.urls")),
    path("", include("nenrin.web.urls")),
]

handler400 = "nenrin.web.errors.bad_request"
handler403 = "nenrin.web.errors.denied"
handler404 = "nenrin.web.errors.not_found"
handler500 = "nenrin.web.errors.broken"

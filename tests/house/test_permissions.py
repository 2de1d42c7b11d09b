"""Every page and operation says what it takes; nobody forgets."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, get_resolver

from nenrin.api.rest import api

#: Apps of others, with rules of their own.
FOREIGN = ("allauth.", "django.", "ninja.")


def _patterns(resolver: URLResolver, prefix: str = "") -> list[tuple[str, URLPattern]]:
    found = []
    for part in resolver.url_patterns:
        here = prefix + str(part.pattern)
        found += _patterns(part, here) if isinstance(part, URLResolver) else [(here, part)]
    return found


def test_every_view_declares_a_permission() -> None:
    bare = [
        route
        for route, pattern in _patterns(get_resolver())
        if not hasattr(pattern.callback, "permission")
        and not route.startswith("api/v1/")
        and not (pattern.callback.__module__ or "").startswith(FOREIGN)
    ]
    assert not bare


def test_every_operation_of_the_api_declares_a_permission() -> None:
    operations = [
        (prefix + path, operation)
        for prefix, router in api._routers
        for path, view in router.path_operations.items()
        for operation in view.operations
    ]
    assert len(operations) > 10
    assert [path for path, operation in operations if not hasattr(operation.view_func, "permission")] == []

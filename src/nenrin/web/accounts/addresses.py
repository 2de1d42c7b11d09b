"""Every page about customers but the account's own frame: lists, forms, tabs, merges, exports."""

from nenrin.web.accounts import (
    cells,
    comparison,
    contacts,
    contracts,
    deeds,
    duplicates,
    exporting,
    listed,
    merges,
    people,
    subscriptions,
    undo,
    views,
)
from nenrin.web.accounts import edit as account_edit

AREAS = (
    *(listed, views, deeds, undo, cells, comparison, exporting),
    *(account_edit, duplicates, merges, contacts, people, subscriptions, contracts),
)
urlpatterns = [address for area in AREAS for address in area.urlpatterns]

"""Every page about customers but the account's own frame: lists, forms, tabs, merges, exports."""

from nenrin.web import (
    account_cells,
    account_comparison,
    account_contracts,
    account_deeds,
    account_edit,
    account_people,
    account_undo,
    account_views,
    accounts_list,
    contacts,
    exports,
    merges,
    subscriptions,
)

AREAS = (
    *(accounts_list, account_views, account_deeds, account_undo, account_cells, account_comparison, exports),
    *(account_edit, merges, contacts, account_people, subscriptions, account_contracts),
)
urlpatterns = [address for area in AREAS for address in area.urlpatterns]

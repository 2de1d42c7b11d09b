"""Every page about customers but the account's own frame: lists, forms, tabs, merges, exports."""

from nenrin.web import (
    account_contracts,
    account_edit,
    account_people,
    accounts_list,
    contacts,
    exports,
    merges,
    subscriptions,
)

urlpatterns = [
    *accounts_list.urlpatterns,
    *exports.urlpatterns,
    *account_edit.urlpatterns,
    *merges.urlpatterns,
    *contacts.urlpatterns,
    *account_people.urlpatterns,
    *subscriptions.urlpatterns,
    *account_contracts.urlpatterns,
]

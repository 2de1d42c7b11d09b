"""Columns of one's own, tags and contacts brought back: by the API."""

from __future__ import annotations

from datetime import datetime

import pytest

from nenrin.customers import accounts, contacts, tags
from nenrin.customers.models import Account, AttributeField, Contact
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from nenrin.foundation.roles import Role
from nenrin.insight import health_models
from nenrin.values import Text
from tests import cast
from tests.api.rest import Rest

pytestmark = pytest.mark.django_db
SIZE = {"name_en": "Size", "name_ja": "規模", "kind": "choice", "options": ["大", "小", "大"], "position": 2}


@pytest.fixture
def rest(org: Organisation) -> Rest:
    return Rest(cast.member(Role.ADMINISTRATOR))


def test_a_column_is_declared_changed_hidden_and_shown_again(rest: Rest) -> None:
    made = rest.put("/attributes/size", SIZE)
    assert made.status_code == 200 and (made.data["options"], made.data["field_class"]) == (["大", "小"], "internal")
    changed = rest.put("/attributes/size", SIZE | {"name_ja": "企業規模"}, **{"If-Match": made["ETag"]})
    assert changed.data["name_ja"] == "企業規模"
    late = rest.put("/attributes/size", SIZE | {"version": made.data["version"]})
    assert late.status_code == 409 and late.data["theirs"]["name_ja"] == "企業規模"
    assert [rest.delete("/attributes/size").status_code for _ in range(2)] == [204, 204]
    assert rest.get("/attributes").data[0]["archived_at"] is not None
    assert rest.put("/attributes/size", SIZE).data["archived_at"] is None
    assert rest.delete("/attributes/nothing").status_code == 404
    assert Entry.objects.filter(action="customers.attribute.archived").count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "zodiac"},
        {"options": []},
        {"name_en": " "},
        {"field_class": "secret"},
        {"position": -1},
        {"colour": "red"},
    ],
)
def test_what_is_no_column_is_refused(rest: Rest, wrong: dict[str, object]) -> None:
    assert rest.put("/attributes/size", SIZE | wrong).status_code == 422
    assert rest.put("/attributes/Big-One", SIZE).status_code == 422 and not AttributeField.objects.exists()


def test_a_column_that_a_live_model_judges_by_stays(rest: Rest, monkeypatch: pytest.MonkeyPatch) -> None:
    rest.put("/attributes/size", SIZE)
    monkeypatch.setattr(health_models, "users_of", lambda measure: [Text("Standard", "標準")])
    assert rest.delete("/attributes/size").status_code == 422
    assert rest.put("/attributes/size", SIZE | {"field_class": "personal"}).status_code == 422
    row = AttributeField.objects.get()
    assert row.archived_at is None and row.field_class == "internal"


def test_a_tag_is_renamed_or_taken_in_by_another(rest: Rest, at: datetime) -> None:
    made = [accounts.open(name, by=SYSTEM, at=at) for name in (cast.DRIFTING, cast.STARTING)]
    tags.change(made, add=["重点"], by=SYSTEM, at=at)
    assert rest.post("/tags/rename", {"name": "重点", "to": "最重点"}).data == {"changed": 2}
    assert rest.get("/tags").data == [{"name": "最重点", "accounts": 2}]
    assert rest.post("/tags/rename", {"name": "重点", "to": "x"}).status_code == 404
    for wrong in ({"to": ""}, {"to": "x" * 61}, {"to": "x", "colour": "red"}):
        assert rest.post("/tags/rename", {"name": "最重点"} | wrong).status_code == 422
    assert Entry.objects.filter(action="customers.tag.renamed").count() == 1


def test_a_contact_is_brought_back(rest: Rest, at: datetime) -> None:
    row = contacts.add(accounts.open(cast.DRIFTING, by=SYSTEM, at=at), "田中 一郎", by=SYSTEM, at=at)
    path = f"/contacts/{row.pk}"
    rest.delete(path)
    sales = Rest(cast.member(Role.SALES, "営業"))
    assert sales.post(f"{path}/restore").status_code == 404
    assert Rest(cast.member(Role.EXECUTIVE)).post(f"{path}/restore").status_code == 403
    assert Contact.objects.get().archived_at is not None
    assert [rest.post(f"{path}/restore").status_code for _ in range(2)] == [200, 200]
    assert rest.get(path).data["name"] == "田中 一郎"
    assert Entry.objects.filter(action="customers.contact.restored").count() == 1


def test_whoever_may_not_changes_no_column_and_no_tag(rest: Rest, at: datetime) -> None:
    rest.put("/attributes/size", SIZE)
    tags.change([accounts.open(cast.DRIFTING, by=SYSTEM, at=at)], add=["重点"], by=SYSTEM, at=at)
    csm = Rest(cast.member(Role.CSM, "担当"))
    assert csm.get("/attributes").data[0]["key"] == "size"
    assert csm.put("/attributes/size", SIZE | {"name_ja": "x"}).status_code == 403
    assert csm.delete("/attributes/size").status_code == 403
    assert csm.post("/tags/rename", {"name": "重点", "to": "x"}).status_code == 403
    assert Account.objects.filter(tags__name="重点").count() == 1

"""Files sent by programs: begun, looked at, taken back."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from nenrin.customers.models import Account
from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from tests import cast
from tests.api.rest import BASE, Rest
from tests.ingest.files_kit import finish

CSV = "顧客ID,会社名\nA1,㈱髙橋\nA2,\n".encode("cp932")


@pytest.fixture
def rest(org: Organisation) -> Rest:
    return Rest(cast.member(Role.OPERATIONS))


def send(rest: Rest, content: bytes = CSV, **said: str) -> tuple[int, dict[str, object]]:
    body = {"kind": "accounts", "source": "crm", "file": SimpleUploadedFile("a.csv", content)} | said
    answer = rest.client.post(f"{BASE}/imports", body, headers=rest.headers)
    return answer.status_code, answer.json()


def test_a_file_is_sent_imported_and_taken_back(rest: Rest, at: datetime) -> None:
    status, told = send(rest)
    assert (status, told["state"]) == (202, "running")
    finish(at)
    done = rest.get(f"/imports/{told['id']}").data
    assert (done["state"], done["created"], done["rejected"], done["rows_total"]) == ("done", 1, 1, 2)
    rejected = rest.get(f"/imports/{told['id']}/rejected").data["items"]
    assert [reject["row"] for reject in rejected] == [3]
    assert rest.post(f"/imports/{told['id']}/undo").status_code == 202
    finish(at)
    assert rest.get("/imports").data["items"][0]["state"] == "undone"
    assert Account.objects.get().archived_at is not None
    assert rest.post(f"/imports/{told['id']}/undo").status_code == 409


def test_a_dry_run_writes_nothing(rest: Rest, at: datetime) -> None:
    status, told = send(rest, dry_run="true")
    assert (status, told["state"]) == (202, "checking")
    finish(at)
    assert not Account.objects.exists()


def test_what_is_wrong_is_said_as_a_problem(rest: Rest) -> None:
    assert send(rest, b"<html>")[0] == 422
    status, told = send(rest, mapping="{columns: {key: nowhere}}")
    assert (status, "nowhere" in str(told["detail"])) == (422, True)
    assert send(rest, kind="ducks")[0] == 422
    assert rest.get("/imports/999").status_code == 404


def test_only_those_who_may_import_do(org: Organisation) -> None:
    assert send(Rest(cast.member(Role.CSM)))[0] == 403
    assert send(Rest(cast.member(Role.OPERATIONS), can_write=False))[0] == 403


def test_an_import_is_checked_mapped_anew_and_gone_on_with(rest: Rest, at: datetime) -> None:
    _, told = send(rest, dry_run="true")
    path = f"/imports/{told['id']}"
    assert rest.put(f"{path}/mapping", {"mapping": "x"}).status_code == 409, "it is being checked"
    finish(at)
    mapping = rest.get(f"{path}/mapping").data["mapping"]
    assert rest.put(f"{path}/mapping", {"mapping": mapping}).data["state"] == "mapped"
    for wrong in ({"mapping": "- no"}, {"mapping": mapping, "colour": "red"}, {}):
        assert rest.put(f"{path}/mapping", wrong).status_code == 422
    assert rest.post(f"{path}/check").data["state"] == "checking"
    assert rest.post(f"{path}/check").status_code == 409
    finish(at)
    assert (rest.post(f"{path}/start").status_code, rest.post(f"{path}/start").status_code) == (202, 409)
    assert rest.post(f"{path}/cancel").data["state"] == "cancelled"
    assert (rest.post(f"{path}/resume").data["state"], rest.post(f"{path}/resume").status_code) == ("running", 409)
    finish(at)
    assert rest.get(path).data["state"] == "done" and Account.objects.count() == 1
    csm = Rest(cast.member(Role.SUPPORT, "窓口"))
    for deed in ("check", "start", "resume"):
        assert csm.post(f"{path}/{deed}").status_code == 403
    assert csm.get(f"{path}/mapping").status_code == csm.put(f"{path}/mapping", {"mapping": mapping}).status_code == 403

"""The journal's sentences for members, tokens and the organisation."""

from nenrin.foundation import webhook_text  # noqa: F401  (registers)
from nenrin.foundation.actions import register
from nenrin.foundation.mail import text  # noqa: F401  (registers)
from nenrin.values import Text

register("foundation.organisation.changed", Text("Settings changed: {fields}", "組織の設定を変更: {fields}"))
register("foundation.member.exported", Text("{rows} members exported", "メンバー{rows}名を出力"))
register("foundation.member.added", Text("{member} added as {role}", "{member}を追加（{role}）"), personal=True)
register(
    "foundation.member.invited", Text("Sign-in link made for {member}", "{member}の招待リンクを発行"), personal=True
)
register("foundation.member.accepted", Text("{member} set a password", "{member}がパスワードを設定"), personal=True)
register("foundation.member.changed", Text("{member} changed: {fields}", "{member}を変更: {fields}"), personal=True)
register("foundation.member.deactivated", Text("{member} deactivated", "{member}を無効化"), personal=True)
register("foundation.member.reactivated", Text("{member} reactivated", "{member}を再有効化"), personal=True)
register("foundation.member.signed_in", Text("{member} signed in", "{member}がサインイン"), personal=True)
register(
    "foundation.member.second_step_on",
    Text("{member} set up two-step sign-in", "{member}が2段階認証を設定"),
    personal=True,
)
register(
    "foundation.member.second_step_off",
    Text("Two-step sign-in of {member} ended", "{member}の2段階認証を解除"),
    personal=True,
)
register(
    "foundation.member.password_changed",
    Text("{member} changed their password", "{member}がパスワードを変更"),
    personal=True,
)
register(
    "foundation.member.codes_made",
    Text("{member} made new recovery codes", "{member}がリカバリーコードを再発行"),
    personal=True,
)
register("foundation.token.issued", Text("API token “{name}” issued", "APIトークン「{name}」を発行"))
register("foundation.token.revoked", Text("API token “{name}” revoked", "APIトークン「{name}」を取り消し"))
register("foundation.team.opened", Text("Team “{name}” opened", "チーム「{name}」を作成"))
register("foundation.team.renamed", Text("Team “{before}” renamed “{name}”", "チーム「{before}」を「{name}」に改名"))
register("foundation.team.closed", Text("Team “{name}” closed", "チーム「{name}」を廃止"))

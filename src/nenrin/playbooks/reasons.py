"""Why a run is where it is: a code for programs, a sentence for people."""

from __future__ import annotations

from nenrin.values import Text

WORDS: dict[str, Text] = {
    # into it
    "began": Text("{trigger}", "{trigger}"),
    "capped": Text("Waits for its hour: at most {per_hour} begin an hour", "開始待ち: 1時間に{per_hour}件まで"),
    "approval": Text(
        "More than {above} accounts within 24 hours: a person decides", "24時間に{above}社を超えたため、承認を待つ"
    ),
    # kept out
    "held_out": Text(
        "In the group that is left alone ({percent}%), to measure the effect",
        "効果測定のための未実施グループ（{percent}%）",
    ),
    "universal": Text(
        "In the group that no playbook touches ({percent}%)", "すべてのプレイブックの未実施グループ（{percent}%）"
    ),
    "inside": Text("It was inside already", "すでに実行中"),
    "never_again": Text("It was inside once, and never comes in again", "実施済み（再登録なし）"),
    "too_soon": Text("It ended {ended} ago; again after {days} days", "前回の終了から{ended}（{days}日後に再登録可）"),
    "per_account": Text("At most {most} runs of an account in a year", "1社あたり年{most}回まで"),
    "cooling": Text(
        "Another playbook ({other}) reached it less than {days} days ago",
        "{days}日以内に別のプレイブック（{other}）を実施",
    ),
    "excluded": Text("Left out: {condition}", "対象外: {condition}"),
    "loop": Text("Stopped: playbooks set each other off ({chain})", "停止: プレイブックが互いに発火（{chain}）"),
    "turning": Text(
        "Stopped: its conditions came true {times} times in 30 days ({chain})",
        "停止: 30日間に{times}回、条件に該当（{chain}）",
    ),
    "unstanding": Text("The account is archived, provisional or a test", "アーカイブ・仮登録・テストの顧客"),
    "not_a_customer": Text("The account has left", "解約済みの顧客"),
    "unreadable": Text(
        "The playbook cannot be read any more. {problem}", "プレイブックを読み取れないため見送り。{problem}"
    ),
    "declined": Text("Declined by {member}", "{member}が見送り"),
    # on the way
    "postponed": Text("Goes on at {hours}", "{hours}に再開"),
    "contact_cap": Text("The person got {most} mails in 7 days: waits", "同じ人に7日で{most}通送信済みのため待機"),
    "paused": Text("The playbook is paused", "プレイブックを一時停止中"),
    "held": Text(
        "Waits: the playbook cannot be read any more. {problem}", "プレイブックを読み取れないため待機。{problem}"
    ),
    # out of it
    "finished": Text("All steps taken", "すべての手順を実施"),
    "goal": Text("Goal reached: {goal}", "目標達成: {goal}"),
    "goal_late": Text("Goal not reached in {days} days: {goal}", "{days}日以内に目標未達: {goal}"),
    "exit_when": Text("No longer meant: {condition}", "途中終了の条件に該当: {condition}"),
    "lost": Text("The customer left", "顧客が解約"),
    "archived": Text("The account was archived", "顧客がアーカイブされた"),
    "merged": Text("Merged into an account that is inside already", "すでに実行中の顧客に統合"),
    "no_longer": Text(
        "No longer among those it is for when its turn came: {condition}",
        "開始時点で対象の条件に該当しない: {condition}",
    ),
    "by_hand": Text("Ended by {member}", "{member}が終了"),
    "retired": Text("The playbook was taken out of use", "プレイブックの利用を終了"),
    "per_run": Text("More than {most} effects in one run", "1回の実行で効果が{most}件を超過"),
    "failed": Text("{problem}", "{problem}"),
    "step_gone": Text("The step is not in version {number}", "v{number}にこの手順がない"),
}


def said(code: str, **particulars: object) -> Text:
    """The sentence of a reason. Particulars that are Text are told in their own language.

    >>> said("goal", goal=Text("A meeting", "面談")).ja
    '目標達成: 面談'
    """
    words = WORDS[code]
    en = {key: value.en if isinstance(value, Text) else value for key, value in particulars.items()}
    ja = {key: value.ja if isinstance(value, Text) else value for key, value in particulars.items()}
    return Text(words.en.format(**en), words.ja.format(**ja))


def kept(text: Text) -> dict[str, str]:
    """As a row keeps it."""
    return {"en": text.en, "ja": text.ja}


def told(stored: dict[str, str]) -> Text:
    return Text(stored.get("en", ""), stored.get("ja", ""))

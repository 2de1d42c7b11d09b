"""Words of the demo's mails."""

from dataclasses import dataclass

from nenrin.values import Text


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail with places for the contact and the account; `language` of the customer it is meant for."""

    subject: Text
    text: Text
    why: Text | None = None
    language: str = "ja"


_FOOT_JA = "\n\nご不明な点がございましたら、このメールにそのままご返信ください。\n\nつむぎワークス カスタマーサクセス"
_FOOT_EN = "\n\nJust answer this mail if anything is unclear.\n\nCustomer Success, Tsumugi Works"


def _letter(
    subject: tuple[str, str], text: tuple[str, str], why: tuple[str, str] | None = None, language: str = "ja"
) -> Letter:
    body = Text(
        f"Dear {{contact}},\n\n{text[0]}{_FOOT_EN}",
        f"{{contact}} 様\n\nいつもお世話になっております。\n{text[1]}{_FOOT_JA}",
    )
    return Letter(Text(*subject), body, Text(*why) if why else None, language)


SENT = (
    _letter(
        ("Your usage in the last month", "先月のご利用状況のご報告"),
        (
            "here is last month at {account}: who works with the app, and the three features used most.",
            "{account}様の先月のご利用状況をお送りします。ご利用者数と、よく使われた機能の上位3つをまとめました。",
        ),
    ),
    _letter(
        ("Training for new colleagues", "新しいご担当者向け研修のご案内"),
        (
            "new colleagues may join our online training next Wednesday at 15:00. It takes 45 minutes.",
            "新しく配属された方に向けて、来週水曜15時からオンライン研修を開きます。所要は45分です。",
        ),
    ),
    _letter(
        ("Minutes of our meeting", "お打ち合わせの議事録"),
        (
            "thank you for your time. We agreed on three points; the first is due at the end of this month.",
            "先日はお時間をいただきありがとうございました。決定事項は3点、最初の期限は今月末です。",
        ),
    ),
)
DRAFTS = (
    _letter(
        ("May we look at your usage together?", "ご利用状況を一緒に確認させてください"),
        (
            "we saw that fewer reports are written since the beginning of the month. May we look at it together for 30 minutes?",
            "月初から日報の登録が減っているようです。原因を一緒に確認するため、30分ほどお時間をいただけないでしょうか。",
        ),
        ("Weekly users fell by a third in 28 days", "週間利用者数が28日間で3割減少"),
    ),
    _letter(
        ("Your contract: dates to know", "ご契約更新のご案内"),
        (
            "your contract renews by itself unless one side says otherwise before the notice deadline. We would like to hear your plans before that.",
            "ご契約は更新拒絶期限日までにお申し出がない場合、自動更新となります。その前に次期のご計画を伺えれば幸いです。",
        ),
        ("The notice deadline is 30 days away", "更新拒絶期限日まで30日"),
    ),
    _letter(
        ("Thank you for your frank answer", "アンケートへのご回答のお礼"),
        (
            "thank you for telling us where the approval flow takes too long. Our product team has looked at it; we would like to show you two ways.",
            "承認に時間がかかるとのご指摘をありがとうございました。開発担当と確認し、改善の方法を2つご用意しました。",
        ),
        ("NPS answer 4 two days ago", "2日前のNPS回答が4点"),
    ),
    _letter(
        ("Your first milestone", "初回の目標達成に向けて"),
        (
            "three of five steps are done. The next one, importing your inspection forms, takes about an hour; we can do it together.",
            "導入の5項目のうち3項目が完了しました。次の点検表の取り込みは1時間ほどで終わります。ご一緒に進めませんか。",
        ),
        ("Onboarding has not moved for 7 days", "オンボーディングが7日間停滞"),
    ),
    _letter(
        ("New seats for the Nagoya site", "追加席数のご相談"),
        (
            "94 % of your seats are in use. Shall we prepare an offer for the next site?",
            "契約席数の94％をお使いいただいています。次の拠点に向けて、追加のお見積もりをご用意しましょうか。",
        ),
        ("94 % of the seats are in use", "席数の利用率が94％"),
    ),
    _letter(
        ("Introducing your new contact at Tsumugi Works", "担当者変更のご挨拶"),
        (
            "from next month Misaki Sato looks after {account}. She has read your history and will call you this week.",
            "来月より{account}様の担当が佐藤に変わります。これまでの経緯は引き継いでおります。今週中にお電話いたします。",
        ),
        ("The owner changes on the first", "来月1日に担当者を変更"),
        "en",
    ),
)
TEMPLATES = (
    (
        "welcome",
        "ご契約のお礼",
        {
            "subject_ja": "{{ account.name }}様 ご契約ありがとうございます",
            "body_ja": "{{ contact.name | default: 'ご担当者' }} 様\n\nこのたびはご契約ありがとうございます。担当の{{ owner.name }}です。\n初回のお打ち合わせの候補日をお送りします。",
            "subject_en": "Welcome, {{ account.name }}",
            "body_en": "Dear {{ contact.name | default: 'colleague' }},\n\nwelcome aboard. I am {{ owner.name }} and look after you from now on.",
        },
    ),
    (
        "renewal",
        "契約更新のご案内",
        {
            "subject_ja": "ご契約更新のご案内（{{ account.name }}様）",
            "body_ja": "{{ contact.name | default: 'ご担当者' }} 様\n\nご契約の更新時期が近づいてまいりました。",
            "subject_en": "Your renewal, {{ account.name }}",
            "body_en": "Dear {{ contact.name | default: 'colleague' }},\n\nyour renewal is coming up.",
        },
    ),
)

"""What each permission lets a person do, in words for the table of roles."""

from __future__ import annotations

from nenrin.foundation.permissions import Permission, Scope
from nenrin.values import Text

P = Permission
WORDS: dict[Permission, Text] = {
    P.ACCOUNTS_VIEW: Text("See accounts", "顧客の閲覧"),
    P.ACCOUNTS_EDIT: Text("Edit accounts", "顧客の編集"),
    P.ACCOUNTS_ASSIGN: Text("Assign owners", "担当の割り当て"),
    P.ACCOUNTS_MERGE: Text("Merge accounts", "顧客の統合"),
    P.CONTACTS_VIEW: Text("See contacts", "顧客担当者の閲覧"),
    P.CONTACTS_EDIT: Text("Edit contacts", "顧客担当者の編集"),
    P.SUBSCRIPTIONS_VIEW: Text("See subscriptions", "契約の閲覧"),
    P.SUBSCRIPTIONS_EDIT: Text("Edit subscriptions", "契約の編集"),
    P.TIMELINE_VIEW: Text("See the timeline", "タイムラインの閲覧"),
    P.TIMELINE_WRITE: Text("Write notes and calls", "記録の追加"),
    P.HEALTH_VIEW: Text("See health", "ヘルスの閲覧"),
    P.HEALTH_OVERRIDE: Text("Give a pulse, override health", "CSM所感・手動変更"),
    P.HEALTH_CONFIGURE: Text("Edit health models", "ヘルスモデルの編集"),
    P.MEASURES_VIEW: Text("See measures", "指標の閲覧"),
    P.SEGMENTS_VIEW: Text("See segments", "セグメントの閲覧"),
    P.SEGMENTS_EDIT: Text("Edit segments", "セグメントの編集"),
    P.EXPORT: Text("Export lists", "一覧の書き出し"),
    P.IMPORT: Text("Import files", "ファイルの取り込み"),
    P.SOURCES_VIEW: Text("See sources", "接続元の閲覧"),
    P.SOURCES_EDIT: Text("Edit sources and keys", "接続元とキーの編集"),
    P.DATA_VIEW: Text("See data quality", "データ品質の閲覧"),
    P.DATA_EDIT: Text("Edit the event catalogue", "利用ログの分類の編集"),
    P.COSTS_VIEW: Text("See costs, hours, balance and contribution", "費用・工数・予算配分・貢献利益の閲覧"),
    P.COSTS_EDIT: Text("Edit costs, hours and the budget", "費用・工数・予算の編集"),
    P.PRODUCTS_EDIT: Text("Edit products, tiers, touch models, tags", "製品・企業規模・タッチモデル・タグの編集"),
    P.MEMBERS_VIEW: Text("See members", "メンバーの閲覧"),
    P.MEMBERS_EDIT: Text("Invite members, change roles", "メンバーの招待・権限変更"),
    P.RESULTS_VIEW: Text("See the result since the start", "開始時との比較の閲覧"),
    P.JOURNAL_VIEW: Text("See the audit log", "監査ログの閲覧"),
    P.TOKENS_EDIT: Text("Make API tokens", "APIトークンの発行"),
    P.ORGANISATION_EDIT: Text("Change the organisation and attributes", "組織の設定・独自項目の変更"),
}
SCOPES: dict[Scope, Text] = {
    Scope.OWN: Text("own accounts", "自分の担当"),
    Scope.TEAM: Text("team's accounts", "チームの担当"),
    Scope.ALL: Text("all", "すべて"),
}

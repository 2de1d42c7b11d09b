"""Terms of the read-outs of playbooks."""

from __future__ import annotations

from nenrin.values import Text
from nenrin.web.terms import Definition

TERMS: dict[str, Definition] = {
    "effect": Definition(
        Text("Effect", "効果"),
        Text(
            "Mean of the accounts drawn to be treated less that of the accounts left alone, whatever was then done with"
            " each (intention to treat), adjusted for what was known before.",
            "実施グループの平均から未実施グループの平均を引いた差。実際に何をしたかによらず、割り付けどおりに数える（ITT）。"
            "事前に分かっていた違いは補正済み。",
        ),
    ),
    "always_valid": Definition(
        Text("95 % at every look", "95%区間（常時有効）"),
        Text(
            "Holds at every look together: look as often as you like, stop when you like (confidence sequence).",
            "何度確認しても、いつ判断しても有効な区間（信頼系列）。",
        ),
    ),
    "arm_treated": Definition(
        Text("Treated", "実施グループ"),
        Text("Accounts drawn to go through the playbook.", "プレイブックを実施すると割り付けた顧客。"),
    ),
    "holdout": Definition(
        Text("Left alone", "未実施グループ"),
        Text(
            "Accounts left alone by chance, to see what would have happened anyway.",
            "何もしなかった場合を知るために、無作為に実施しないと決めた顧客。",
        ),
    ),
    "detectable": Definition(
        Text("Would show", "検出できる差"),
        Text(
            "The smallest effect that so many accounts would show four times out of five.",
            "現在の件数で、5回に4回は検出できる最小の差。",
        ),
    ),
    "sample_ratio": Definition(
        Text("Chance of groups as uneven as these", "件数の偏りの検定（p値）"),
        Text(
            "If the draw was sound. Below 0.001 the groups are not what was drawn, and nothing is compared.",
            "割り付けが正しい場合に、これ以上偏る確率。0.001を下回ると比較を止める。",
        ),
    ),
    "unlike": Definition(
        Text("Chance of effects as unlike as these", "効果の違いの検定（p値）"),
        Text(
            "If the effect were the same in every group (Cochran's Q). Several tables are looked at: below 0.01 the groups differ.",
            "どのグループでも効果が同じ場合に、これ以上ばらつく確率（CochranのQ）。複数の表を見るため、0.01を下回れば違いありとする。",
        ),
    ),
    "qini": Definition(
        Text("Gain of aiming (Qini)", "対象の選別による上乗せ（Qini）"),
        Text(
            "What helping those first who were foretold the largest effect gains over chance, as a part of the best order there"
            " could be: 0 % is chance. Foretold for each account from the others only.",
            "予測した効果が大きい顧客から実施した場合の上乗せを、理想の順番に対する割合で表す。0%は無作為と同じ。"
            "各顧客の予測には、その顧客以外のデータだけを使う。",
        ),
    ),
    "effect_foretold": Definition(
        Text("Effect foretold", "予測した効果"),
        Text(
            "The outcome foretold if treated less that if left alone, each learned from its own group (T-learner).",
            "実施した場合と実施しない場合の予測値の差。それぞれのグループから別々に学習する（T-learner）。",
        ),
    ),
}

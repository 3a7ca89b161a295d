"""The part of the report about danger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.crisis.meaning import bars
from measuring.evaluation import crisis
from measuring.evaluation.crisis import Screened
from measuring.figures import Share
from measuring.markdown import page, table

QUOTED = 3  # lines shown of each kind
LOWER_BARS = (0.5, 0.4, 0.3, 0.2, 0.1)
LAYERS = {
    "match": "the patterns",
    "meaning": "the meaning",
    "fallback": "the built-in check, which stands in when the rules fail",
}


def danger_section(ours: list[Screened], stock: list[Screened]) -> str:
    """Tables of the lines by our screen and by the stock pipeline, and what was missed."""
    return page(
        "## Danger",
        f"{len(ours)} lines of `tests/bot/crisis/lines/unseen_*.yml`, written apart from the "
        f"training lines. A line of more than {crisis.POST_WORDS} words counts as a long post. The "
        "stock pipeline has no tiers: any crisis intent counts as an alert.",
        table(("", "Foyer", "stock pipeline"), _danger_rows(ours, stock)),
        "### By kind",
        "Lines that speak of danger, by what they say.",
        table(
            ("kind", "lines", "alert", "check-in", "missed", "noticed", "stock pipeline"),
            _kind_rows(ours, stock),
        ),
        "![Danger noticed, by kind](evaluation/danger.svg)",
        "Lines that should stay without an alarm.",
        table(
            ("kind", "lines", "alert", "check-in", "false alarms", "stock pipeline"),
            _harmless_rows(ours, stock),
        ),
        "### By category",
        "Where danger was noticed, whether its category was right decides the first step offered.",
        table(("category", "lines", "noticed", "right category"), _category_rows(ours)),
        "### By qualifier",
        "Qualifiers that the screen found, each with the danger that was noticed beside it and the "
        "harmless, denied or past lines that got an alarm.",
        table(("qualifier", "danger noticed", "false alarms"), _qualifiers(ours)),
        "### By layer",
        "Of all lines that speak of danger, and of all harmless ones: what raised the alarm.",
        table(("", "danger noticed", "false alarms"), _layer_rows(ours)),
        "### What a lower bar would cost",
        f"The layer of meaning speaks at {bars().check_in:.2f} of 1. Lower, it would notice more "
        "danger, and ask more people who are in none. (As if no phrase had found a denial, the "
        "past or a question.)",
        table(("bar", "danger in chat", "in posts", "check-in on harmless"), _bar_rows(ours)),
        "### What is missed",
        "\n".join(["Danger that nothing noticed, by kind:", "", *_quoted(crisis.missed(ours))]),
        "\n".join(["Harmless lines with an alarm, by kind:", "", *_quoted(_false_alarms(ours))]),
    )


def by_kind(screened: list[Screened], *, danger: bool) -> dict[str, list[Screened]]:
    """The lines that speak of danger, or those that don't, in groups by kind."""
    return crisis.grouped(
        [each for each in screened if each.line.danger == danger], lambda each: each.line.kind
    )


def _danger_rows(ours: list[Screened], stock: list[Screened]) -> Iterable[Sequence[str]]:
    mine, other = crisis.shares(ours), crisis.shares(stock)
    rows = {
        "chat-like danger noticed": "crisis.chat.noticed",
        "long posts of danger noticed": "crisis.post.noticed",
        "alert where it must be an alert": "crisis.alert_when_clear",
        "alert on harmless chat": "crisis.chat.false_alert",
        "check-in on harmless chat": "crisis.chat.false_check_in",
        "alert on harmless long posts": "crisis.post.false_alert",
        "check-in on harmless long posts": "crisis.post.false_check_in",
        "no alarm on what is denied or past": "crisis.calm_left_alone",
        "right category": "crisis.right_category",
    }
    for name, figure in rows.items():
        yield name, str(mine[figure]), str(other[figure])


def _kind_rows(ours: list[Screened], stock: list[Screened]) -> Iterable[Sequence[str]]:
    others = by_kind(stock, danger=True)
    for kind, group in by_kind(ours, danger=True).items():
        yield (
            kind,
            *_counts(group, "alert", "check-in", None),
            str(crisis.noticed(group)),
            f"{100 * crisis.noticed(others[kind]).value:.1f}%",
        )


def _harmless_rows(ours: list[Screened], stock: list[Screened]) -> Iterable[Sequence[str]]:
    others = by_kind(stock, danger=False)
    for kind, group in by_kind(ours, danger=False).items():
        yield (
            kind,
            *_counts(group, "alert", "check-in"),
            str(_alarms(group)),
            f"{100 * _alarms(others[kind]).value:.1f}%",
        )


def _category_rows(screened: list[Screened]) -> Iterable[Sequence[str]]:
    groups = crisis.grouped(
        [each for each in screened if each.line.danger], lambda each: each.line.category
    )
    for category, group in groups.items():
        right = crisis.shares(group)["crisis.right_category"]
        yield category, str(len(group)), str(crisis.noticed(group)), str(right)


def _qualifiers(screened: list[Screened]) -> Iterable[Sequence[str]]:
    names = sorted({name for each in screened for name in each.qualifiers})
    for name in names:
        group = [each for each in screened if name in each.qualifiers]
        danger = [each for each in group if each.line.danger]
        calm = [each for each in group if not each.line.danger]
        yield name, str(crisis.noticed(danger)), str(_alarms(calm))


def _layer_rows(screened: list[Screened]) -> Iterable[Sequence[str]]:
    danger = [each for each in screened if each.line.danger]
    harmless = [each for each in screened if crisis.is_harmless(each.line)]
    found = {each.layer for each in screened if each.tier and each.layer}
    for layer in sorted(found):
        yield (
            LAYERS.get(layer, layer),
            str(Share.counted(each.tier is not None and each.layer == layer for each in danger)),
            str(Share.counted(each.tier is not None and each.layer == layer for each in harmless)),
        )


def _bar_rows(screened: list[Screened]) -> Iterable[Sequence[str]]:
    """What is noticed at each bar, the real one first."""
    real = bars().check_in
    for bar in (real, *(each for each in LOWER_BARS if each < real)):
        there = crisis.with_bar(screened, bar) if bar < real else screened
        chat, post = crisis.noticed(crisis.chats(there)), crisis.noticed(crisis.posts(there))
        yield f"{bar:.2f}", str(chat), str(post), str(crisis.false(there, "check-in"))


def _counts(group: list[Screened], *tiers: str | None) -> list[str]:
    """How many lines, and how many of them in each tier."""
    found = [each.tier for each in group]
    return [str(len(found)), *(str(found.count(tier)) for tier in tiers)]


def _alarms(group: Iterable[Screened]) -> Share:
    return Share.counted(each.tier is not None for each in group)


def _false_alarms(screened: list[Screened]) -> list[Screened]:
    return [each for each in screened if crisis.is_harmless(each.line) and each.tier]


def _quoted(lines: list[Screened]) -> list[str]:
    """A line for each kind: how many, and the shortest of them."""
    said = []
    groups = crisis.grouped(lines, lambda each: each.line.kind)
    for kind, group in sorted(groups.items(), key=lambda pair: -len(pair[1])):
        shown = sorted(group, key=lambda each: len(each.line.text))[:QUOTED]
        quoted = "; ".join(
            f"“{each.line.text}”{f' ({each.tier})' if each.tier else ''}" for each in shown
        )
        more = f"; and {len(group) - len(shown)} more" if len(group) > len(shown) else ""
        said.append(f"- {kind} ({len(group)}): {quoted}{more}")
    return said or ["None."]

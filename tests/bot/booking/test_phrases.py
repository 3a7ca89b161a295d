from __future__ import annotations

import pytest

from bot.booking.phrases import is_yes, said, says_only
from bot.booking.texts import booking_data
from bot.datafile import DATA
from scripts.nlu_lines import nlu_lines

COMMANDS = DATA / "nlu" / "commands.yml"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Yes, book it", {"yes"}),
        ("no, show other times", {"no"}),
        ("don't book it", {"no"}),
        ("yes please!!", {"yes"}),
        ("nope", {"no"}),
        ("I know", set()),
        ("not sure", set()),
        ("yes... no", {"yes", "no"}),
    ],
)
def test_yes_and_no(text: str, kinds: set[str]) -> None:
    assert said(text, "yes", "no") == kinds


@pytest.mark.parametrize(
    ("text", "clear"),
    [
        ("Yes, book it", True),
        ("ok, yes please", True),
        ("please", True),
        ("YESSS!", True),
        ("thank you", False),
        ("x", False),
        ("", False),
        ("yes no", False),
        ("yes yes yes", True),
        ("yes but not then", False),
        ("yes, cancel it", False),
        ("book it?", False),
        ("I'm not sure", False),
    ],
)
def test_a_clear_yes_says_nothing_else(text: str, clear: bool) -> None:
    assert is_yes(text, "book") is clear


def test_every_button_says_what_it_is_for() -> None:
    titles = booking_data().buttons
    assert said(titles.more, "more", "all_times", "leave") == {"more"}
    assert said(titles.all_times, "more", "all_times", "leave") == {"all_times"}
    assert said(titles.not_now, "more", "all_times", "leave") == {"leave"}
    assert said(titles.change, "change", "cancel", "keep") == {"change"}
    assert said(titles.cancel, "change", "cancel", "keep") == {"cancel"}
    assert said(titles.keep, "change", "cancel", "keep") == {"keep"}
    for title in (titles.yes_book, titles.yes_cancel, titles.yes_callback):
        assert said(title, "yes", "no") == {"yes"}
    assert is_yes(titles.yes_book, "book")
    assert is_yes(titles.yes_cancel, "cancel")
    assert is_yes(titles.yes_callback, "call")
    assert is_yes("Yes, let me know", "tell_me")
    assert is_yes(titles.yes_email, "email")
    assert is_yes(titles.yes_summary, "email")
    assert is_yes(titles.yes_text, "text")
    for title in (titles.no_book, titles.no_cancel, titles.no_callback):
        assert said(title, "yes", "no") == {"no"}


def test_the_whole_message() -> None:
    assert says_only("Not now.", "leave")
    assert not says_only("not now, maybe friday", "leave")


def test_stopping_messages_is_told_from_asking_for_some() -> None:
    stops = [text for label, text in nlu_lines(COMMANDS) if label == "stop_messages"]
    assert [text for text in stops if not said(text, "no_messages")] == []
    for text in ("can I get a text reminder", "send me a reminder", "will I get a reminder?"):
        assert not said(text, "no_messages")

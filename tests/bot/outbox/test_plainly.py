from __future__ import annotations

import pytest

from bot.outbox import plainly
from bot.outbox.texts import outbox_data


@pytest.mark.parametrize(
    ("key", "subject"),
    [
        ("referral:0a:message", "referral"),
        ("referral:0a:summary:1764585000:email", "summary"),
        ("referral:0a:email:0", "referral_notice"),
        ("referral:0a:webhook:1", "referral_notice"),
        ("callback:0a:email:0", "callback_notice"),
        ("flag:0a:email:0", "flag_notice"),
        ("appointment:0a:0:booked:email", "booked"),
        ("appointment:0a:2:moved:text", "moved"),
        ("appointment:0a:3:cancelled:email", "cancelled"),
        ("appointment:0a:reminder:2:email", "reminder"),
        ("waiting:0a:0b:4:email", "time_free"),
        ("waiting:0a:over:1780000000:email", "waiting_over"),
        ("undo:0a:1764585000", "undo"),
        ("appointment:0a", "other"),
        ("k", "other"),
    ],
)
def test_what_a_message_is_about(key: str, subject: str) -> None:
    assert plainly.subject(key) == subject
    assert plainly.about(key, "email").startswith(outbox_data().subjects[subject])


def test_the_way_it_goes_is_named() -> None:
    assert plainly.about("appointment:0a:2:moved:text", "webhook").endswith("(text message)")
    assert plainly.about("appointment:0a:2:moved:email", "email").endswith("(email)")
    assert plainly.about("referral:0a:webhook:1", "webhook").endswith("(webhook)")


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        ("Unreachable", "the booking system did not answer as it should"),
        ("the mail server refuses the address (550)", "the mail server refuses the address (550)"),
        ("ZeroDivisionError", "something unforeseen (ZeroDivisionError)"),
        (None, ""),
    ],
)
def test_a_problem_in_plain_words(kept: str | None, words: str) -> None:
    assert plainly.problem(kept) == words

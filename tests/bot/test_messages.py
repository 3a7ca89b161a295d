from __future__ import annotations

import pytest

from bot.messages import message
from bot.records.retention import retention


def test_a_message_has_its_words_and_buttons() -> None:
    reply = message("unsure")
    assert "another" not in reply.text
    assert [button.payload for button in reply.buttons][-1] == "More ways to get help"


def test_the_menu_is_shared() -> None:
    assert message("start_again").buttons == message("nothing_to_repeat").buttons != ()


def test_privacy_says_how_long_things_are_kept() -> None:
    text = message("privacy", **retention().dict()).text
    assert f"after {retention().conversation} days" in text
    assert f"for {retention().referral} days" in text


def test_an_unknown_message_is_refused() -> None:
    with pytest.raises(KeyError):
        message("nonesuch")

"""A button sends its words as a message: whatever is offered has to be understood when tapped."""

from __future__ import annotations

import pytest

from bot.booking.texts import booking_data
from bot.crisis.replies import replies
from bot.datafile import ROOT, load_yaml
from bot.knowledge.topics import topic_of_label
from bot.nlu.classifier import Classifier
from bot.nlu.reading import Thresholds, read
from bot.preparing.texts import preparing_data


def offered() -> dict[str, str]:
    """What buttons outside the guided dialogues send, with the intent that it has."""
    booking, preparing = booking_data().buttons, preparing_data()
    found = {
        booking.refer: "refer_myself",
        booking.carry_on: "resume_referral",
        booking.book: "book_appointment",
        booking.change_long: "change_appointment",
        booking.cancel_long: "cancel_appointment",
        booking.prepare: "prepare",
        preparing.menu.checklist: "prepare",
        preparing.menu.one_at_a_time: "prepare",
        preparing.menu.video_call: "prepare",
        preparing.menu.aims: "write_aims",
        replies().buttons.ask.payload: "ask_what_can_you_do",
        replies().buttons.more: "get_help_now",
        "Erase everything": "erase_my_data",
        # What people are told that they can write
        "stop the messages": "stop_messages",
        "take me off the waiting list": "stop_messages",
    }
    for listed in preparing.lists.values():
        found[listed.all] = "prepare"
        found |= {listed.next.format(number=number): "prepare" for number in range(2, 10)}
    return found


def in_responses() -> set[str]:
    """What the buttons of domain.yml and data/messages.yml send."""
    domain, messages = load_yaml(ROOT / "domain.yml"), load_yaml(ROOT / "data" / "messages.yml")
    buttons = {
        button["payload"]
        for variants in domain["responses"].values()
        for variant in variants
        for button in variant.get("buttons", ())
    }
    named = [each.get("buttons", ()) for each in messages["messages"].values()]
    return buttons | set(messages["menu"]) | {t for row in named if row != "menu" for t in row}


@pytest.mark.parametrize(("payload", "intent"), offered().items())
def test_a_button_means_what_it_is_for(classifier: Classifier, payload: str, intent: str) -> None:
    assert read(payload, classifier, Thresholds()).intent == intent


@pytest.mark.parametrize("payload", sorted(in_responses()))
def test_every_button_of_a_response_is_understood(classifier: Classifier, payload: str) -> None:
    if topic_of_label(payload) is None:
        assert read(payload, classifier, Thresholds()).intent == offered()[payload]

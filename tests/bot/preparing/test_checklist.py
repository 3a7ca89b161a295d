from __future__ import annotations

import pytest

from bot.knowledge.services import services
from bot.knowledge.sources import source_line
from bot.knowledge.topics import topics
from bot.preparing.checklist import (
    checklist,
    first_session,
    menu,
    prepare,
    staying_well,
    video_call,
)
from bot.preparing.texts import preparing_data
from bot.reply import Reply

MENU = preparing_data().menu
BERKSHIRE = services()["berkshire"]


def titles(reply: Reply) -> list[str]:
    return [button.title for button in reply.buttons]


def payload(reply: Reply, title: str) -> str:
    return next(button.payload for button in reply.buttons if button.title == title)


def test_the_menu_offers_what_the_service_has() -> None:
    first = topics()["first_session"].label
    assert titles(menu("berkshire")) == [
        MENU.checklist,
        MENU.one_at_a_time,
        MENU.video_call,
        first,
        topics()["staying_well"].label,
        MENU.aims,
    ]
    assert titles(menu("lewisham")) == [MENU.checklist, MENU.one_at_a_time, first, MENU.aims]
    assert titles(menu("xyla")) == [first]
    assert BERKSHIRE.short_name in menu("berkshire").text


def test_the_whole_checklist_with_its_source() -> None:
    reply = checklist("berkshire")
    for item in BERKSHIRE.preparing.checklist or ():
        assert item in reply.text
    assert reply.text.endswith(source_line(BERKSHIRE))
    assert reply.custom["type"] == "answer"
    assert MENU.checklist not in titles(reply)
    assert MENU.video_call in titles(reply)


def test_one_point_at_a_time_to_the_end() -> None:
    items = BERKSHIRE.preparing.checklist or ()
    reply = checklist("berkshire", 1)
    for number, item in enumerate(items, start=1):
        assert reply.text.startswith(f"{number} of {len(items)}. {item}")
        assert reply.text.endswith(source_line(BERKSHIRE))
        assert (reply.custom["position"], reply.custom["of"]) == (number, len(items))
        if number < len(items):
            assert titles(reply) == [preparing_data().next, preparing_data().show_all]
            reply = prepare("berkshire", payload(reply, preparing_data().next))
    assert preparing_data().lists["checklist"].done in reply.text
    assert MENU.aims in titles(reply)


def test_show_all_in_the_middle() -> None:
    part = checklist("berkshire", 2)
    assert prepare("berkshire", payload(part, preparing_data().show_all)) == checklist("berkshire")


def test_video_readiness_by_questions() -> None:
    items = BERKSHIRE.preparing.video_call or ()
    reply = video_call("berkshire", 1)
    for item in items:
        assert f"Do you have {item}?" in reply.text
        if "Next" in titles(reply):
            reply = prepare("berkshire", payload(reply, preparing_data().next))
    assert preparing_data().lists["video_call"].done in reply.text
    assert all(item in video_call("berkshire").text for item in items)


@pytest.mark.parametrize("position", [0, 99])
def test_a_point_that_is_not_there_gives_the_whole(position: int) -> None:
    assert checklist("berkshire", position) == checklist("berkshire")


@pytest.mark.parametrize("service_id", ["xyla", "lewisham"])
def test_nothing_is_made_up_where_the_document_is_silent(service_id: str) -> None:
    service = services()[service_id]
    for reply in (video_call(service_id), video_call(service_id, 1), staying_well(service_id)):
        assert service.contact.who_to_ask in reply.text
        assert "SHaRON" not in reply.text
        assert "reading glasses" not in reply.text
        assert reply.text.endswith(source_line(service))
    if service.preparing.checklist is None:
        assert checklist(service_id, 1) == checklist(service_id)


def test_what_to_expect_first_and_afterwards() -> None:
    assert BERKSHIRE.answers["first_session"].text in first_session("berkshire").text
    assert "SHaRON" in staying_well("berkshire").text


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("help me get ready", menu("berkshire")),
        (MENU.checklist, checklist("berkshire")),
        ("show me the checklist please", checklist("berkshire")),
        (MENU.one_at_a_time, checklist("berkshire", 1)),
        ("take me through the checklist", checklist("berkshire", 1)),
        ("point 3", checklist("berkshire", 3)),
        (MENU.video_call, video_call("berkshire")),
        ("am I ready for my video call", video_call("berkshire")),
        ("what should I expect", first_session("berkshire")),
        ("how do I stay well afterwards", staying_well("berkshire")),
    ],
)
def test_what_is_asked_for_is_given(text: str, reply: Reply) -> None:
    assert prepare("berkshire", text) == reply


def test_without_a_service_it_is_asked_for() -> None:
    reply = prepare(None, "help me get ready")
    assert [service.short_name for service in services().values()] == titles(reply)[:3]

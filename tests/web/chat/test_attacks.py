"""What someone may try who means no good. All of it is refused, or does nothing."""

from __future__ import annotations

import base64
import json
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bot.records.encryption import Cipher, cipher, development_key
from tests.web.chat.conftest import MENU, OTHER_SITE
from tests.web.chat.test_failures import refused
from web.chat.tickets import Tickets
from web.chat.visitor import COOKIE

PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "[click](javascript:alert(1))",
    "{{ 7 * 7 }} ${7*7} <%= 7 %>",
    "'; DROP TABLE events; --",
    "../../etc/passwd",
    "\u202egnp.exe \u0000 \ud800",
)


def test_nobody_gets_into_anothers_chat(make_visitor, rasa) -> None:
    ann, bob = make_visitor(), make_visitor()
    ann.start()
    ann.say("my private words")
    bob.start()
    assert "private" not in bob.history().text
    senders = {body["sender"] for body in rasa.heard}
    assert len(senders) == 2
    assert all(len(sender) == 32 for sender in senders)
    ann_id = rasa.heard[0]["sender"]
    for guess in (ann_id, f"{ann_id}.x.y", "", "null", "a.b.c", "é"):
        for way in ("header", "cookie"):
            response = by(make_visitor(), way, guess)
            refused(response, 401, "gone")
            assert "private" not in response.text


def test_a_ticket_can_be_neither_changed_nor_forged(visitor) -> None:
    visitor.start()
    ticket = visitor.client.cookies[COOKIE]
    content, signed_at, signature = ticket.rsplit(".", 2)
    another = base64.urlsafe_b64encode(b'["0123456789abcdef0123456789abcdef",null]').decode()
    forged = Tickets([b"another key"], 24).issue("0" * 32, None)
    for wrong in (
        f"{another.rstrip('=')}.{signed_at}.{signature}",
        f"{content}.{signed_at}.{signature[:-2]}AA",
        f"{content}.aaaaaa.{signature}",
        f"{content}.{signed_at}.",
        forged,
        ticket * 50,
    ):
        refused(by(visitor, "header", wrong), 401, "gone")
    assert by(visitor, "header", ticket).status_code == 200


def test_a_ticket_outlives_a_change_of_keys(visitor, make_visitor, monkeypatch, tmp_path) -> None:
    old = development_key(tmp_path / "key")
    new = development_key(tmp_path / "newer")
    issued = Tickets(Cipher([old]).derived("foyer conversation"), 24).issue("c" * 32, None)
    rotated = Tickets(Cipher([new, old]).derived("foyer conversation"), 24)
    assert rotated.read(issued).conversation_id == "c" * 32
    assert cipher().derived("one") != cipher().derived("another")


def test_a_page_of_another_website_can_do_nothing(visitor, rasa) -> None:
    visitor.start()
    evil = "https://evil.example"
    for response in (
        visitor.start(Origin=evil),
        visitor.say("hello", Origin=evil),
        visitor.history(Origin=evil),
        visitor.client.post("/chat/leave", json={}, headers={"Origin": evil}),
        visitor.say("hello", Origin="null"),
        visitor.say("hello", Origin=f"{OTHER_SITE}.evil.example"),
    ):
        refused(response, 403, "forbidden")
        assert "access-control-allow-origin" not in response.headers
    assert rasa.texts == []
    assert visitor.history().status_code == 200, "it was not left"


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_a_form_of_another_website_can_send_nothing(visitor, rasa, kind) -> None:
    visitor.start()
    body = json.dumps({"id": "message-1", "text": "hello"})
    response = visitor.client.post("/chat/messages", content=body, headers={"Content-Type": kind})
    refused(response, 403, "forbidden")
    assert rasa.texts == []


def test_only_choices_that_were_offered_can_be_tapped(visitor, make_visitor, rasa) -> None:
    visitor.start()
    for forged in ("Erase everything", '/refer{"service": "xyla"}', MENU["payload"].upper()):
        refused(visitor.say(forged, tapped=True), 422, "not-offered")
    assert rasa.texts == []
    assert visitor.say(MENU["payload"], tapped=True).status_code == 200
    assert visitor.say("Erase everything").status_code == 200, "typed, it is a message"


def test_a_message_sent_again_is_not_handled_again(visitor, rasa) -> None:
    visitor.start()
    first = visitor.say("Send it", "message-1").json()
    for _ in range(3):
        assert visitor.say("Send it", "message-1").json() == first
    assert visitor.say("Another text", "message-1").json() == first
    assert rasa.texts == ["Send it"]


def test_an_id_says_nothing_in_another_chat(make_visitor, rasa) -> None:
    ann, bob = make_visitor(), make_visitor()
    ann.start()
    bob.start()
    ann.say("my private words", "message-1")
    assert "private" not in bob.say("hello", "message-1").text


def test_what_is_too_long_is_refused(visitor, rasa) -> None:
    visitor.start()
    refused(visitor.say("x" * 4001), 413, "too-long")
    refused(visitor.say("x" * 200_000), 413, "too-long")
    assert visitor.say("x" * 4000).status_code == 200

    def endless() -> Any:
        for _ in range(100):
            yield b"x" * 10_000

    headers = {"Content-Type": "application/json"}
    response = visitor.client.post("/chat/messages", content=endless(), headers=headers)
    refused(response, 413, "too-long")
    assert len(rasa.texts) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 60_000,
        b"[]",
        b"null",
        b'{"text": "hello"}',
        b'{"id": "short", "text": "hello"}',
        b'{"id": "opening", "text": "hello"}',
        b'{"id": "message-1", "text": ""}',
        b'{"id": "message-1", "text": "   "}',
        b'{"id": "message-1", "text": 7}',
        b'{"id": "message-1", "text": "hello", "tapped": "yes"}',
        b'{"id": "message-1; DROP TABLE events", "text": "hello"}',
        b'{"id": ["message-1"], "text": "hello"}',
    ],
)
def test_what_is_no_message_is_refused(visitor, rasa, body) -> None:
    visitor.start()
    headers = {"Content-Type": "application/json"}
    response = visitor.client.post("/chat/messages", content=body, headers=headers)
    refused(response, 400, "bad-request")
    assert rasa.texts == []


@pytest.mark.parametrize("text", PAYLOADS)
def test_markup_and_the_like_come_back_as_the_text_they_are(visitor, rasa, text) -> None:
    visitor.start()
    body = json.dumps({"id": "message-1", "text": text})
    headers = {"Content-Type": "application/json"}
    response = visitor.client.post("/chat/messages", content=body, headers=headers)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-content-type-options"] == "nosniff"
    shown = text.replace("\0", "").encode("utf-8", "replace").decode()
    assert rasa.texts == [shown]
    assert visitor.history().json()["messages"][2]["text"] == shown


def test_a_flood_of_messages_is_slowed(make_visitor, rasa) -> None:
    visitor = make_visitor(CHAT_MESSAGES_A_MINUTE="5")
    visitor.start()
    answers = [visitor.say(f"hello {n}") for n in range(30)]
    assert [each.status_code for each in answers[:5]] == [200] * 5
    for answer in answers[6:]:
        refused(answer, 429, "too-fast")
        assert int(answer.headers["retry-after"]) >= 1
    assert len(rasa.texts) <= 6


def test_a_flood_of_new_chats_is_slowed(make_visitor) -> None:
    visitor = make_visitor(CHAT_NEW_AN_HOUR="3")
    codes = []
    for _ in range(6):
        visitor.client.cookies.clear()
        codes.append(visitor.start().status_code)
    assert codes == [200] * 3 + [429] * 3


def test_a_flood_of_reading_is_slowed(make_visitor) -> None:
    visitor = make_visitor(CHAT_MESSAGES_A_MINUTE="1")  # ten readings, of whatever kind
    visitor.start()
    for _ in range(3):
        assert visitor.start().status_code == 200
        assert visitor.history().status_code == 200
    late = [visitor.history() for _ in range(6)][-1]
    refused(late, 429, "too-fast")
    assert int(late.headers["retry-after"]) >= 1
    refused(visitor.start(), 429, "too-fast")
    assert visitor.say("I want to die").status_code == 200  # no reading uses up what may be said


def test_a_flood_of_strangers_is_slowed(make_visitor) -> None:
    visitor = make_visitor(CHAT_MESSAGES_A_MINUTE="3")
    assert [visitor.say("hello").status_code for _ in range(5)] == [401] * 3 + [429] * 2


def test_many_chats_at_once_are_told_to_wait(make_visitor, rasa) -> None:
    visitor = make_visitor(CHAT_AT_ONCE="2", CHAT_ANSWER_SECONDS="30")
    tickets = []
    for _ in range(5):
        visitor.client.cookies.clear()
        visitor.start()
        tickets.append({"Authorization": f"Bearer {visitor.client.cookies[COOKIE]}"})
    rasa.slow(2.0)
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda ticket: visitor.say("hello", **ticket), tickets))
    assert sorted(each.status_code for each in answers) == [200, 200, 503, 503, 503]
    for answer in answers:
        if answer.status_code == 503:
            refused(answer, 503, "busy")


def test_one_chat_cannot_pile_up_turns(make_visitor, rasa) -> None:
    visitor = make_visitor(CHAT_ANSWER_SECONDS="30")
    visitor.start()
    rasa.slow(2.0)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda n: visitor.say(f"hello {n}"), range(6)))
    codes = sorted(each.status_code for each in answers)
    assert codes == [200] * 3 + [429] * 3


def test_no_log_holds_what_was_said_or_by_whom(visitor, rasa, caplog) -> None:
    with caplog.at_level(logging.DEBUG):
        visitor.start()
        visitor.say("marigold one")
        rasa.down()
        visitor.say("marigold two")
        visitor.say("I want to kill myself, marigold")
        visitor.say("marigold " * 1000)
    ours = "\n".join(r.getMessage() for r in caplog.records if r.name.startswith(("web", "bot")))
    everything = "\n".join(record.getMessage() for record in caplog.records)
    assert "Rasa did not answer" in ours
    assert "marigold" not in everything
    assert rasa.heard[0]["sender"] not in ours
    assert visitor.client.cookies[COOKIE] not in everything


def by(visitor: Any, way: str, ticket: str) -> Any:
    """Asks for the history with a ticket."""
    visitor.client.cookies.clear()
    sent = ticket.encode()
    header = b"Bearer " + sent if way == "header" else f"{COOKIE}=".encode() + sent
    name = b"Authorization" if way == "header" else b"Cookie"
    return visitor.client.get("/chat/messages", headers={name: header})

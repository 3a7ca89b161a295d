from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from bot.records.models import Base, Conversation
from tests.web.chat.conftest import MENU, OTHER_SITE, eventually
from web.chat.visitor import COOKIE, LEFT


def _closed(database) -> bool:
    with database.reading() as session:
        return session.execute(select(Conversation.closed_at)).scalar() is not None


def test_a_chat_begins_with_the_greeting(visitor, rasa) -> None:
    response = visitor.start("berkshire")
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    answer = response.json()
    assert answer["service"] == "berkshire"
    assert [message["from"] for message in answer["messages"]] == ["assistant", "assistant"]
    assert answer["messages"][0]["buttons"] == [MENU]
    assert "token" not in answer
    cookie = response.headers["set-cookie"].lower()
    assert cookie.startswith(f"{COOKIE}=")
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert rasa.heard[0]["metadata"]["service"] == "berkshire"


def test_over_https_the_cookie_is_secure(visitor) -> None:
    visitor.client.base_url = "https://foyer.example"
    assert "secure" in visitor.start().headers["set-cookie"].lower()


def test_a_page_at_the_public_address_is_our_own_whatever_the_proxy_tells(make_visitor) -> None:
    visitor = make_visitor(PUBLIC_URL="https://foyer.example")
    response = visitor.start(Origin="https://foyer.example")
    assert response.status_code == 200
    assert "token" not in response.json()
    assert "secure" in response.headers["set-cookie"].lower()
    assert visitor.start(Origin="https://elsewhere.example").status_code == 403


def test_a_service_that_there_is_not_is_none(visitor) -> None:
    assert visitor.start("nowhere").json()["service"] is None


def test_a_message_is_answered_and_both_are_in_the_history(visitor, rasa) -> None:
    visitor.start("berkshire")
    answers = visitor.say("How long is a session?", "message-1").json()["messages"]
    assert [message["text"] for message in answers] == ["You said: How long is a session?", "And?"]
    assert rasa.heard[-1]["metadata"] == {
        "message_id": "message-1",
        "service": "berkshire",
        "tapped": False,
    }
    told = visitor.history().json()
    assert told["service"] == "berkshire"
    assert [(m["id"], m["from"], m["text"]) for m in told["messages"][2:]] == [
        ("message-1", "person", "How long is a session?"),
        ("message-1.1", "assistant", "You said: How long is a session?"),
        ("message-1.2", "assistant", "And?"),
    ]
    assert [m["id"] for m in answers] == ["message-1.1", "message-1.2"]


def test_another_tab_goes_on_with_the_same_chat(visitor, rasa) -> None:
    first = visitor.start().json()["messages"]
    visitor.say("hello", "message-1")
    again = visitor.start().json()["messages"]
    assert [m["id"] for m in again[:2]] == [m["id"] for m in first]
    assert len(again) == 5
    assert len(rasa.heard) == 2


def test_an_embedded_page_gets_a_token_instead_of_a_cookie(visitor) -> None:
    response = visitor.start(Origin=OTHER_SITE)
    assert "set-cookie" not in response.headers
    assert response.headers["access-control-allow-origin"] == OTHER_SITE
    assert "access-control-allow-credentials" not in response.headers
    token = response.json()["token"]
    with_token = {"Origin": OTHER_SITE, "Authorization": f"Bearer {token}"}
    assert visitor.say("hello", **with_token).status_code == 200
    assert len(visitor.history(**with_token).json()["messages"]) == 5
    assert visitor.history(Origin=OTHER_SITE).status_code == 401


def test_preflights_are_answered_for_allowed_sites_only(visitor) -> None:
    asked = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    good = visitor.client.options("/chat/messages", headers={"Origin": OTHER_SITE, **asked})
    assert good.headers["access-control-allow-origin"] == OTHER_SITE
    bad = visitor.client.options("/chat/messages", headers={"Origin": "https://e.example", **asked})
    assert "access-control-allow-origin" not in bad.headers


def test_leaving_shuts_the_chat_everywhere(visitor) -> None:
    visitor.start()
    ticket = visitor.client.cookies[COOKIE]
    response = visitor.client.post("/chat/leave", json={})
    assert response.status_code == 204
    assert COOKIE not in visitor.client.cookies
    assert visitor.history(Authorization=f"Bearer {ticket}").status_code == 401
    assert visitor.client.post("/chat/leave", json={}).status_code == 204
    assert len(visitor.start().json()["messages"]) == 2, "a new one"


def test_who_left_stays_out_after_a_restart(make_visitor) -> None:
    visitor = make_visitor()
    visitor.start()
    ticket = visitor.client.cookies[COOKIE]
    visitor.client.post("/chat/leave", json={})
    restarted = make_visitor()
    assert restarted.history(Authorization=f"Bearer {ticket}").json()["error"]["code"] == "gone"


@pytest.mark.alters_tables
def test_who_left_while_the_database_was_away_stays_out_too(make_visitor, database) -> None:
    visitor = make_visitor()
    visitor.start()
    ticket = visitor.client.cookies[COOKIE]
    Base.metadata.drop_all(database.engine)
    assert visitor.client.post("/chat/leave", json={}).status_code == 204
    visitor.stop()
    Base.metadata.create_all(database.engine)
    restarted = make_visitor()
    gone = {"Authorization": f"Bearer {ticket}"}
    eventually(lambda: _closed(database))
    assert restarted.history(**gone).json()["error"]["code"] == "gone"


@pytest.mark.parametrize("heard", [False, True])
def test_a_chat_marked_as_left_is_good_for_nothing(visitor, heard) -> None:
    visitor.start()
    visitor.say("hello")
    ticket = visitor.client.cookies[COOKIE]
    visitor.client.cookies.set(LEFT, "1", domain="testserver.local")
    assert visitor.history().status_code == 401
    assert visitor.say("hello").status_code == 401
    assert visitor.client.get("/chat/summary").status_code == 401
    if heard:
        visitor.client.post("/chat/leave", json={})
        assert not visitor.client.cookies
    assert len(visitor.start().json()["messages"]) == 2, "a new one"
    assert list(visitor.client.cookies) == [COOKIE]
    assert visitor.history(Authorization=f"Bearer {ticket}").status_code == 401


def test_a_restart_keeps_the_chat(make_visitor, rasa) -> None:
    visitor = make_visitor()
    visitor.start()
    answers = visitor.say("hello", "message-1").json()
    ticket = {"Authorization": f"Bearer {visitor.client.cookies[COOKIE]}"}
    restarted = make_visitor()
    assert len(restarted.history(**ticket).json()["messages"]) == 5
    again = restarted.say("hello", "message-1", **ticket).json()
    assert [m["text"] for m in again["messages"]] == [m["text"] for m in answers["messages"]]
    assert rasa.texts == ["hello"]
    tapped = restarted.say(MENU["payload"], tapped=True, **ticket)
    assert tapped.status_code == 200, "it was offered before the restart"


@pytest.mark.parametrize("code_of", ["history", "say"])
def test_without_a_chat_there_is_none(visitor, code_of) -> None:
    response = visitor.history() if code_of == "history" else visitor.say("hello")
    assert response.status_code == 401
    told = response.json()
    assert told["error"]["code"] == "gone"
    numbers = str(told["urgent"]["custom"]["help_lines"])
    for number in ("999", "111", "116 123"):
        assert number in numbers


def test_metrics_are_for_this_machine_and_name_nobody(make_visitor) -> None:
    visitor = make_visitor()
    assert visitor.client.get("/metrics").status_code == 404
    visitor.client.base_url = "http://127.0.0.1:8000"
    visitor.client._transport.client = ("127.0.0.1", 1)
    visitor.start()
    visitor.say("I want to kill myself")
    visitor.say("x" * 5000)
    in_database = 'foyer_flags_not_acknowledged{tier="alert"} 1.0'
    eventually(lambda: in_database in visitor.client.get("/metrics").text)
    response = visitor.client.get("/metrics")
    assert response.status_code == 200
    for line in (
        "foyer_turns_total 1.0",
        'foyer_crisis_replies_total{tier="alert"} 1.0',
        'foyer_refused_total{code="too-long"} 1.0',
        "foyer_flags_on_disk 0.0",
        'foyer_turn_seconds_bucket{le="12.0"} 1.0',
    ):
        assert line in response.text
    assert "kill" not in response.text
    proxied = visitor.client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"})
    assert proxied.status_code == 404


def test_whatever_is_refused_or_fails_is_counted(make_visitor, rasa, monkeypatch) -> None:
    visitor = make_visitor(CHAT_MESSAGES_A_MINUTE="2")
    visitor.client.base_url = "http://127.0.0.1:8000"
    visitor.client._transport.client = ("127.0.0.1", 1)

    def count(code: str) -> float:
        counts = visitor.client.get("/metrics").text
        found = re.search(rf'foyer_refused_total{{code="{code}"}} (\S+)', counts)
        return float(found[1]) if found else 0

    rasa.down()
    visitor.start()
    assert count("unavailable") == 1, "the greeting"
    visitor.say("hello")
    assert count("unavailable") == 2
    for _ in range(3):
        visitor.say("hello")
    assert count("too-fast") == 2
    visitor.client.cookies.clear()
    for _ in range(3):
        visitor.say("hello")
    assert (count("gone"), count("too-fast")) == (2, 3), "strangers"
    monkeypatch.setattr("web.chat.routes.read_said", lambda _body: 1 / 0)
    visitor.say("hello")
    assert count("failed") == 1

from __future__ import annotations

import re

import pytest

from bot.knowledge import answers
from bot.knowledge.services import services
from bot.knowledge.topics import topics
from bot.messages import message
from bot.records.conversations import append_events, conversation
from bot.records.erasure import erase_conversation
from bot.reply import Reply, reply_json
from bot.review import unanswered
from bot.staff.rules import rules

SILENT = services()["berkshire"].not_said[0]
NOWHERE = next(
    each
    for each in topics()
    if topics()[each].ask_service and all(each in one.not_said for one in services().values())
)
ASKED_BACK = ("Berkshire",)
SUGGEST = answers.suggest(["session_length", "homework"])


def event(kind: str, at, text: str, **data):
    return {"event": kind, "timestamp": at.timestamp(), "text": text, "data": data}


def say(console, name: str, *turns: tuple[str, Reply], service_id: str | None = "berkshire"):
    """A conversation, its events as Rasa writes them."""
    now = console.clock.now
    events = []
    for said, reply in turns:
        body = reply_json(reply)
        shown = {"buttons": body.get("buttons"), "custom": body.get("custom")}
        user = event("user", now, said)
        if said in ASKED_BACK:
            user["parse_data"] = {"intent": {"name": "inform_service"}}
        events += [user, event("bot", now, body["text"], **shown)]
    with console.database.session() as session:
        owner = conversation(session, name, now)
        owner.service_id, owner.last_message_at = service_id, now
        append_events(session, owner, events)


@pytest.fixture
def lead(console):
    return console.staff("lead").sign_in()


def rows(page: str) -> dict[str, int]:
    """The numbers of the table."""
    found = re.findall(r'<tr><th scope="row">([^<]+)</th><td class="num">(\d+)</td></tr>', page)
    return {label.replace("&#39;", "'"): int(count) for label, count in found}


def wordings(page: str) -> dict[str, int]:
    cell = r"<td[^>]*>"
    found = re.findall(
        rf'<tr><th scope="row">([^<]+)</th>{cell}[^<]+</td>{cell}[^<]+</td>{cell}(Once|\d+)', page
    )
    return {text: 1 if count == "Once" else int(count) for text, count in found}


@pytest.mark.parametrize(
    ("reply", "row"),
    [
        (message("not_understood"), "Not understood"),
        (message("unsure"), "Not understood"),
        (SUGGEST, "Suggestions were made, and none was chosen"),
        (answers.unknown("berkshire"), "Nothing known about it: said so, and whom to ask"),
        (answers.unknown(None), "Nothing known about it: said so, and whom to ask"),
        (answers.answer(SILENT, "berkshire"), topics()[SILENT].label),
        (answers.answer(NOWHERE, None), topics()[NOWHERE].label),
    ],
)
def test_each_way_of_having_no_answer_is_counted(console, lead, reply, row: str) -> None:
    say(console, "c", ("Is there a lift?", reply))
    page = lead.get("/unanswered").text
    counted = rows(page)
    assert counted[row] == 1
    assert sum(counted.values()) == 1
    assert wordings(page) == {"Is there a lift?": 1}


@pytest.mark.parametrize(
    "reply",
    [
        answers.answer("what_is_dit", "berkshire"),
        answers.answer("what_is_dit", None),
        answers.ask_which_service(NOWHERE),
        answers.compare(NOWHERE, None),
        answers.welcome("berkshire"),
        answers.answer(services()["lewisham"].not_said[0], "lewisham"),  # not theirs to add
        Reply("Hello"),
    ],
)
def test_what_was_answered_or_only_asked_back_is_not(console, lead, reply) -> None:
    say(console, "c", ("What is it?", reply))
    assert "Nothing to show yet" in lead.get("/unanswered").text
    assert "What is it?" not in lead.last.text


@pytest.mark.parametrize(("then", "counted"), [("None of these", 1), ("no", 1), ("", 0)])
def test_a_suggestion_that_is_chosen_is_an_answer(console, lead, then: str, counted: int) -> None:
    chosen = then or SUGGEST.buttons[0].payload
    say(console, "c", ("how lng", SUGGEST), (chosen, Reply("Sessions last …")))
    assert wordings(lead.get("/unanswered").text) == ({"how lng": 1} if counted else {})


def test_a_message_counts_once_however_much_it_asks(console, lead) -> None:
    asked = services()["berkshire"].not_said[:2]
    say(console, "c", ("Is it free, and when?", answers.answer_all(asked, "berkshire")[0]))
    page = lead.get("/unanswered").text
    assert wordings(page) == {"Is it free, and when?": 1}
    assert [rows(page)[topics()[each].label] for each in asked] == [1, 1]


def test_the_question_is_what_came_before_its_service(console, lead) -> None:
    first, then = answers.answer(NOWHERE, None), answers.answer(NOWHERE, "berkshire")
    say(console, "c", ("How dear is it?", first), ("Berkshire", then))
    page = lead.get("/unanswered").text
    assert wordings(page) == {"How dear is it?": 1}
    assert rows(page)[topics()[NOWHERE].label] == 1


def test_that_none_was_meant_is_no_question(console, lead) -> None:
    say(console, "c", ("how lng", SUGGEST), ("None of these", message("unsure")))
    assert wordings(lead.get("/unanswered").text) == {"how lng": 1}


def test_alike_wording_is_taken_together_and_the_most_frequent_is_first(console, lead) -> None:
    unknown = answers.unknown("berkshire")
    say(console, "a", ("Do you have parking?", unknown), ("Is it <b>warm</b>?", unknown))
    console.clock.forward(minutes=1)
    say(console, "b", ("do you have  parking", unknown), ("x" * 400, unknown))
    page = lead.get("/unanswered").text
    found = wordings(page)
    assert next(iter(found.items())) == ("do you have  parking", 2)
    assert "Is it &lt;b&gt;warm&lt;/b&gt;?" in found
    assert "x" * 300 + " …" in found
    assert rows(page)["Nothing known about it: said so, and whom to ask"] == 4


def test_what_a_page_says_by_now_is_left_out(console, lead, monkeypatch) -> None:
    say(console, "c", ("Is there a lift?", answers.answer(SILENT, "berkshire")))
    assert wordings(lead.get("/unanswered").text)
    berkshire = services()["berkshire"].copy(update={"not_said": ()})
    monkeypatch.setattr(unanswered, "services", lambda: {"berkshire": berkshire})
    assert not wordings(lead.get("/unanswered").text)


def test_only_ones_own_services_conversations_are_read(console, lead) -> None:
    for service_id in ("lewisham", None):
        say(console, str(service_id), ("Private", message("unsure")), service_id=service_id)
    assert "Private" not in lead.get("/unanswered").text
    assert "Nothing to show yet" in lead.last.text


def test_several_services_are_told_apart(console) -> None:
    lead = console.staff("lead", ("berkshire", "lewisham")).sign_in()
    for service_id in ("berkshire", "lewisham"):
        reply = answers.answer(NOWHERE, service_id)
        say(console, service_id, ("Well?", reply), service_id=service_id)
    found = rows(lead.get("/unanswered").text)
    for service_id in ("berkshire", "lewisham"):
        assert found[f"{topics()[NOWHERE].label} ({services()[service_id].short_name})"] == 1


def test_many_topics_are_drawn_together(console, lead) -> None:
    silent = services()["berkshire"].not_said
    for place, topic_id in enumerate(silent):
        say(console, f"c{place}", ("Well?", answers.answer(topic_id, "berkshire")))
    found = rows(lead.get("/unanswered").text)
    assert len(found) == 14
    assert found["Other questions that its page doesn't answer"] == len(silent) - 10


def test_what_is_erased_is_gone_and_nothing_of_it_is_kept(console, lead) -> None:
    say(console, "c", ("My name is Jo Smith?", message("unsure")))
    assert "My name is Jo Smith" in lead.get("/unanswered").text
    entry = console.audited()[-1]
    assert (entry.action, entry.details) == ("unanswered-viewed", {})
    with console.database.session() as session:
        erase_conversation(session, "c", by="person", now=console.clock.now)
    assert "Jo Smith" not in lead.get("/unanswered").text


def test_no_more_is_read_than_may_be(console, lead, monkeypatch) -> None:
    few = rules().unanswered.copy(update={"conversations": 3, "events": 5})
    monkeypatch.setattr(unanswered, "rules", lambda: rules().copy(update={"unanswered": few}))
    for number in range(5):
        console.clock.forward(minutes=1)
        say(console, f"c{number}", (f"Question {number}", message("unsure")))
    assert set(wordings(lead.get("/unanswered").text)) == {"Question 4", "Question 3"}
    few = few.copy(update={"events": 1})  # the newest is read however long it is
    monkeypatch.setattr(unanswered, "rules", lambda: rules().copy(update={"unanswered": few}))
    assert set(wordings(lead.get("/unanswered").text)) == {"Question 4"}


def test_only_what_had_no_answer_is_deciphered(console, lead, monkeypatch) -> None:
    say(console, "a", ("My private story", answers.answer("what_is_dit", "berkshire")))
    say(console, "b", ("Well?", message("unsure")))
    read: list[str] = []
    decipher = unanswered.Event.data.type.process_result_value

    def keep(self, value, dialect):
        found = decipher(value, dialect)
        read.append(str(found))
        return found

    monkeypatch.setattr(type(unanswered.Event.data.type), "process_result_value", keep)
    lead.get("/unanswered")
    assert any("Well?" in each for each in read)
    assert not any("My private story" in each for each in read)


def test_the_plot_has_numbers_and_no_words_of_anyone(console, lead) -> None:
    say(console, "c", ("Secret", message("unsure")), ("Secret", message("unsure")))
    assert 'src="/staff/unanswered.svg"' in lead.get("/unanswered").text
    response = lead.get("/unanswered.svg")
    assert response.headers["content-type"] == "image/svg+xml"
    assert b"<svg" in response.content
    assert b"Secret" not in response.content


def test_the_numbers_lead_there(console, lead) -> None:
    assert 'href="/staff/unanswered"' in lead.get("/numbers").text


def test_the_newest_is_read_first(console, lead) -> None:
    say(console, "old", ("Old", message("unsure")))
    console.clock.forward(minutes=9)
    say(console, "new", ("New", message("unsure")))
    assert list(wordings(lead.get("/unanswered").text)) == ["New", "Old"]
    assert "the newest 2 kept conversations of your services, since 1 December" in lead.last.text

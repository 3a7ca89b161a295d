from __future__ import annotations

from pathlib import Path

import pytest

from bot.knowledge import answers
from bot.knowledge import services as service_files
from bot.knowledge.topics import topics
from bot.reply import Reply

SERVICES = ["Berkshire Talking Therapies", "Lewisham Talking Therapies", "Xyla"]


@pytest.fixture(autouse=True)
def _three_services(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_files, "DIRECTORY", folder)


def titles(reply: Reply) -> list[str]:
    return [each.title for each in reply.buttons]


def sources(reply: Reply) -> list[str]:
    assert reply.custom is not None
    return [each["service"] for each in reply.custom["sources"]]


def source_lines(reply: Reply) -> list[str]:
    return [line for line in reply.text.splitlines() if line.startswith("Source: ")]


def test_a_known_service_answers_alone() -> None:
    reply = answers.answer("session_length", "berkshire")
    assert reply.text == (
        "Each session at Berkshire Talking Therapies lasts 30 to 50 minutes.\n\n"
        "Source: NHS Berkshire Talking Therapies, "
        "“Talking Therapies: Dynamic interpersonal therapy”"
    )
    assert reply.buttons == ()


def test_without_a_service_what_differs_is_asked_about() -> None:
    reply = answers.answer("homework", None)
    assert reply.text == "That depends on the service.\n\nWhich service are you with?"
    assert titles(reply) == [*SERVICES, "I'm not sure", "Compare them all"]
    assert reply.custom == {"type": "ask_service", "topic": "homework"}


def test_without_a_service_what_is_common_comes_first() -> None:
    reply = answers.answer("session_length", None)
    assert reply.text.startswith("A session lasts for about 50 minutes at most.")
    assert "Which service are you with?" in reply.text
    assert sources(reply) == ["berkshire", "lewisham", "xyla"]


def test_what_all_agree_on_asks_nothing() -> None:
    reply = answers.answer("what_is_dit", None)
    assert reply.text.startswith("DIT (Dynamic Interpersonal Therapy) is a talking therapy")
    assert reply.buttons == ()
    assert len(source_lines(reply)) == 3


def test_what_one_service_alone_answers_is_told_as_its_own() -> None:
    reply = answers.answer("who_it_suits", None)
    assert "\n\nOnly Lewisham Talking Therapies answers this on its page:" in reply.text
    assert sources(reply) == ["lewisham"]
    assert titles(reply) == [*SERVICES, "I'm not sure"]


def test_what_none_answers_is_unknown_and_the_service_asked_for() -> None:
    reply = answers.answer("cost", None)
    assert reply.text.startswith("I don't know if there is anything to pay.")
    assert titles(reply) == [*SERVICES, "I'm not sure"]


def test_what_a_service_does_not_say_points_to_the_others_without_saying_it() -> None:
    reply = answers.answer("the_wall", "xyla")
    assert "office hours" not in reply.text
    assert "contact page" in reply.text
    assert titles(reply) == ["What do other services say?"]
    assert answers.answer("cost", "xyla").buttons == ()


@pytest.mark.parametrize("service", [None, "xyla", "lewisham", "berkshire"])
def test_urgent_help_comes_first_with_its_numbers(service: str | None) -> None:
    reply = answers.answer("emergencies", service)
    first = reply.text.split("\n\n")[0]
    assert all(number in first for number in ("999", "111", "116 123"))
    assert "0203" not in reply.text
    assert reply.buttons == ()


def test_several_questions_share_one_source_line() -> None:
    (reply,) = answers.answer_all(["homework", "session_length", "homework"], "berkshire")
    assert reply.text.startswith("How long is a session?\nEach session")
    assert reply.text.count("Is there homework?") == 1
    assert len(source_lines(reply)) == 1
    assert reply.custom is not None
    assert reply.custom["topics"] == ["session_length", "homework"]
    assert reply.custom["bold"] == ["How long is a session?", "Is there homework?"]


def test_a_tentative_answer_offers_other_questions_unless_it_asks_something_itself() -> None:
    sure = answers.answer("session_length", "xyla")
    reply = answers.answer_tentatively("session_length", "xyla", ["homework", "cost"])
    lead, rest = reply.text.split("\n\n", 1)
    assert lead.startswith("I think you're asking: How long is a session?")
    assert (rest, reply.custom) == (sure.text, sure.custom)
    assert [each.title for each in reply.buttons] == [
        "Is there homework?",
        "How much does it cost?",
    ]
    asks = answers.answer("session_length", None)
    assert answers.answer_tentatively("session_length", None, ["cost"]).buttons == asks.buttons
    assert asks.buttons


def test_several_questions_ask_for_the_service_once() -> None:
    (reply,) = answers.answer_all(["homework", "cost", "number_of_sessions"], None)
    assert reply.text.count("Which service are you with?") == 0
    assert reply.text.count("Tell me which service") == 1
    (reply,) = answers.answer_all(["homework", "number_of_sessions"], None)
    assert reply.text.count("Which service are you with?") == 1


def test_urgent_help_stands_before_other_questions() -> None:
    (reply,) = answers.answer_all(["cost", "emergencies"], "lewisham")
    assert reply.text.startswith(topics()["emergencies"].label)


def test_questions_about_the_services_have_their_own_reply() -> None:
    first, second = answers.answer_all(["which_service", "homework"], "xyla")
    assert "No. DIT at Xyla has no homework" in first.text
    assert second == answers.help_choosing()
    assert answers.answer("services_compared", None) == answers.compare_overview()
    _, second = answers.answer_all(["your_data", "confidentiality"], "xyla")
    assert second == answers.privacy()


def test_no_question_no_answer() -> None:
    assert answers.answer_all([], "xyla") == ()


def test_comparing_has_a_line_and_a_source_for_each_service() -> None:
    reply = answers.compare("homework", None)
    assert reply.text.splitlines()[:4] == [
        "Is there homework?",
        "• Berkshire Talking Therapies: tasks you agree, and weekly time for activities",
        "• Lewisham Talking Therapies: its page doesn't say",
        "• Xyla: no homework",
    ]
    assert sources(reply) == ["berkshire", "lewisham", "xyla"]
    assert len(source_lines(reply)) == 3


def test_comparing_some_services() -> None:
    reply = answers.compare("number_of_sessions", ("xyla", "lewisham"))
    assert "• Xyla: 16 sessions\n• Lewisham Talking Therapies: around 8 sessions" in reply.text
    assert "Berkshire" not in reply.text


def test_comparing_what_none_answers_says_who_to_ask() -> None:
    reply = answers.compare("waiting_times", None)
    assert reply.text.startswith("I don't know how long the wait is.")
    assert "• Lewisham Talking Therapies: You can phone the service on 0203 228 1350" in reply.text
    assert answers.compare("medication", ("xyla",)).text.count("pharmacist") == 1


def test_comparing_urgent_help_has_the_numbers() -> None:
    assert answers.compare("emergencies", None).text.startswith("If someone's life is in danger")


def test_comparing_the_services_as_such() -> None:
    assert answers.compare("services_compared", None) == answers.compare_overview()
    assert answers.compare("which_service", None) == answers.help_choosing()


def test_the_overview_keeps_the_services_apart() -> None:
    parts = answers.compare_overview().text.split("\n\n")
    by_name = {part.split("\n")[0]: part for part in parts}
    assert "• 16 sessions\n• 50 minutes each\n• online" in by_name["Xyla"]
    assert "around 8 sessions" in by_name["Lewisham Talking Therapies"]
    assert "homework" not in by_name["Lewisham Talking Therapies"]
    assert "usually 8 to 16 sessions" in by_name["Berkshire Talking Therapies"]
    assert len(source_lines(answers.compare_overview())) == 3


def test_asking_which_service() -> None:
    assert answers.ask_which_service(None).text == "Which service are you with?"
    asked = answers.ask_which_service("homework")
    assert "“Is there homework?”" in asked.text
    assert titles(asked) == [*SERVICES, "I'm not sure"]


def test_help_with_choosing_tells_each_apart_and_offers_them() -> None:
    reply = answers.help_choosing()
    assert "0203 228 1350" in reply.text
    assert "referred you to Xyla" in reply.text
    assert titles(reply) == SERVICES


def test_suggesting_offers_each_label_once() -> None:
    reply = answers.suggest(["cost", "homework", "cost"])
    assert titles(reply) == ["How much does it cost?", "Is there homework?", "None of these"]


@pytest.mark.parametrize(
    ("service", "who"),
    [
        ("lewisham", "0203 228 1350"),
        ("berkshire", "wellbeing assessment"),
        ("xyla", "contact page on its website"),
    ],
)
def test_an_unknown_question_says_who_to_ask(service: str, who: str) -> None:
    reply = answers.unknown(service)
    assert reply.text.startswith("I don't know the answer to that, and I won't guess.")
    assert who in reply.text
    assert "Source:" not in reply.text  # it rests on no document


def test_an_unknown_question_without_a_service_asks_for_it() -> None:
    assert titles(answers.unknown(None))[:4] == [*SERVICES, "I'm not sure"]


def test_welcome_offers_questions() -> None:
    reply = answers.welcome("xyla")
    assert "Xyla" in reply.text
    assert titles(reply)[0] == "How do I get DIT?"


def test_what_is_not_in_the_data_is_refused() -> None:
    with pytest.raises(KeyError):
        answers.answer("weather", None)
    with pytest.raises(KeyError):
        answers.answer("cost", "elsewhere")

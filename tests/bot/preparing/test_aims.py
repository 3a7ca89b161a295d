from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import count

import pytest

from bot.dialogue import Outcome, Turn
from bot.preparing.aims import Aims
from bot.preparing.texts import preparing_data
from bot.records import referrals
from bot.records.database import Database
from bot.records.models import Aim
from bot.reply import Reply

DATA = preparing_data().aims
TEXTS = DATA.texts
CLEAR = "I want to stop arguing with my mum"
OTHERS = ["to see my friends at the weekend again", "I'd like to sleep through the night"]

Say = Callable[..., Outcome]


@pytest.fixture
def aims(database: Database) -> Aims:
    return Aims(database)


@pytest.fixture
def turn(now: datetime) -> Callable[..., Turn]:
    ids = count()

    def make(text: str, **fields: object) -> Turn:
        return Turn("someone", text, now, f"m{next(ids)}", **fields)

    return make


@pytest.fixture
def say(aims: Aims, turn: Callable[..., Turn]) -> Say:
    return lambda text: aims.answer(turn(text))


@pytest.fixture
def asked(aims: Aims, now: datetime) -> Callable[[], Reply]:
    return lambda: aims.question("someone", now)


def written(database: Database) -> list[str]:
    with database.reading() as session:
        return [aim.text for aim in session.query(Aim).order_by(Aim.position)]


def titles(reply: Reply) -> list[str]:
    return [button.title for button in reply.buttons]


def test_it_says_who_reads_them(aims: Aims, now: datetime) -> None:
    outcome = aims.start("someone", now)
    assert outcome.ended is None
    assert TEXTS.who_sees in outcome.replies[0].text


def test_three_aims_in_the_persons_own_words(
    say: Say, asked: Callable[[], Reply], database: Database
) -> None:
    assert asked() == Reply(TEXTS.first, asked().buttons)
    for number, text in enumerate([CLEAR, *OTHERS], start=1):
        outcome = say(text)
        assert text in outcome.replies[0].text
        assert len(written(database)) == number
    assert written(database) == [CLEAR, *OTHERS]
    assert asked().text == TEXTS.full.format(at_most=3)
    say("and to be a better parent to my children")
    assert written(database) == [CLEAR, *OTHERS]
    done = say(DATA.buttons.enough)
    assert done.ended == "aims"
    assert done.replies[0].custom == {"type": "aims", "aims": [CLEAR, *OTHERS]}


def test_a_vague_first_aim_gets_one_gentle_nudge(
    say: Say, asked: Callable[[], Reply], database: Database
) -> None:
    say("feel better")
    assert written(database) == ["feel better"]
    assert asked().text == TEXTS.reword.format(aim="feel better")
    outcome = say("enjoy cooking again")
    assert outcome.replies[0].text == TEXTS.again.format(aim="enjoy cooking again")
    assert written(database) == ["enjoy cooking again"]
    say("sleep more")
    assert asked().text == TEXTS.another
    assert written(database) == ["enjoy cooking again", "sleep more"]


@pytest.mark.parametrize("text", ["Keep it as it is", "no", "it's fine", "skip"])
def test_it_can_stay_as_it_is(
    say: Say, asked: Callable[[], Reply], database: Database, text: str
) -> None:
    say("feel better")
    assert say(text).replies[0].text == TEXTS.as_it_is
    assert asked().text == TEXTS.another
    assert written(database) == ["feel better"]


@pytest.mark.parametrize("text", ["Change aim 2", "change the second one", "edit 2"])
def test_changing_one_keeps_its_place(
    say: Say, asked: Callable[[], Reply], database: Database, text: str
) -> None:
    for each in [CLEAR, *OTHERS]:
        say(each)
    say(text)
    assert OTHERS[0] in asked().text
    say("to go swimming with my friend")
    assert written(database) == [CLEAR, "to go swimming with my friend", OTHERS[1]]


def test_changing_another_instead_settles_the_first(
    say: Say, asked: Callable[[], Reply], database: Database
) -> None:
    for each in [CLEAR, *OTHERS]:
        say(each)
    say("change aim 3")
    say("change aim 1")
    assert CLEAR in asked().text
    say("keep it")
    assert written(database) == [CLEAR, *OTHERS]


def test_which_one_to_change(say: Say, asked: Callable[[], Reply]) -> None:
    assert say("change one").replies[0].text == TEXTS.none_yet
    say(CLEAR)
    say("change it")
    assert CLEAR in asked().text
    say("keep it")
    say(OTHERS[0])
    assert say("change one").replies[0].text == TEXTS.which
    assert say("change aim 7").replies[0].text == TEXTS.which


def test_showing_them(say: Say) -> None:
    assert say("show my aims").replies[0].text == TEXTS.none_yet
    say(CLEAR)
    say(OTHERS[0])
    assert f"1. {CLEAR}\n2. {OTHERS[0]}" in say("show them please").replies[0].text


@pytest.mark.parametrize("text", ["Skip", "no thanks", "that's enough", "stop", "done"])
def test_ending_without_any(say: Say, database: Database, text: str) -> None:
    outcome = say(text)
    assert outcome.ended == "no-aims"
    assert written(database) == []


def test_ending_while_one_is_open_keeps_it(say: Say, database: Database) -> None:
    say("feel better")
    assert say("that's enough").ended == "aims"
    assert written(database) == ["feel better"]
    with database.reading() as session:
        assert session.query(Aim.position).scalar() == 1


def test_not_knowing_is_no_aim(say: Say, asked: Callable[[], Reply], database: Database) -> None:
    assert say("I don't know").replies[0].text == TEXTS.unsure
    assert asked().text == TEXTS.first
    assert written(database) == []


def test_the_same_again_is_kept_once(say: Say, database: Database) -> None:
    say(CLEAR)
    assert say(CLEAR.upper()).replies[0].text == TEXTS.known
    assert written(database) == [CLEAR]


def test_words_in_braces_are_just_words(
    say: Say, aims: Aims, asked: Callable[[], Reply], now: datetime
) -> None:
    text = "to be {calm} when things go {} wrong"
    say(text)
    assert text in aims.start("someone", now).replies[0].text
    say("change it")
    assert text in asked().text


def test_one_that_is_too_long_is_not_cut(say: Say, database: Database) -> None:
    assert say("a " * DATA.longest).replies[0].text == TEXTS.too_long
    assert written(database) == []


def test_a_restart_goes_on_where_it_was(
    say: Say, database: Database, turn: Callable[..., Turn], now: datetime
) -> None:
    say("feel better")
    after = Aims(database)
    assert "feel better" in after.question("someone", now).text
    after.answer(turn("enjoy cooking again"))
    assert "enjoy cooking again" in after.start("someone", now).replies[0].text


def test_they_belong_to_the_referral(
    say: Say, aims: Aims, database: Database, now: datetime
) -> None:
    say(CLEAR)
    with database.session() as session:
        referral_id = referrals.begin(session, "someone", "berkshire", now).id
    say(OTHERS[0])
    aims.start("someone", now)
    with database.reading() as session:
        assert {aim.referral_id for aim in session.query(Aim)} == {referral_id}


def test_each_conversation_has_its_own(aims: Aims, say: Say, now: datetime) -> None:
    say(CLEAR)
    assert aims.question("someone else", now).text == TEXTS.first


def test_a_clear_question_is_not_an_aim(aims: Aims, turn: Callable[..., Turn]) -> None:
    assert not aims.is_answer(turn("how long is a session?", intent="faq", is_question=True))
    assert not aims.is_answer(turn("Refer myself", intent="refer_myself"))
    assert not aims.is_answer(turn("thank you", intent="thank"))


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("I want to know how to talk to my dad", {"intent": "faq", "is_question": True}),
        ("I want to say goodbye to my old job", {"intent": "goodbye"}),
        ("stop drinking", {"intent": "stop"}),
        ("what are my aims?", {"intent": "faq", "is_question": True}),
        ("no thanks", {"intent": "thank"}),
    ],
)
def test_statements_and_steering_are_answers(
    aims: Aims, turn: Callable[..., Turn], text: str, fields: dict[str, object]
) -> None:
    assert aims.is_answer(turn(text, **fields))

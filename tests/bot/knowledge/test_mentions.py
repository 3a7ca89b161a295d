from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.embedding import english_words
from bot.knowledge.mentions import (
    find_services,
    names_in_passing,
    names_no_service,
    names_services_only,
    states_own_service,
)
from bot.knowledge.services import services

LINES = Path(__file__).with_name("service_lines.yml")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("I'm with NHS Berkshire Talking Therapies", ("berkshire",)),
        ("nhs berks", ("berkshire",)),
        ("Berkshire’s sessions", ("berkshire",)),
        ("berk-shire", ("berkshire",)),
        ("berkshre", ("berkshire",)),
        ("bekrshire pls", ("berkshire",)),
        ("berksher", ("berkshire",)),
        ("Brekshire one please", ("berkshire",)),
        ("i was referred by slam", ("lewisham",)),
        ("LEWISHAM!!", ("lewisham",)),
        ("lewishm", ("lewisham",)),
        ("South London & Maudsley", ("lewisham",)),
        ("I was told SLaM", ("lewisham",)),
        ("And for Xyla?", ("xyla",)),
        ("xyla health", ("xyla",)),
        ("zyla", ("xyla",)),
        ("compare Xyla with lewisham, and xyla again", ("xyla", "lewisham")),
        ("berkshire/lewisham", ("berkshire", "lewisham")),
        ("not Lewisham, Berkshire", ("berkshire",)),
        ("I live in Berkshire", ("berkshire",)),
        ("barksher", ("berkshire",)),
        ("bark shire I think they said", ("berkshire",)),
        ("x-y-l-a", ("xyla",)),
        ("the one that's 0203 228 1350", ("lewisham",)),
        ("South London and the Maudsley", ("lewisham",)),
        ("Royal Berkshire Talking Therapies", ("berkshire",)),
        ("when does Lewisham close?", ("lewisham",)),
        ("does Berkshire train its therapists", ("berkshire",)),
        ("I moved from Berkshire to Lewisham", ("lewisham",)),
        ("I'm not with Lewisham or Berkshire, I'm with Xyla", ("xyla",)),
        ("from slough, hi", ("berkshire",)),
        ("in Reading", ("berkshire",)),
        ("the Catford place", ("lewisham",)),
        ("do u come to wokingham", ("berkshire",)),
        ("surgery is in Brockley", ("lewisham",)),
        ("postcode RG30, which one am i", ("berkshire",)),
        ("i said berkshire but its actually lewisham", ("lewisham",)),
        ("ignore what i put about xyla, its Lewisham", ("lewisham",)),
        ("i said berkshire", ("berkshire",)),
    ],
)
def test_a_named_service_is_found(text: str, found: tuple[str, ...]) -> None:
    assert find_services(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "talking therapies",
        "in reading the leaflet I got lost",
        "I'm reading",
        "how long is a session?",
        "I live in Berkshire Road",
        "Lewisham High Street",
        "Royal Berkshire Hospital",
        "I'm not with Xyla",
        "it isn't Lewisham",
        "rather than Berkshire",
        "I slam the door",
        "Kyla told me",
        "my friend Lewis",
        "not Xyla or Lewisham",
        "neither Berkshire nor Lewisham",
        "I'm not with either Lewisham or Berkshire",
        "I used to live in Lewisham",
        "Berkshire Hathaway shares",
        "the Royal Berks",
        "University Hospital Lewisham",
        "is it the same as Lewisham CAMHS",
        "slam dunk",
        "I want to slam the door",
        "my daughter Kayla, and Zoe",
        "yorkshire, cheshire, bedfordshire",
    ],
)
def test_other_words_are_no_service(text: str) -> None:
    assert find_services(text) == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Reading", ("berkshire",)),
        ("slough pls", ("berkshire",)),
        ("the Reading one", ("berkshire",)),
        ("i live in reading", ("berkshire",)),
        ("my GP is in Wokingham", ("berkshire",)),
        ("I live near Newbury", ("berkshire",)),
        ("im down in reading whats the wait", ("berkshire",)),
        ("forest hill here", ("lewisham",)),
        ("is there a ramp at the Slough clinic", ("berkshire",)),
        ("I've moved to Windsor and Maidenhead", ("berkshire",)),
        ("Catford", ("lewisham",)),
        ("slam", ("lewisham",)),
        ("I don't live in Lewisham, can I still come", ("lewisham",)),
        ("I don't live in Slough, can I still come", ("berkshire",)),
        ("I don't live in Slough", ()),
        ("I'm in SE13", ("lewisham",)),
        ("sessions in Hither Green", ("lewisham",)),
        ("just moved to Deptford with my partner", ("lewisham",)),
        ("my partner and i are in Ascot, any chance", ("berkshire",)),
        ("near ladywell station", ("lewisham",)),
    ],
)
def test_a_town_or_a_word_means_a_service_in_context(text: str, found: tuple[str, ...]) -> None:
    assert find_services(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "reading glasses",
        "I'm just reading",
        "I keep reading one page over and over",
        "Reading is hard for me",
        "I'm interested in reading",
        "the bus from Slough",
        "my sister in Catford had CBT",
        "I used to live in Reading",
        "I'm not in Reading",
        "I live in Newbury Park",
        "I moved from Catford",
        "Windsor Castle",
        "Windsor tie",
        "my mum lives in Bracknell",
        "the train from Maidenhead was late",
        "Catford Bridge",
    ],
)
def test_without_context_it_is_no_service(text: str) -> None:
    assert find_services(text) == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("catfrod", ("lewisham",)),
        ("live in Cat ford", ("lewisham",)),
        ("the raeding one", ("berkshire",)),
        ("forrest hill", ("lewisham",)),
        ("hithergreen", ("lewisham",)),
        ("Newbery", ("berkshire",)),
        ("cavasham", ("berkshire",)),
        ("se136lh", ("lewisham",)),
        ("my postcode is SE 6", ("lewisham",)),
        ("RG12 1AA", ("berkshire",)),
        ("sl6 8 something", ("berkshire",)),
    ],
)
def test_a_place_is_found_however_it_is_written(text: str, found: tuple[str, ...]) -> None:
    assert find_services(text) == found


TOWNS = """Billingham Blackwell Brackley Bradford Bromley Burnham Caterham Chatham Chippenham
    Croydon Dartford Eltham Faversham Greenwich Guildford Henley Newburn Oxford Shenfield Sheffield
    Southgate Sunbury Watford Wexford Whitby Wimbledon Winfield Wingfield Woking Woolley Wrexham"""


@pytest.mark.parametrize("town", TOWNS.split())
def test_another_town_is_no_slip(town: str) -> None:
    assert find_services(f"I live in {town}") == ()


def test_no_common_word_is_a_slip() -> None:
    own = {
        word.lower()
        for each in services().values()
        for name in (*each.places, *each.aliases, *each.exact_aliases)
        for word in name.split()
    }
    words = {word for word in english_words() if word.isalpha() and len(word) > 3} - own
    assert [word for word in sorted(words) if find_services(f"about {word} then")] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("uni of Reading here", ("berkshire",)),
        ("I walk early, and have the ale", ()),
        ("leaving Leeds for Reading on Friday", ("berkshire",)),
        ("does reading have anyone who does emdr", ("berkshire",)),
        ("there is no pleasure in reading", ()),
        ("I'm in reading, my GP is too", ("berkshire",)),
        ("I find comfort in reading my book", ()),
        ("Books. Reading. That's all I have", ()),
        ("I live in Deptford, council flat", ("lewisham",)),
        ("Deptford council told me", ()),
        ("my skin, I slough skin from stress", ()),
    ],
)
def test_a_word_that_is_a_town_as_well_is_told_apart(text: str, found: tuple[str, ...]) -> None:
    assert find_services(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("I clicked Berkshire by mistake, I'm Lewisham", ("lewisham",)),
        ("changed my mind about berkshire, xyla please", ("xyla",)),
        ("I picked xyla", ("xyla",)),
        ("no I don't live in Slough, stop asking", ()),
        ("don't want xyla thanks", ()),
        ("my sister lives in Lewisham and I'm in Greenwich", ()),
        ("my sister lives in Lewisham, can she come to you", ("lewisham",)),
        ("I look after my husband in Ladywell", ("lewisham",)),
        ("my lad's at uni in reading", ()),
    ],
)
def test_it_is_told_whose_it_is_and_whether_it_is_meant(text: str, found: tuple[str, ...]) -> None:
    assert find_services(text) == found


def test_known_messages_stay_known() -> None:
    """A few are beyond us: what happened somewhere once, a friend round the corner."""
    known = yaml.safe_load(LINES.read_text(encoding="utf-8"))["messages"]
    wrong = [each["text"] for each in known if [*find_services(each["text"])] != each["services"]]
    assert len(wrong) <= 36, wrong


def test_every_name_is_found_in_context() -> None:
    for each in services().values():
        for name in (*each.places, *each.context_aliases):
            assert find_services(f"it's the {name} one, I think") == (each.id,)


def test_every_name_and_alias_is_found() -> None:
    for each in services().values():
        for name in (each.name, each.short_name, *each.aliases, *each.exact_aliases):
            assert find_services(f"I am with {name}, I think") == (each.id,)


@pytest.mark.parametrize(
    "text",
    [
        "I don't know",
        "dont know sorry",
        "I’m not sure",
        "none of them",
        "no idea which one",
        "I'm not with any of those",
        "neither",
        "how do I know which one is mine?",
        "idk tbh",
        "couldn't tell you to be honest",
        "nobody's told me",
        "none of the above",
    ],
)
def test_not_knowing_the_service_is_found(text: str) -> None:
    assert names_no_service(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no",
        "Xyla",
        "not sure, Berkshire?",
        "I don't know how long a session is",
        "not sure what to bring",
        "I don't know if I want to live",
    ],
)
def test_saying_something_else_is_not_it(text: str) -> None:
    assert not names_no_service(text)


@pytest.mark.parametrize(
    ("text", "passing"),
    [
        ("And for Xyla?", True),
        ("and xyla", True),
        ("what about Lewisham", True),
        ("how about berkshire?", True),
        ("Xyla?", True),
        ("I'm with Lewisham", False),
        ("NHS Berkshire Talking Therapies", False),
        ("Lewisham and nowhere else", False),
    ],
)
def test_a_service_may_be_named_in_passing(text: str, passing: bool) -> None:
    assert names_in_passing(text) is passing


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("how long is a session? im with berkshire", True),
        ("I am with Lewisham, is it online?", True),
        ("I live in Berkshre and want to know how many sessions", True),
        ("how many sessions does Xyla give", False),
        ("I'm with my mum, what does Xyla do", False),
        ("I'm not with Lewisham", False),
        ("I'm with SLaM", True),
        ("im with slam", True),
        ("I'm under the Reading team", True),
        ("I don't live in Lewisham, can I still come", False),
        ("my GP is in Slough, is it online?", True),
        ("we've moved to Catford", True),
        ("they've put me with Xyla", True),
        ("how do I get on the list for Xyla", False),
        ("do I have to live in Slough", False),
        ("is there parking at the Reading one", False),
    ],
)
def test_a_service_may_be_said_to_be_ones_own(text: str, own: bool) -> None:
    assert states_own_service(text) is own


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("slough", True),
        ("Reading", True),
        ("hi, from Crowthorne", True),
        ("I live in Bracknell", True),
        ("SE13 6LH", True),
        ("xyla please", True),
        ("the weather in Slough", False),
        ("is there parking at Xyla", False),
        ("not Lewisham", False),
        ("hello", False),
        ("", False),
    ],
)
def test_a_message_may_be_a_service_and_nothing_else(text: str, only: bool) -> None:
    assert names_services_only(text) is only

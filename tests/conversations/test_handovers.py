"""Each of the three handovers to its end, with the real parts: processes, booking system and mail.

The program is a copy whose service files are set up as another installation may have them.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from bot.booking.times import LONDON
from tests.conversations.assistant import ROOT, Assistant, Talk
from tests.conversations.scenario import answer_until
from tests.fhir.fixtures import between, engine, of_engine, packages  # noqa: F401
from tests.receivers import Mailbox, mail_server
from tests.web.chat.conftest import eventually

_PROGRAM = ("actions", "bot", "data", "scripts", "web")
_CONFIGURATION = ("config.yml", "credentials.yml", "domain.yml", "endpoints.yml")
_SECONDS = 60.0  # for the outbox to come round to a message


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    """The mail server."""
    with mail_server() as box:
        yield box


@pytest.fixture(scope="module")
def installation(
    tmp_path_factory: pytest.TempPathFactory,
    engine: str,  # noqa: F811
    mailbox: Mailbox,
) -> Iterator[Assistant]:
    """Berkshire books in another system, Lewisham phones people back, and mail can be sent."""
    root = tmp_path_factory.mktemp("installation")
    for name in _PROGRAM:
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in _CONFIGURATION:
        shutil.copy(ROOT / name, root)
    (root / "models").symlink_to(ROOT / "models")
    fhir = {"base": engine, "organisation": "Berkshire", "target": "2000072489"}
    _set_up(root, "berkshire", fhir={**fhir, "schedule": _make_times(engine)})
    _set_up(root, "lewisham", callback=True)
    var = tmp_path_factory.mktemp("handovers")
    settings = {"SMTP_URL": mailbox.url, "MAIL_FROM": "no-reply@foyer.example"}
    made = Assistant(var, f"sqlite:///{var}/foyer.db", settings=settings, root=root)
    made.start("actions", "rasa", "outbox")
    yield made
    made.stop()
    made.close()


@pytest.fixture
def sent(installation: Assistant) -> Callable[..., Talk]:
    """Sends a referral to a service; gives the conversation."""

    def send(service: str, **answers: str) -> Talk:
        talk = installation.talk(service)
        talk.say("Refer myself")
        answer_until(talk, "check.send", {"about.email": "robin@example.com", **answers})
        talk.say("Send it")
        return talk

    return send


def test_a_time_in_another_system_is_booked_there_and_the_referral_follows(
    sent: Callable[..., Talk],
    engine: str,  # noqa: F811
) -> None:
    talk = sent("berkshire")
    slots = talk.custom("slots")
    assert slots, talk.text
    talk.say(slots["slots"][0]["title"])
    talk.say("Yes, book it")
    assert talk.custom("appointment"), talk.text
    assert [each["status"] for each in _all(engine, "Appointment")] == ["booked"]
    eventually(lambda: bool(_all(engine, "QuestionnaireResponse")), _SECONDS)
    assert _all(engine, "Patient")[0]["name"][0]["text"] == "Robin Example"
    talk.say("what's happening with my referral?")
    assert "appointment" in talk.text.lower()


def test_a_phone_call_is_asked_for_and_is_in_the_record(
    sent: Callable[..., Talk], installation: Assistant
) -> None:
    talk = sent("lewisham", **{"place.service": "Lewisham"})
    assert "0203 228 1350" in talk.text
    talk.say("Yes, phone me")
    talk.say("after four on weekdays")
    assert "you'd like a phone call" in talk.text
    reference = (talk.custom("callback") or {})["reference"]
    assert "after four on weekdays" in installation.command("bot.records", "show", reference)


def test_a_summary_is_e_mailed_once_the_person_says_so(
    sent: Callable[..., Talk], mailbox: Mailbox
) -> None:
    talk = sent("xyla", **{"place.service": "Xyla"})
    assert "Shall I email the summary to robin@example.com" in talk.text
    assert not mailbox.got
    talk.say("Yes, email me")
    assert "I'll email it" in talk.text
    eventually(lambda: bool(mailbox.got), _SECONDS)
    assert mailbox.got[0]["to"] == "robin@example.com"


def _set_up(root: Path, service: str, **handover: Any) -> None:
    """Changes how a service takes people over."""
    path = root / "data" / "services" / f"{service}.yml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content["handover"].update(handover)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def _make_times(engine: str) -> str:  # noqa: F811
    """Puts times of the coming two weeks into the booking system; gives their schedule."""
    body = {"resourceType": "Schedule", "actor": [{"display": "Berkshire"}]}
    schedule = str(_posted(engine, "Schedule", body)["id"])
    today = datetime.now(LONDON).date()
    for days in range(3, 17):
        starts = datetime.combine(today + timedelta(days=days), time(11), LONDON)
        reference = {"reference": f"Schedule/{schedule}"}
        _posted(
            engine,
            "Slot",
            {"resourceType": "Slot", "schedule": reference, "status": "free", **between(starts)},
        )
    return schedule


def _posted(engine: str, kind: str, body: dict[str, Any]) -> dict[str, Any]:  # noqa: F811
    response = httpx.post(f"{engine}/{kind}", json=body, trust_env=False)
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    return made


def _all(engine: str, kind: str) -> list[dict[str, Any]]:  # noqa: F811
    return [entry["resource"] for entry in of_engine(engine, kind).get("entry", ())]

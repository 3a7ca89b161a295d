from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.booking.fhir.resources import appointment, patient, referral_message
from bot.knowledge.services import Service
from bot.prescreen.flow import Flow
from bot.prescreen.place import filled
from bot.prescreen.questionnaires import library
from bot.prescreen.questions import script
from bot.records.models import DiarySlot, Referral
from tests.fhir.fixtures import booking_at
from tests.fhir.schema import R4

ANSWERS: dict[str, Any] = {
    "place.service": "berkshire",
    "about.name": "Zoë Example",
    "about.preferred_name": "Zo",
    "about.date_of_birth": "1985-04-27",
    "about.phone": "+447700900123",
    "about.email": "zoe@example.com",
    "about.postcode": "RG1 1AA",
    "about.nhs_number": "9434765919",
    "story.reason": "“Nothing” much – really",
    **{f"phq-9.{number}": number % 4 for number in range(1, 10)},
    **{f"gad-7.{number}": 3 for number in range(1, 7)},
    "gad-7.7": None,
}


@pytest.fixture
def service() -> Service:
    return booking_at("https://fhir.example/r4")


@pytest.fixture
def referral(now: datetime) -> Referral:
    return Referral(id="a" * 32, reference="4K7M-2QXD", service_id="berkshire", sent_at=now)


def message(referral: Referral, service: Service, answers: dict[str, Any]) -> dict[str, Any]:
    known = {"berkshire": service}
    flow = Flow(script(), library(), known)
    return referral_message(referral, service, flow, filled(answers, known, referral.sent_at))


def of_kind(bundle: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    resources = [entry["resource"] for entry in bundle["entry"]]
    return [resource for resource in resources if resource["resourceType"] == kind]


@pytest.mark.parametrize("answers", [ANSWERS, {"place.service": "berkshire"}])
def test_the_message_is_valid_r4(
    r4: R4, referral: Referral, service: Service, answers: dict[str, Any]
) -> None:
    assert r4.problems(message(referral, service, answers)) == []


def test_the_schema_finds_what_is_wrong(r4: R4, referral: Referral, service: Service) -> None:
    bundle = message(referral, service, ANSWERS)
    of_kind(bundle, "ServiceRequest")[0]["intent"] = ["order"]
    of_kind(bundle, "Patient")[0]["surname"] = "Example"
    found = r4.problems(bundle)
    assert any("intent" in problem for problem in found)
    assert any("surname" in problem for problem in found)


def test_it_is_shaped_as_bars_has_it(referral: Referral, service: Service) -> None:
    bundle = message(referral, service, ANSWERS)
    assert bundle["type"] == "message"
    assert bundle["entry"][0]["resource"]["resourceType"] == "MessageHeader"
    (request,) = of_kind(bundle, "ServiceRequest")
    source = request["extension"][0]["valueCodeableConcept"]["coding"][0]
    assert source["code"] == "1036481000000106"
    urls = {entry["fullUrl"] for entry in bundle["entry"]}
    assert set(_references(bundle)) <= urls
    about = {each["reference"] for each in request["supportingInfo"]}
    carried = (*of_kind(bundle, "QuestionnaireResponse"), *of_kind(bundle, "Observation"))
    assert about == {f"urn:uuid:{resource['id']}" for resource in carried}


def test_each_answer_and_total_has_its_code(referral: Referral, service: Service) -> None:
    bundle = message(referral, service, ANSWERS)
    by_form = {r.get("questionnaire"): r for r in of_kind(bundle, "QuestionnaireResponse")}
    phq = by_form["http://loinc.org/q/44249-1"]["item"]
    assert [item["linkId"] for item in phq] == [
        *("44250-9", "44255-8", "44259-0", "44254-1", "44251-7"),
        *("44258-2", "44252-5", "44253-3", "44260-8"),
    ]
    assert phq[2]["answer"][0]["valueCoding"]["code"] == "LA6571-9"
    gad = by_form["http://loinc.org/q/69737-5"]["item"]
    assert [item["linkId"] for item in gad][-2:] == ["69689-8", "69736-7"]
    assert "answer" not in gad[-1]  # it was left out
    totals = {
        tuple(coding["code"] for coding in resource["code"]["coding"]): resource
        for resource in of_kind(bundle, "Observation")
    }
    assert totals["44261-6", "720433000"]["valueInteger"] == sum(n % 4 for n in range(1, 10))
    prorated = totals["70274-6", "445455005"]
    assert prorated["valueInteger"] == 21
    assert "Prorated" in prorated["note"][0]["text"]


def test_no_total_where_too_much_is_left_out(referral: Referral, service: Service) -> None:
    few = {"place.service": "berkshire", "phq-9.1": 3}
    assert of_kind(message(referral, service, few), "Observation") == []


def test_the_answers_in_words_stand_once(referral: Referral, service: Service) -> None:
    bundle = message(referral, service, ANSWERS)
    own = next(r for r in of_kind(bundle, "QuestionnaireResponse") if "questionnaire" not in r)
    said = [item["answer"][0]["valueString"] for group in own["item"] for item in group["item"]]
    assert "“Nothing” much – really" in said
    assert "Nearly every day" not in said


def test_the_same_referral_gives_the_same_message(referral: Referral, service: Service) -> None:
    assert message(referral, service, ANSWERS) == message(referral, service, ANSWERS)


def test_what_cannot_be_sent_is_not_made(referral: Referral, service: Service) -> None:
    referral.sent_at = None
    known = {"berkshire": service}
    flow = Flow(script(), library(), known)
    with pytest.raises(ValueError, match="can't be sent"):
        referral_message(referral, service, flow, None)


def test_a_patient_and_an_appointment_are_valid_r4(
    r4: R4, referral: Referral, now: datetime
) -> None:
    slot = DiarySlot(starts_at=now, ends_at=now + timedelta(minutes=45), remote_id="s-1")
    made = appointment("key", slot, "Patient/p-1", now)
    assert r4.problems(made) == []
    assert r4.problems({**made, "status": "cancelled"}) == []
    for answers in (ANSWERS, {}):
        assert r4.problems(patient(referral, answers)) == []


def _references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["reference"]] if isinstance(value.get("reference"), str) else []
        return own + [found for each in value.values() for found in _references(each)]
    if isinstance(value, list):
        return [found for each in value for found in _references(each)]
    return []

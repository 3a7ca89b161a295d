"""The resources Foyer writes, as plain dicts: valid FHIR R4, shaped after England's BaRS.

BaRS has no use case for talking therapies yet, so the referral is BaRS-shaped, not conformant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from bot.knowledge.services import Fhir, Service
from bot.prescreen.flow import Filled, Flow
from bot.prescreen.scoring import Score
from bot.prescreen.summary import check_groups, scores
from bot.records.models import DiarySlot, Referral

Resource = dict[str, Any]

SYSTEM = "https://foyer.invalid"  # identifiers of our own making
BOOKING = f"{SYSTEM}/booking"  # of a booking: its key, in the appointment and in the slot
SNOMED, LOINC = "http://snomed.info/sct", "http://loinc.org"
NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
_SOURCE = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-SourceOfServiceRequest"
_TEST_DATA = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason",
    "code": "HTEST",
    "display": "test health data",
}
_EVENTS = "https://fhir.nhs.uk/CodeSystem/message-events-bars"


def patient(referral: Referral, answers: Mapping[str, Any]) -> Resource:
    """The person, as far as the answers go."""
    identifiers = [{"system": f"{SYSTEM}/referral", "value": referral.id}]
    if answers.get("about.nhs_number"):
        identifiers.append({"system": NHS_NUMBER, "value": answers["about.nhs_number"]})
    telecom = [
        {"system": kind, "value": answers[question]}
        for kind, question in (("phone", "about.phone"), ("email", "about.email"))
        if answers.get(question)
    ]
    resource: Resource = {"resourceType": "Patient", "identifier": identifiers}
    if answers.get("about.name"):
        names = [{"use": "official", "text": answers["about.name"]}]
        if answers.get("about.preferred_name"):
            names.append({"use": "usual", "text": answers["about.preferred_name"]})
        resource["name"] = names
    if telecom:
        resource["telecom"] = telecom
    if answers.get("about.date_of_birth"):
        resource["birthDate"] = answers["about.date_of_birth"]
    if answers.get("about.postcode"):
        resource["address"] = [{"postalCode": answers["about.postcode"], "country": "GBR"}]
    return resource


def appointment(key: str, slot: DiarySlot, patient_reference: str, made: datetime) -> Resource:
    """A booking of a slot. `key` is the same for the same booking."""
    return {
        "resourceType": "Appointment",
        "identifier": [{"system": BOOKING, "value": key}],
        "status": "booked",
        "created": made.isoformat(),
        "start": slot.starts_at.isoformat(),
        "end": slot.ends_at.isoformat(),
        "slot": [{"reference": f"Slot/{slot.remote_id}"}],
        "participant": [{"actor": {"reference": patient_reference}, "status": "accepted"}],
    }


def referral_message(referral: Referral, service: Service, flow: Flow, filled: Filled) -> Resource:
    """The referral as a message Bundle; the same referral always gives the same."""
    system = service.handover.fhir
    if system is None or referral.sent_at is None:
        raise ValueError("a referral that can't be sent by FHIR")
    entries = _Entries(referral.id)
    entries.add("header", _header(referral, system, entries))
    _fill(entries, referral, service, flow, filled)
    return _bundle(referral, entries, "message", "bundle")


def referral_file(
    referral: Referral, service: Service, flow: Flow, filled: Filled, *, made_up: bool
) -> Resource:
    """The same resources as a collection Bundle, to take out of any service as a file.

    Args:
        made_up: it is marked as test data, which no system must take for a person's.
    """
    entries = _Entries(referral.id)
    _fill(entries, referral, service, flow, filled)
    bundle = _bundle(referral, entries, "collection", "file")
    return {**bundle, "meta": {"security": [_TEST_DATA]}} if made_up else bundle


def _fill(
    entries: _Entries, referral: Referral, service: Service, flow: Flow, filled: Filled
) -> None:
    answered = scores(flow, filled)
    about = [
        "answers",
        *(f"answers {score.questionnaire.id}" for score in answered),
        *(f"score {score.questionnaire.id}" for score in answered if score.total is not None),
    ]
    entries.add("request", _request(referral, service, entries, about))
    entries.add("patient", patient(referral, filled.answers))
    entries.add("answers", _answers(referral, flow, filled, entries))
    for score in answered:
        name = score.questionnaire.id
        entries.add(f"answers {name}", _questionnaire(referral, flow, score, entries))
        if score.total is not None:
            entries.add(f"score {name}", _observation(referral, score, entries))


def _bundle(referral: Referral, entries: _Entries, kind: str, name: str) -> Resource:
    return {
        "resourceType": "Bundle",
        "id": entries.id_of(name),
        "type": kind,
        "timestamp": _at(referral),
        "entry": entries.all,
    }


class _Entries:
    """The entries of a Bundle, each with an id made from the referral's and its name."""

    def __init__(self, referral_id: str) -> None:
        self._referral_id = referral_id
        self.all: list[Resource] = []

    def id_of(self, name: str) -> str:
        return str(uuid5(NAMESPACE_URL, f"{SYSTEM}/referral/{self._referral_id}/{name}"))

    def reference(self, name: str) -> Resource:
        return {"reference": f"urn:uuid:{self.id_of(name)}"}

    def add(self, name: str, resource: Resource) -> None:
        full = {**resource, "id": self.id_of(name)}
        self.all.append({"fullUrl": f"urn:uuid:{self.id_of(name)}", "resource": full})


def _header(referral: Referral, system: Fhir, entries: _Entries) -> Resource:
    return {
        "resourceType": "MessageHeader",
        "eventCoding": {"system": _EVENTS, "code": "servicerequest-request"},
        "destination": [
            {"endpoint": str(system.base), "receiver": {"display": system.organisation}}
        ],
        "source": {"name": "Foyer", "endpoint": SYSTEM},
        "reason": {
            "coding": [
                {
                    "system": "http://terminology.hl7.org/CodeSystem/message-reasons-encounter",
                    "code": "new",
                }
            ]
        },
        "focus": [entries.reference("request")],
    }


def _request(referral: Referral, service: Service, entries: _Entries, about: list[str]) -> Resource:
    """The referral itself, and what it is `about`. Its source is SNOMED CT "self-referral"."""
    return {
        "resourceType": "ServiceRequest",
        "extension": [
            {
                "url": _SOURCE,
                "valueCodeableConcept": _concept(SNOMED, "1036481000000106", "Self-referral"),
            }
        ],
        "identifier": [{"system": f"{SYSTEM}/reference", "value": referral.reference}],
        "status": "active",
        "intent": "order",
        "code": {"text": "Talking therapies: wellbeing assessment"},
        "subject": entries.reference("patient"),
        "authoredOn": _at(referral),
        "requester": entries.reference("patient"),
        "performer": [{"display": service.name}],
        "supportingInfo": [entries.reference(name) for name in about],
    }


def _answers(referral: Referral, flow: Flow, filled: Filled, entries: _Entries) -> Resource:
    """What the person answered outside the questionnaires, in words."""
    items = [
        {
            "linkId": group.title,
            "text": group.title,
            "item": [
                {"linkId": row.question, "text": row.label, "answer": [{"valueString": row.answer}]}
                for row in group.rows
            ],
        }
        for group in check_groups(flow, filled)
        if not any(
            row.question.partition(".")[0] in flow.library.questionnaires for row in group.rows
        )
    ]
    return _response(referral, entries, items)


def _questionnaire(referral: Referral, flow: Flow, score: Score, entries: _Entries) -> Resource:
    scale = flow.library.scale_of(score.questionnaire)

    def item(number: int, text: str, value: int | None) -> Resource:
        coded = score.questionnaire.items[number - 1].loinc
        made: Resource = {"linkId": coded or str(number), "text": text}
        if value is not None:
            choice = next(each for each in scale.choices if each.value == value)
            coding = {"display": choice.title}
            if choice.loinc:
                coding |= {"system": LOINC, "code": choice.loinc}
            made["answer"] = [{"valueCoding": coding}]
        return made

    items = [item(each.number, each.text, each.score) for each in score.items]
    about = score.questionnaire
    canonical = f"http://loinc.org/q/{about.loinc}" if about.loinc else None
    return _response(referral, entries, items, canonical)


def _response(
    referral: Referral, entries: _Entries, items: list[Resource], canonical: str | None = None
) -> Resource:
    made: Resource = {
        "resourceType": "QuestionnaireResponse",
        "status": "completed",
        "subject": entries.reference("patient"),
        "source": entries.reference("patient"),
        "authored": _at(referral),
        "item": items,
    }
    if canonical:
        made["questionnaire"] = canonical
    return made


def _observation(referral: Referral, score: Score, entries: _Entries) -> Resource:
    """The total of a questionnaire. It is a number, not an interpretation."""
    about = score.questionnaire
    made: Resource = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": list(_codes(score)), "text": f"{about.name} total score"},
        "subject": entries.reference("patient"),
        "effectiveDateTime": _at(referral),
        "valueInteger": score.total,
        "derivedFrom": [entries.reference(f"answers {about.id}")],
    }
    if score.prorated:
        made["note"] = [{"text": f"Prorated: {score.missing} item was left out."}]
    return made


def _codes(score: Score) -> Iterator[Resource]:
    about = score.questionnaire
    if about.total_loinc:
        yield {"system": LOINC, "code": about.total_loinc}
    if about.snomed:
        yield {"system": SNOMED, "code": about.snomed}


def _concept(system: str, code: str, display: str) -> Resource:
    return {"coding": [{"system": system, "code": code, "display": display}]}


def _at(referral: Referral) -> str:
    return str(referral.sent_at.isoformat())

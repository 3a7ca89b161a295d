from __future__ import annotations

import csv
from io import StringIO

import pytest

from bot.knowledge.services import services
from bot.review import pdf
from bot.review.out import _harmless
from tests.fhir.schema import R4


@pytest.fixture
def case_id(console, reviewer) -> str:
    return console.refer(about__name="Zoë Łukasiewicz", about__best_time="=1+1")


def test_the_print_view_has_the_record_and_nothing_to_press(console, reviewer, case_id) -> None:
    page = reviewer.get(f"/people/{case_id}/print").text
    assert "Zoë Łukasiewicz" in page
    assert "PHQ-9" in page
    assert page.count("<form") == 1  # signing out
    assert console.audited()[-1].action == "printed"


def test_the_pdf_has_the_record_in_every_letter(
    console, reviewer, case_id, monkeypatch, caplog
) -> None:
    written: list[str] = []
    write_line = pdf._Paper.write_line

    def keep(paper, text: str, **style) -> None:
        written.append(text)
        write_line(paper, text, **style)

    monkeypatch.setattr(pdf._Paper, "write_line", keep)
    _, flag_id = console.flag()
    reviewer.get(f"/people/{case_id}")
    reviewer.post(f"/people/{case_id}/flags/{flag_id}/resolve", done="Phoned")
    reviewer.post(f"/people/{case_id}/notes", note="Prefers mornings")
    response = reviewer.get(f"/people/{case_id}/record.pdf")
    assert response.headers["content-type"] == "application/pdf"
    assert response.content.startswith(b"%PDF-")
    text = "\n".join(written)
    for shown in ("Zoë Łukasiewicz", "07700 900123", "total 18", "Phoned", "Prefers mornings"):
        assert shown in text
    assert "missing" not in caplog.text  # a letter that the font hasn't
    assert console.audited()[-1].action == "exported-pdf"


def test_the_conversation_as_text(console, reviewer, case_id) -> None:
    console.flag()
    response = reviewer.get(f"/people/{case_id}/transcript.txt")
    assert "10:30:31  assistant: May we text?" in response.text
    assert "person, tapped: Yes" in response.text
    assert (
        "[flag: Thoughts of suicide, noticed because of “end it all”, by the list of phrases]"
        in response.text
    )
    assert console.audited()[-1].action == "exported-text"


@pytest.mark.parametrize("service_id", sorted(services()))
def test_a_referral_as_fhir_is_valid_r4(console, r4: R4, service_id: str) -> None:
    case_id = console.refer(service_id, about__name="Zoë Łukasiewicz", **{"gad-7.7": None})
    reviewer = console.staff(services=(service_id,)).sign_in()
    response = reviewer.get(f"/people/{case_id}/referral.fhir.json")
    assert response.headers["content-type"] == "application/fhir+json"
    assert "attachment" in response.headers["content-disposition"]
    bundle = response.json()
    assert r4.problems(bundle) == []
    assert (bundle["type"], "meta" in bundle) == ("collection", False)
    resources = [entry["resource"] for entry in bundle["entry"]]
    kinds = [resource["resourceType"] for resource in resources]
    assert kinds[:2] == ["ServiceRequest", "Patient"]
    assert "MessageHeader" not in kinds
    assert resources[0]["performer"] == [{"display": services()[service_id].name}]
    assert resources[1]["name"][0]["text"] == "Zoë Łukasiewicz"
    assert [r["valueInteger"] for r in resources if r["resourceType"] == "Observation"] == [18, 7]
    entry = console.audited()[-1]
    assert (entry.action, entry.case_id) == ("exported-fhir", case_id)


def test_a_made_up_referral_is_marked_as_test_data(console, r4: R4) -> None:
    case_id = console.refer(conversation_id="demonstration-1")
    bundle = console.staff().sign_in().get(f"/people/{case_id}/referral.fhir.json").json()
    assert bundle["meta"]["security"][0]["code"] == "HTEST"
    assert r4.problems(bundle) == []


def test_without_a_referral_there_is_no_fhir(console, reviewer) -> None:
    case_id, _ = console.flag()
    assert "referral.fhir.json" not in reviewer.get(f"/people/{case_id}").text
    assert reviewer.get(f"/people/{case_id}/referral.fhir.json").status_code == 404
    assert console.audited()[-1].action == "opened"


def test_a_list_as_csv(console) -> None:
    console.refer(about__name="=cmd()", about__email="jo@example.com")
    console.flag("d", None)
    lead = console.staff("lead").sign_in()
    response = lead.get("/people.csv?state=all")
    rows = list(csv.DictReader(StringIO(response.content.decode("utf-8-sig"))))
    assert [row["Name"] for row in rows] == ["", "'=cmd()"]
    assert rows[0]["Needs human contact"] == "yes"
    assert rows[1]["Email"] == "jo@example.com"
    assert rows[1]["Phone"] == "'+447700900123"
    entry = console.audited()[-1]
    assert (entry.action, entry.details) == ("exported-csv", {"shown": 2})


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\tx"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert _harmless(cell) == f"'{cell}"

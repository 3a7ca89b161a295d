from __future__ import annotations

import csv
import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from fpdf import FPDF

from bot.booking import diary as booking
from bot.knowledge.services import services
from bot.records import referrals
from bot.records.models import Callback, DiarySlot, Flag, Referral
from bot.review.out import _harmless
from bot.staff.rules import rules
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


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is printed in a PDF, line by line."""
    written: list[str] = []
    print_line = FPDF.multi_cell

    def keep(paper: FPDF, width: float, height: float, text: str, **style: Any) -> Any:
        written.append(text)
        return print_line(paper, width, height, text, **style)

    monkeypatch.setattr(FPDF, "multi_cell", keep)
    return written


def test_the_pdf_has_the_record(console, reviewer, case_id, written, caplog) -> None:
    _, flag_id = console.flag()
    with console.database.session() as session:
        referral_id = console.case(case_id).referral_id
        now = console.clock.now
        slot = DiarySlot(
            service_id="berkshire",
            starts_at=now + timedelta(days=7),
            ends_at=now + timedelta(days=7, hours=1),
            mode="in-person",
            place="The Old Dairy",
        )
        session.add_all(
            [
                slot,
                Callback(
                    referral_id=referral_id,
                    state="requested",
                    requested_at=now,
                    best_time="after four",
                ),
            ]
        )
        session.flush()
        booking.book(session, slot.id, referral_id, now)
    reviewer.get(f"/people/{case_id}")
    reviewer.post(f"/people/{case_id}/flags/{flag_id}/acknowledge")
    reviewer.post(f"/people/{case_id}/flags/{flag_id}/resolve", done="Phoned")
    reviewer.post(f"/people/{case_id}/step", to="accepted", version=console.case(case_id).version)
    reviewer.post(f"/people/{case_id}/notes", note="Prefers mornings")
    response = reviewer.get(f"/people/{case_id}/record.pdf")
    assert response.headers["content-type"] == "application/pdf"
    assert response.content.startswith(b"%PDF-")
    text = "\n".join(written)
    for shown in (
        "Zoë Łukasiewicz",
        "07700 900123",
        "total 18",
        "Acknowledged by Reviewer of berkshire",
        "Phoned",
        "Noticed because of “end it all”",
        "face to face, The Old Dairy",
        "Good time: “after four”",
        "Accepted, Reviewer of berkshire",
        "Prefers mornings",
    ):
        assert shown in text
    assert "Made Tue 1 Dec 2026, 10:30am by Reviewer of berkshire" in text
    assert "Tue 8 Dec 2026, 10:30am, face to face" in text
    assert not re.search(r"\b(January|December) at \d", text)  # without the year
    assert "can't print" not in text
    assert "missing" not in caplog.text  # a letter that the font hasn't
    assert console.audited()[-1].action == "exported-pdf"


def test_the_pdf_has_what_they_wrote_and_how_they_were_before(console, written) -> None:
    first = console.refer(conversation_id="a")
    console.clock.forward(days=10)
    better = {f"phq-9.{number}": 1 for number in range(1, 10)}
    case_id = console.refer(conversation_id="b", **better)
    with console.database.session() as session:
        referral = session.get(Referral, console.case(case_id).referral_id)
        wrote = {"said": "a text would be best", "message_id": None, "now": console.clock.now}
        referrals.set_answer(session, referral, "about.contact_by", ["text"], **wrote)
        referrals.set_answer(session, referral, "phq-9.2", 1, **{**wrote, "said": "not loads tbh"})
    reviewer = console.staff().sign_in()
    reviewer.get(f"/people/{case_id}")
    reviewer.post(f"/people/{case_id}/merge", into=first, version=1)
    reviewer.get(f"/people/{case_id}/record.pdf")
    text = "\n".join(written)
    assert "Text message  (wrote: “a text would be best”)" in text
    assert "Several days  (wrote: “not loads tbh”)" in text
    assert "Earlier, on 1 December 2026: 18. Reliable change (6 points): improved." in text
    assert re.search(r"^1   1\. .+: Several days  \(earlier: 2\)$", text, re.MULTILINE)


def test_the_print_view_has_what_was_noted_and_the_steps(console, reviewer, case_id) -> None:
    _, flag_id = console.flag()
    with console.database.session() as session:
        session.get(Flag, flag_id).tier = "noted"
    reviewer.get(f"/people/{case_id}")
    reviewer.post(f"/people/{case_id}/step", to="accepted", version=console.case(case_id).version)
    page = reviewer.get(f"/people/{case_id}/print").text
    assert "I want to END it all, really" in page.split('<h2 id="noted">Also noted')[1]
    assert "Accepted<" in page.split('<h2 id="steps">What happened so far')[1]


@pytest.mark.parametrize("words", ["王伟", "আমি ঘুমাতে পারি না", "ਮੈਨੂੰ ਡਰ ਲੱਗਦਾ ਹੈ", "أنا خائف", "🦄"])
def test_words_that_the_pdf_cant_print_are_named_and_in_its_file(
    console, reviewer, written, caplog, words: str
) -> None:
    case_id = console.refer(about__name="Zoë Łukasiewicz", story__reason=f"Łódź: {words}, all day")
    response = reviewer.get(f"/people/{case_id}/record.pdf")
    marks = " ".join("▢" for _ in words.split())
    text = "\n".join(written)
    assert f"Łódź: {marks}, all day" in text
    assert "in letters that this PDF can't print" in text
    assert words.encode() in response.content
    assert b"record.txt" in response.content
    assert "missing" not in caplog.text


def test_the_conversation_as_text(console, reviewer, case_id) -> None:
    console.flag()
    response = reviewer.get(f"/people/{case_id}/transcript.txt")
    assert "10:30:31  assistant: May we text?" in response.text
    assert "person, tapped: Yes" in response.text
    assert (
        "[flag: Thoughts of suicide, noticed because of “end it all”, by the list of phrases."
        " Crisis reply given]" in response.text
    )
    assert console.audited()[-1].action == "exported-text"


def test_what_was_denied_is_no_alarm_in_the_conversation(console, reviewer, case_id) -> None:
    _, flag_id = console.flag()
    page = reviewer.get(f"/people/{case_id}").text
    assert "talk__flagged" in page
    with console.database.session() as session:
        flag = session.get(Flag, flag_id)
        flag.tier, flag.qualifiers, flag.words = "noted", ["denied"], None
    page = reviewer.get(f"/people/{case_id}").text
    how = "noticed by the list of phrases; they say that it isn't so. Noted, not an alarm"
    assert f"Thoughts of suicide: {how.replace(chr(39), '&#39;')}." in page
    assert "talk__flagged" not in page
    text = reviewer.get(f"/people/{case_id}/transcript.txt").text
    assert f"[flag: Thoughts of suicide, {how}]" in text


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
    assert (entry.action, entry.details) == ("exported-csv", {"state": "all", "shown": 2})


def test_a_list_as_csv_has_what_the_newest_of_merged_referrals_says(console) -> None:
    first = console.refer(conversation_id="a", about__email="jo@example.com")
    console.clock.forward(minutes=1)
    newest = {"about__name": "Jo Smith-New", "about__phone": "+447700900777"}
    second = console.refer(conversation_id="b", **newest)
    lead = console.staff("lead").sign_in()
    lead.get(f"/people/{second}")
    lead.post(f"/people/{second}/merge", into=first, version=1)
    (row,) = csv.DictReader(StringIO(lead.get("/people.csv").content.decode("utf-8-sig")))
    assert [row[each] for each in ("Name", "Phone", "Email")] == [
        "Jo Smith-New",
        "'+447700900777",
        "jo@example.com",
    ]


def test_a_list_that_is_cut_says_so(console, monkeypatch) -> None:
    monkeypatch.setattr("web.staff.out.rules", lambda: rules().copy(update={"csv_rows": 1}))
    console.refer(conversation_id="a")
    console.refer(conversation_id="b")
    lead = console.staff("lead").sign_in()
    lines = lead.get("/people.csv?service=berkshire").text.splitlines()
    assert len(lines) == 3
    assert "Only the first 1 people" in lines[-1]
    assert console.audited()[-1].details == {"service": "berkshire", "shown": 1, "cut": True}


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\tx", "\n=1"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert _harmless(cell) == f"'{cell}"

from __future__ import annotations

from measuring.markdown import page, table


def test_a_table() -> None:
    assert table(("kind", "times"), [("a | b", 3)]).splitlines() == [
        "| kind | times |",
        "| --- | ---: |",
        "| a \\| b | 3 |",
    ]


def test_a_page_leaves_out_what_is_empty() -> None:
    assert page("# One", "", "  ", "two\n") == "# One\n\ntwo\n"

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.booking.texts import BookingData, booking_data
from bot.datafile import DATA, DataError, load_model


def test_the_projects_own_file_is_sound() -> None:
    assert booking_data().limits.hold_minutes > 0
    assert set(booking_data().modes) == {"video", "in-person"}


def test_a_place_that_is_never_filled_is_refused(tmp_path: Path) -> None:
    content = yaml.safe_load((DATA / "booking.yml").read_text(encoding="utf-8"))
    content["texts"]["taken"] = "Sorry, {name}."
    path = tmp_path / "booking.yml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(DataError, match=r"`texts.taken` \{name\} is never filled in here"):
        load_model(path, BookingData)

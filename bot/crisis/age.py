"""The age people give in passing ("I'm 14"), so that a child is shown help for children."""

from __future__ import annotations

import re

_YOUNGEST, _OLDEST = 5, 110
_SAID = re.compile(
    r"\b(?:i['’]?m|i am)\s+(?:only |just |nearly |almost |a |an )*(\d{1,3})\b"
    r"(?!\s*(?:weeks?|months?|days?|hours?|minutes?|mins?|stone|st|kg|kilos?|lbs?|miles?|%|/|:|th))",
    re.IGNORECASE,
)


def stated_age(text: str) -> int | None:
    """The writer's age in years where the text gives it plainly, else None."""
    said = _SAID.search(text)
    if said is None:
        return None
    years = int(said.group(1))
    return years if _YOUNGEST <= years <= _OLDEST else None

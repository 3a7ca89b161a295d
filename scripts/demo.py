"""Fills the console with made-up people and three accounts: `make demo`.

Nothing of it is real, and everything is marked. It is not for a database that real people use.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timezone

from bot.knowledge.services import services
from bot.records.database import Database, get_database
from bot.review.demonstration import demonstration, make_people
from bot.settings import settings
from bot.staff import accounts
from scripts.plainly import Failure, run


def main() -> None:
    """Makes what is missing, and says how to sign in."""
    if not settings().demo:
        raise Failure("FOYER_DEMO is off here: made-up people are for a demonstration only.")
    for line in fill(get_database(), datetime.now(timezone.utc)):
        print(line)


def fill(database: Database, now: datetime) -> list[str]:
    """Makes accounts and people; gives the lines to print. Passwords are made anew each time."""
    lines = ["Made-up people for a demonstration. None of them is real.", ""]
    with database.session() as session:
        for colleague in demonstration().staff:
            password = "-".join(secrets.token_hex(3) for _ in range(3))
            user = accounts.by_email(session, colleague.email) or accounts.create(
                session,
                email=colleague.email,
                name=colleague.name,
                role=colleague.role,
                services=services(),
                password=None,
                now=now,
            )
            accounts.set_password(session, user, password)
            accounts.reset_second_factor(session, user)
            lines.append(f"  {colleague.email:42} {password}")
        made = make_people(session, user, now)
    where = f"http://{settings().web_host}:{settings().web_port}/staff"
    return [*lines, "", f"{made} people are new. `make run`, then sign in at {where}."]


if __name__ == "__main__":
    run(main)

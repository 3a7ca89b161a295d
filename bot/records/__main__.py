"""For operators: `python -m bot.records migrate | list | show | erase | purge | rotate-keys`.

What `show` prints is personal: it goes to the terminal of whoever asked, and nowhere else.
That it was printed, erased or removed is in the audit log.
"""

from __future__ import annotations

import argparse
import sys
from datetime import datetime, timezone

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.operating import exit_status
from bot.records.cases import by_referral, without_referral
from bot.records.database import Database, get_database
from bot.records.erasure import erase_referral
from bot.records.migrate import fill, migrate
from bot.records.models import Referral
from bot.records.references import read_code
from bot.records.referrals import by_reference
from bot.records.report import report
from bot.records.retention import purge
from bot.records.rotation import rotate
from bot.settings import settings
from bot.staff import audit


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bot.records", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run, text in (
        ("migrate", _migrate, "create or upgrade the tables"),
        ("list", _list, "list the referrals, newest first"),
        ("show", _show, "print one referral with its transcript"),
        ("erase", _erase, "erase one referral and its conversation for good"),
        ("purge", _purge, "remove what is past its retention period"),
        ("rotate-keys", _rotate, "encrypt everything anew under the newest key"),
    ):
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        if name in {"show", "erase"}:
            command.add_argument("reference", help="such as 4K7M-2QXD, or the id of a draft")
    chosen = parser.parse_args(arguments)
    return exit_status(lambda: chosen.run(chosen))


def _migrate(_chosen: argparse.Namespace) -> int:
    migrate(settings().database_url)
    fill(get_database())
    print("The database is up to date.")
    return 0


def _list(_chosen: argparse.Namespace) -> int:
    with get_database().reading() as session:
        found = session.execute(select(Referral).order_by(Referral.started_at.desc())).scalars()
        for referral in found:
            when = (referral.sent_at or referral.updated_at).strftime("%Y-%m-%d %H:%M")
            name = referral.reference or referral.id
            print(f"{name:32}  {referral.service_id or '-':12}  {referral.state:8}  {when} UTC")
    return 0


def _show(chosen: argparse.Namespace) -> int:
    database = get_database()
    referral_id = _find(database, chosen.reference)
    if referral_id is None:
        return _not_found(chosen.reference)
    with database.session() as session:
        _note(session, "operator-showed", session.get(Referral, referral_id))
    print(report(database, referral_id, _now()))
    return 0


def _erase(chosen: argparse.Namespace) -> int:
    database = get_database()
    referral_id = _find(database, chosen.reference)
    if referral_id is None:
        return _not_found(chosen.reference)
    with database.session() as session:
        referral = session.get(Referral, referral_id)
        _note(session, "operator-erased", referral)
        erase_referral(session, referral, by="operator", now=_now())
    print(f"{chosen.reference} is erased.")
    return 0


def _purge(_chosen: argparse.Namespace) -> int:
    with get_database().session() as session:
        purged = purge(session, _now())
        audit.record(
            session, action="operator-purged", user_id=None, now=_now(), details=vars(purged)
        )
    print(
        f"Removed: {purged.referrals} referrals, {purged.conversations} conversations, "
        f"{purged.flags} flags."
    )
    return 0


def _rotate(_chosen: argparse.Namespace) -> int:
    print(f"Encrypted anew: {rotate(get_database())} values.")
    return 0


def _find(database: Database, name: str) -> str | None:
    with database.reading() as session:
        code = read_code(name)
        referral = by_reference(session, code) if code else None
        referral = referral or session.get(Referral, name)
        return None if referral is None else str(referral.id)


def _note(session: Session, action: str, referral: Referral) -> None:
    case = by_referral(session, referral.id) or without_referral(session, referral.conversation_id)
    audit.record(
        session,
        action=action,
        user_id=None,
        now=_now(),
        case_id=case.id if case else None,
        service_id=referral.service_id,
        details={"referral": referral.id},
    )


def _not_found(name: str) -> int:
    print(f"There is no referral {name}: see `python -m bot.records list`", file=sys.stderr)
    return 1


def _now() -> datetime:
    return datetime.now(timezone.utc)


if __name__ == "__main__":
    sys.exit(main())

"""For operators: `python -m web.staff create-user | list-users | change-user | verify-audit`.

A password is asked for, or read from standard input where that is not a terminal.
"""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.datafile import DataError
from bot.knowledge.services import services
from bot.records.database import get_database
from bot.records.models import StaffUser
from bot.settings import SettingsError
from bot.staff import accounts, audit
from bot.staff.accounts import ROLES, AccountError


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; gives the exit status."""
    chosen = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = chosen.run
    try:
        return run(chosen)
    except (AccountError, SettingsError, DataError) as error:
        print(error, file=sys.stderr)
    except SQLAlchemyError as error:
        print(
            f"DATABASE_URL: the database did not answer as it should ({type(error).__name__}): "
            "check that it runs, and that `python -m bot.records migrate` was done",
            file=sys.stderr,
        )
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m web.staff", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    create = commands.add_parser("create-user", help="make an account")
    create.set_defaults(run=_create)
    create.add_argument("email")
    create.add_argument("--name", required=True, help="as colleagues see it")
    create.add_argument("--role", required=True, choices=ROLES)
    create.add_argument(
        "--service", action="append", default=[], help="whose people they see; may be repeated"
    )

    listed = commands.add_parser("list-users", help="list the accounts")
    listed.set_defaults(run=_list)

    change = commands.add_parser("change-user", help="change an account, or shut it")
    change.set_defaults(run=_change)
    change.add_argument("email")
    change.add_argument("--role", choices=ROLES)
    change.add_argument("--service", action="append", help="instead of those they have")
    change.add_argument("--new-password", action="store_true", help="also takes a lock away")
    change.add_argument(
        "--new-second-factor", action="store_true", help="it is set up at the next sign-in"
    )
    active = change.add_mutually_exclusive_group()
    active.add_argument("--shut", dest="active", action="store_false", default=None)
    active.add_argument("--reopen", dest="active", action="store_true", default=None)

    verify = commands.add_parser("verify-audit", help="check that the audit log is as written")
    verify.set_defaults(run=_verify)
    verify.add_argument(
        "--noted", metavar="NUMBER:HASH", help="what an earlier run printed: it must still fit"
    )
    return parser


def _create(chosen: argparse.Namespace) -> int:
    _check_services(chosen.service)
    password = _ask_password()
    with get_database().session() as session:
        user = accounts.create(
            session,
            email=chosen.email,
            name=chosen.name,
            role=chosen.role,
            services=chosen.service,
            password=password,
            now=_now(),
        )
        _note(session, "user-created", user)
    print(f"{user.email} can sign in at /staff, and sets up the second factor there.")
    return 0


def _list(_chosen: argparse.Namespace) -> int:
    with get_database().reading() as session:
        for user in session.execute(select(StaffUser).order_by(StaffUser.email)).scalars():
            shut = "" if user.active else "  shut"
            print(f"{user.email:40}  {user.role:13}  {', '.join(user.services) or '-'}{shut}")
    return 0


def _change(chosen: argparse.Namespace) -> int:
    _check_services(chosen.service or [])
    password = _ask_password() if chosen.new_password else None
    with get_database().session() as session:
        user = accounts.by_email(session, chosen.email)
        if user is None:
            raise AccountError(
                f"{chosen.email} has no account: see `python -m web.staff list-users`"
            )
        user.role = chosen.role or user.role
        user.services = sorted(chosen.service) if chosen.service is not None else user.services
        if password is not None:
            accounts.set_password(session, user, password)
        if chosen.new_second_factor:
            accounts.reset_second_factor(session, user)
        if chosen.active is not None:
            user.active = chosen.active
            accounts.sign_out_everywhere(session, user)
        _note(session, "user-changed", user, changed=_asked(chosen))
    print(f"{user.email} is changed.")
    return 0


def _verify(chosen: argparse.Namespace) -> int:
    noted = None
    if chosen.noted:
        number, _, head = chosen.noted.partition(":")
        if not number.isdecimal() or not head:
            raise AccountError("--noted has to be NUMBER:HASH, as an earlier run printed it")
        noted = (int(number), head)
    verified = audit.verify(get_database(), noted)
    if verified.wrong is not None:
        print(f"The audit log was changed: entry {verified.wrong} doesn't fit.", file=sys.stderr)
        return 1
    print(f"The audit log is as it was written. Note this: {verified.entries}:{verified.head}")
    return 0


def _asked(chosen: argparse.Namespace) -> list[str]:
    """What of an account is to be changed, as the audit log has it."""
    asked = {
        "role": chosen.role,
        "services": chosen.service is not None,
        "new password": chosen.new_password,
        "second factor reset": chosen.new_second_factor,
        "shut": chosen.active is False,
        "reopened": chosen.active is True,
    }
    return [name for name, wanted in asked.items() if wanted]


def _note(session: Session, action: str, user: StaffUser, **more: Any) -> None:
    audit.record(
        session,
        action=action,
        user_id=None,
        now=_now(),
        details={"user": user.id, "role": user.role, "services": user.services, **more},
    )


def _check_services(named: Sequence[str]) -> None:
    for service_id in named:
        if service_id not in services():
            raise AccountError(f"{service_id} is not a service: choose {', '.join(services())}")


def _ask_password() -> str:
    if sys.stdin.isatty():
        password = getpass.getpass("Password: ")
        if password != getpass.getpass("Again: "):
            raise AccountError("The two passwords differ: start again")
        return password
    return sys.stdin.readline().rstrip("\n")


def _now() -> datetime:
    return datetime.now(timezone.utc)


if __name__ == "__main__":
    sys.exit(main())

"""Staff accounts: passwords, the second factor, and the lock after too many wrong tries.

Passwords are kept as argon2id hashes. The second factor is a time-based code (RFC 6238) from an
app, or one of the recovery codes made with it. Each code works once.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Literal

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.records.models import StaffSession, StaffUser
from bot.records.references import new_resume_code
from bot.staff.rules import rules

Role = Literal["reviewer", "lead", "administrator"]
ROLES: tuple[Role, ...] = ("reviewer", "lead", "administrator")  # each may do what those before may

_STEP_SECONDS = 30
_ISSUER = "Foyer"
_hasher = PasswordHasher()
_NOBODY = _hasher.hash(secrets.token_hex(16))  # so that an unknown address takes as long as any
_users: Any = StaffUser
_sessions: Any = StaffSession


class AccountError(Exception):
    """An account can't be made or changed so. The message says why, and the mend."""


def create(
    session: Session,
    *,
    email: str,
    name: str,
    role: str,
    services: Collection[str],
    password: str | None,
    now: datetime,
) -> StaffUser:
    """A new account.

    Args:
        password: None for someone who signs in through the organisation only.

    Raises:
        AccountError: the address is taken or none, the role isn't one, or the password is too weak.
    """
    email = email.strip().lower()
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", email):
        raise AccountError(f"{email} is not an email address: write one such as ann@example.nhs.uk")
    if role not in ROLES:
        raise AccountError(f"{role} is not a role: choose {', '.join(ROLES)}")
    if by_email(session, email) is not None:
        raise AccountError(f"{email} has an account already: choose another, or change that one")
    user = StaffUser(
        email=email, name=name.strip(), role=role, services=sorted(services), created_at=now
    )
    if password is not None:
        set_password(session, user, password)
    session.add(user)
    session.flush()
    return user


def by_email(session: Session, email: str) -> StaffUser | None:
    """The account of an email address."""
    found: StaffUser | None = session.execute(
        select(StaffUser).where(_users.email == email.strip().lower())
    ).scalar_one_or_none()
    return found


def set_password(session: Session, user: StaffUser, password: str) -> None:
    """Sets a password, and signs the person out everywhere.

    Raises:
        AccountError: it is too short, a few letters over and over, or their own address or name.
    """
    least = rules().sign_in.password_letters
    if len(password) < least:
        raise AccountError(f"The password has to have {least} letters or more: three words will do")
    if len(set(password)) < 5 or password.lower() in {user.email, user.name.lower()}:
        raise AccountError("The password is too easy to guess: choose three random words")
    user.password_hash = _hasher.hash(password)
    user.failures, user.locked_until = 0, None
    sign_out_everywhere(session, user)


def reset_second_factor(session: Session, user: StaffUser) -> None:
    """Forgets the second factor: it is set up anew at the next sign-in."""
    user.totp_secret, user.totp_step, user.recovery_codes = None, 0, []
    sign_out_everywhere(session, user)


def sign_out_everywhere(session: Session, user: StaffUser) -> None:
    """Ends every session of the person."""
    if user.id is not None:
        session.execute(delete(StaffSession).where(_sessions.user_id == user.id))


def check_password(session: Session, email: str, password: str, now: datetime) -> StaffUser | None:
    """The account that the address and password belong to; None if they don't, or it is locked.

    Wrong tries are counted in the session, which the caller has to commit.
    """
    user = _locked_row(session, by_email(session, email))
    right = _verify(user.password_hash if user and user.password_hash else _NOBODY, password)
    if user is None or not user.active or locked(user, now):
        return None
    if not right or user.password_hash is None:
        _failed(user, now)
        return None
    if _hasher.check_needs_rehash(user.password_hash):
        user.password_hash = _hasher.hash(password)
    return user


def locked(user: StaffUser, now: datetime) -> bool:
    """Whether too many wrong tries keep the account shut at the moment."""
    return user.locked_until is not None and bool(user.locked_until > now)


def new_secret() -> str:
    """A secret for an authenticator app."""
    return pyotp.random_base32()


def provisioning_uri(user: StaffUser, secret: str) -> str:
    """What the QR code says to the app."""
    return pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=_ISSUER)


def begin_second_factor(
    session: Session, user: StaffUser, secret: str, code: str, now: datetime
) -> list[str] | None:
    """Takes up a secret once the person gives its first code; None if the code is wrong.

    Returns:
        The recovery codes, to be shown once: only their hashes are kept.
    """
    step = _step_of(secret, code, now, after=0)
    if step is None:
        _failed(user, now)
        return None
    codes = [new_resume_code() for _ in range(rules().sign_in.recovery_codes)]
    user.totp_secret, user.totp_step = secret, step
    user.recovery_codes = [_code_hash(each) for each in codes]
    user.failures = 0
    return codes


def check_second_factor(session: Session, user: StaffUser, code: str, now: datetime) -> bool:
    """Whether a code from the app, or a recovery code, is right. It is used up by that."""
    user = _locked_row(session, user) or user
    if locked(user, now) or not user.active or user.totp_secret is None:
        return False
    step = _step_of(user.totp_secret, code, now, after=user.totp_step)
    if step is not None:
        user.totp_step, user.failures = step, 0
        return True
    used = _code_hash(code)
    if used in user.recovery_codes:
        user.recovery_codes = [each for each in user.recovery_codes if each != used]
        user.failures = 0
        return True
    _failed(user, now)
    return False


def may(user: StaffUser, role: str) -> bool:
    """Whether someone has a role, or one that may do more."""
    return ROLES.index(user.role) >= ROLES.index(role)


def _locked_row(session: Session, user: StaffUser | None) -> StaffUser | None:
    # Tries at the same moment are counted one after the other.
    if user is not None:
        session.refresh(user, with_for_update=True)
    return user


def _failed(user: StaffUser, now: datetime) -> None:
    limits = rules().sign_in
    user.failures += 1
    if user.failures >= limits.tries:
        user.failures, user.locked_until = 0, now + timedelta(minutes=limits.locked_minutes)


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except Argon2Error:
        return False


def _step_of(secret: str, code: str, now: datetime, *, after: int) -> int | None:
    """The time step whose code this is, the one before and after it allowed."""
    code = re.sub(r"\s", "", code)
    totp = pyotp.TOTP(secret, interval=_STEP_SECONDS)
    current = int(now.timestamp()) // _STEP_SECONDS
    for step in (current - 1, current, current + 1):
        if step > after and secrets.compare_digest(
            totp.at(step * _STEP_SECONDS).encode(), code.encode()
        ):
            return step
    return None


def _code_hash(code: str) -> str:
    # 60 random bits and a lock-out: a slow hash would add nothing.
    letters = re.sub(r"[^0-9A-Z]", "", code.upper())
    return hashlib.sha256(letters.encode()).hexdigest()

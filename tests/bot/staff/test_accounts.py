from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest

from bot.records.models import StaffSession
from bot.staff import accounts, sessions
from bot.staff.accounts import AccountError
from bot.staff.rules import rules

PASSWORD = "correct horse battery"
EMAIL = "ann@example.nhs.uk"


@pytest.fixture
def user_id(database, now) -> str:
    with database.session() as session:
        return accounts.create(
            session,
            email=EMAIL.upper(),
            name="Ann Example",
            role="lead",
            services=["berkshire"],
            password=PASSWORD,
            now=now,
        ).id


def try_password(database, now, password: str, email: str = EMAIL) -> bool:
    with database.session() as session:
        return accounts.check_password(session, email, password, now) is not None


def load(session, user_id: str):
    return session.get(accounts.StaffUser, user_id)


@pytest.mark.parametrize(
    ("email", "password", "right"),
    [
        (EMAIL, PASSWORD, True),
        (" Ann@Example.NHS.uk ", PASSWORD, True),
        (EMAIL, "another password", False),
        (EMAIL, "", False),
        ("nobody@example.nhs.uk", PASSWORD, False),
    ],
)
def test_a_password(database, now, user_id, email: str, password: str, right: bool) -> None:
    assert try_password(database, now, password, email) is right


def test_the_password_itself_is_not_kept(database, user_id) -> None:
    with database.reading() as session:
        assert load(session, user_id).password_hash.startswith("$argon2id$")


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaa", EMAIL, "Ann Example"])
def test_a_weak_password_is_refused(database, user_id, password: str) -> None:
    with database.reading() as session, pytest.raises(AccountError):
        accounts.set_password(session, load(session, user_id), password)


@pytest.mark.parametrize(
    "wrong", [{"email": "ann"}, {"role": "owner"}, {"email": EMAIL}, {"password": "short"}]
)
def test_an_account_that_cant_be_made(database, now, user_id, wrong: dict[str, str]) -> None:
    fields = {"email": "bea@example.nhs.uk", "name": "Bea", "role": "lead", "password": PASSWORD}
    with database.session() as session, pytest.raises(AccountError):
        accounts.create(session, services=[], now=now, **{**fields, **wrong})


def test_too_many_tries_lock_the_account_for_a_while(database, now, user_id) -> None:
    limits = rules().sign_in
    for _ in range(limits.tries):
        assert not try_password(database, now, "wrong wrong wrong")
    assert not try_password(database, now, PASSWORD)
    later = now + timedelta(minutes=limits.locked_minutes, seconds=1)
    assert try_password(database, later, PASSWORD)


def test_someone_who_left_cant_sign_in(database, now, user_id) -> None:
    with database.session() as session:
        load(session, user_id).active = False
    assert not try_password(database, now, PASSWORD)


def begin(database, user_id: str, now) -> tuple[str, list[str]]:
    secret = accounts.new_secret()
    with database.session() as session:
        codes = accounts.begin_second_factor(
            session, load(session, user_id), secret, pyotp.TOTP(secret).at(now), now
        )
    assert codes is not None
    return secret, codes


def check(database, user_id: str, code: str, now) -> bool:
    with database.session() as session:
        return accounts.check_second_factor(session, load(session, user_id), code, now)


def test_a_code_works_once(database, now, user_id) -> None:
    secret, _ = begin(database, user_id, now)
    assert not check(database, user_id, pyotp.TOTP(secret).at(now), now)  # used to set it up
    later = now + timedelta(seconds=30)
    code = pyotp.TOTP(secret).at(later)
    assert check(database, user_id, f"{code[:3]} {code[3:]}", later)
    assert not check(database, user_id, code, later)


@pytest.mark.parametrize(("seconds", "right"), [(30, True), (-30, True), (90, False)])
def test_a_clock_may_be_a_little_off(database, now, user_id, seconds: int, right: bool) -> None:
    secret, _ = begin(database, user_id, now)
    later = now + timedelta(minutes=5)
    code = pyotp.TOTP(secret).at(later + timedelta(seconds=seconds))
    assert check(database, user_id, code, later) is right


def test_a_recovery_code_works_once_however_it_is_written(database, now, user_id) -> None:
    _, codes = begin(database, user_id, now)
    assert len(set(codes)) == rules().sign_in.recovery_codes
    assert check(database, user_id, codes[0].lower().replace("-", " "), now)
    assert not check(database, user_id, codes[0], now)
    assert check(database, user_id, codes[1], now)


def test_wrong_codes_lock_the_account(database, now, user_id) -> None:
    _, codes = begin(database, user_id, now)
    for _ in range(rules().sign_in.tries):
        assert not check(database, user_id, "000000", now)
    assert not check(database, user_id, codes[0], now)


def test_a_wrong_first_code_sets_nothing_up(database, now, user_id) -> None:
    with database.session() as session:
        user = load(session, user_id)
        assert (
            accounts.begin_second_factor(session, user, accounts.new_secret(), "000000", now)
            is None
        )
        assert user.totp_secret is None


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("reviewer", ["reviewer"]),
        ("lead", ["reviewer", "lead"]),
        ("administrator", ["reviewer", "lead", "administrator"]),
    ],
)
def test_each_role_may_do_what_those_before_may(role: str, allowed: list[str]) -> None:
    user = accounts.StaffUser(role=role)
    assert [each for each in accounts.ROLES if accounts.may(user, each)] == allowed


def sign_in(database, user_id: str, now, *, complete: bool = True) -> str:
    with database.session() as session:
        return sessions.begin(session, load(session, user_id), now, complete=complete)


def is_in(database, token: str, now) -> bool:
    with database.reading() as session:
        return sessions.find(session, token, now) is not None


def test_a_session_ends_when_idle(database, now, user_id) -> None:
    token = sign_in(database, user_id, now)
    idle = timedelta(minutes=rules().sign_in.idle_minutes)
    assert is_in(database, token, now + idle - timedelta(seconds=1))
    assert not is_in(database, token, now + idle)


def test_a_session_ends_after_some_hours_however_busy(database, now, user_id) -> None:
    token = sign_in(database, user_id, now)
    end = now + timedelta(hours=rules().sign_in.hours)
    with database.session() as session:
        current, _ = sessions.find(session, token, now)
        sessions.seen(session, current, end - timedelta(minutes=1))
    assert is_in(database, token, end - timedelta(seconds=1))
    assert not is_in(database, token, end)


def test_half_a_sign_in_lasts_minutes(database, now, user_id) -> None:
    token = sign_in(database, user_id, now, complete=False)
    assert not is_in(database, token, now + timedelta(minutes=rules().sign_in.half_way_minutes))


def test_signing_out_and_leaving_end_sessions(database, now, user_id) -> None:
    token, other = (sign_in(database, user_id, now) for _ in range(2))
    with database.session() as session:
        sessions.end(session, token)
    assert not is_in(database, token, now)
    assert is_in(database, other, now)
    with database.session() as session:
        accounts.set_password(session, load(session, user_id), "another long password")
    assert not is_in(database, other, now)


def test_the_token_is_not_kept_and_old_sessions_are_tidied(database, now, user_id) -> None:
    token = sign_in(database, user_id, now)
    with database.session() as session:
        assert session.get(StaffSession, token) is None
        sessions.tidy(session, now)
        assert session.query(StaffSession).count() == 1
        sessions.tidy(session, now + timedelta(days=1))
        assert session.query(StaffSession).count() == 0

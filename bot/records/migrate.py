"""Brings the database to the newest schema, and what is in it in step with that."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from sqlalchemy import select

from bot.datafile import ROOT
from bot.records import cases, search_terms
from bot.records.database import Database
from bot.records.models import Case, Flag, Referral


def migrate(url: str) -> None:
    """Creates or upgrades the tables of the database at `url`."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["url"] = url
    command.upgrade(config, "head")


def fill(database: Database) -> int:
    """Gives a case and search terms to what is from before there were any.

    Twice is harmless. It needs the encryption keys, which is why no migration does it.

    Returns:
        How many referrals and flags were taken up.
    """
    with database.session() as session:
        sent = (
            session.execute(
                select(Referral)
                .where(
                    Referral.sent_at.is_not(None),
                    Referral.id.not_in(
                        select(Case.referral_id).where(Case.referral_id.is_not(None))
                    ),
                )
                .order_by(Referral.sent_at)
            )
            .scalars()
            .all()
        )
        for referral in sent:
            cases.begin_for_referral(session, referral, referral.sent_at)
        flags = (
            session.execute(
                select(Flag)
                .where(
                    Flag.case_id.is_(None),
                    Flag.tier.in_(cases.NEEDS_CONTACT),
                    Flag.resolved_at.is_(None),
                    Flag.text.is_not(None),
                )
                .order_by(Flag.at)
            )
            .scalars()
            .all()
        )
        for flag in flags:
            cases.begin_for_flag(session, flag)
    search_terms.reindex(database, missing=True)
    return len(sent) + len(flags)

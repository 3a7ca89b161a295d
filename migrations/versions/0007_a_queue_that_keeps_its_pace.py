"""Indexes in the order that the queue and the search are read in

Revision: 0007
Follows: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_PLACE = ["live", "rank", "waiting_since", "id"]


def upgrade() -> None:
    unread = sa.text("read_at IS NULL")
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_index("ix_cases_unread")
        batch_op.drop_index("ix_cases_state")
        batch_op.drop_index("ix_cases_assigned_to")
        batch_op.create_index("ix_cases_state", ["service_id", "state", *_PLACE], unique=False)
        batch_op.create_index("ix_cases_mine", ["assigned_to", "service_id", *_PLACE], unique=False)
        batch_op.create_index(
            "ix_cases_unread",
            ["service_id", *_PLACE],
            unique=False,
            sqlite_where=unread,
            postgresql_where=unread,
        )

    # The hashes are made anew by `python -m bot.records migrate`, which has the keys.
    op.execute("DELETE FROM search_terms")
    with op.batch_alter_table("search_terms", schema=None) as batch_op:
        batch_op.drop_index("ix_search_terms_fingerprint")
        batch_op.add_column(sa.Column("service_id", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("at", sa.DateTime(timezone=True), nullable=False))
        batch_op.create_index(
            "ix_search_terms_fingerprint",
            ["fingerprint", "service_id", "at", "referral_id"],
            unique=False,
        )


def downgrade() -> None:
    with op.batch_alter_table("search_terms", schema=None) as batch_op:
        batch_op.drop_index("ix_search_terms_fingerprint")
        batch_op.drop_column("at")
        batch_op.drop_column("service_id")
        batch_op.create_index(
            "ix_search_terms_fingerprint", ["fingerprint", "referral_id", "kind"], unique=False
        )

    unread = sa.text("read_at IS NULL AND live")
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_index("ix_cases_unread")
        batch_op.drop_index("ix_cases_mine")
        batch_op.drop_index("ix_cases_state")
        batch_op.create_index(
            "ix_cases_state", ["service_id", "state", "rank", "waiting_since", "id"], unique=False
        )
        batch_op.create_index("ix_cases_assigned_to", ["assigned_to"], unique=False)
        batch_op.create_index(
            "ix_cases_unread",
            ["service_id"],
            unique=False,
            sqlite_where=unread,
            postgresql_where=unread,
        )

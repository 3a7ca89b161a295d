"""Until when a time is kept for someone who was told so in a letter

Revision: 0006
Follows: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("diary_slots", schema=None) as batch_op:
        batch_op.add_column(sa.Column("promised_until", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("diary_slots", schema=None) as batch_op:
        batch_op.drop_column("promised_until")

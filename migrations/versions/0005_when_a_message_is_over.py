"""When a message is of no use any more

Revision: 0005
Follows: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("over_at", sa.DateTime(timezone=True), nullable=True))
    # What has a moment was given up at it until now.
    op.execute(
        "UPDATE outbox SET over_at = give_up_at "
        "WHERE key LIKE 'appointment:%:reminder:%' OR key LIKE 'waiting:%'"
    )


def downgrade() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_column("over_at")

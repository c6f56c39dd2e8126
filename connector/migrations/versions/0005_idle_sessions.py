"""When a signed-in browser was last busy."""

import sqlalchemy as sa
from alembic import op
from ticketlab.connector.database import Moment

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    with op.batch_alter_table("browser_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seen_at", Moment(), nullable=True))
    op.execute("UPDATE browser_session SET seen_at = started_at")
    with op.batch_alter_table("browser_session", schema=None) as batch_op:
        batch_op.alter_column("seen_at", existing_type=Moment(), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("browser_session", schema=None) as batch_op:
        batch_op.drop_column("seen_at")

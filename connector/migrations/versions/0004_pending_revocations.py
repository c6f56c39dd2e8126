"""Tokens of removed connections that the instance has not yet heard to forget."""

import sqlalchemy as sa
from alembic import op
from ticketlab.connector.database import Moment

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "pending_revocation",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("instance_name", sa.String(length=300), nullable=False),
        sa.Column("client_id", sa.String(length=255), nullable=False),
        sa.Column("client_secret", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending_revocation")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("pending_revocation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pending_revocation_due_at"), ["due_at"], unique=False)


def downgrade() -> None:
    op.drop_table("pending_revocation")

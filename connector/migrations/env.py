"""Run by Alembic for each command: one transaction, so that a step that fails leaves nothing behind."""

from alembic import context
from flask import current_app
from ticketlab.connector.database import db
from ticketlab.shared.database import WRITING
from ticketlab.shared.lab_state import metadata as lab_metadata

engine = current_app.extensions["migrate"].db.engine

with engine.connect().execution_options(**{WRITING: True}) as connection:
    context.configure(
        connection=connection,
        target_metadata=[db.metadata, lab_metadata],
        render_as_batch=True,
        transactional_ddl=True,
        user_module_prefix="",
    )
    with context.begin_transaction():
        context.run_migrations()

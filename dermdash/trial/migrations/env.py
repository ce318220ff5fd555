"""Alembic's way in: run the revisions on the connection that ``migration.migrate`` opened."""

from alembic import context

from dermdash.trial.schema import StudyRow

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=StudyRow.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()

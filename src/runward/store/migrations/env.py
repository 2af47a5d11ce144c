"""What Alembic runs around the migrations: on the connection that it is given."""

from __future__ import annotations

from alembic import context

from runward.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    # The caller's transaction holds the whole change.
    transactional_ddl=True,
)
context.run_migrations()

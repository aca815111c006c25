"""Who may do what, by the permissions of Datasette.

Datasette 1.0 has permissions to write rows. Datasette 0.65 has none of its own; it is asked for them all the same, so
that a plugin can give or refuse them, and where none says anything, root may write. In both may write whom the setting
allow_write names, but not by a token of Datasette 1.0 that is restricted to some permissions.
"""
import os

from datasette.utils import actor_matches_allow
from datasette.utils.asgi import Forbidden

from . import settings

try:
    from datasette.resources import DatabaseResource, TableResource
except ImportError:  # before 1.0
    DatabaseResource = TableResource = None

MODELS = "classify_models"
RESTRICTIONS = "_r"  # in an actor: what a token is restricted to


async def may_view(datasette, actor, database, table=None):
    """Whether the actor may see a database, or a table of it."""
    if TableResource:
        return await _allowed(datasette, actor, "view-table" if table else "view-database", database, table)
    checks = [("view-table", (database, table))] if table else []
    try:
        await datasette.ensure_permissions(actor, [*checks, ("view-database", database), "view-instance"])
    except Forbidden:
        return False
    return True


async def may_correct(datasette, actor, database, table):
    """Whether the actor may write labels into a table."""
    return await _may_write(datasette, actor, "update-row", database, table)


async def may_train(datasette, actor, db):
    """Whether the actor may add a model, which is a row of classify_models; the first training makes this table."""
    if await db.table_exists(MODELS):
        return await _may_write(datasette, actor, "insert-row", db.name, MODELS)
    return await _may_write(datasette, actor, "create-table", db.name, None)


async def _may_write(datasette, actor, action, database, table):
    db = datasette.get_database(database)
    if not db.is_mutable or (db.path and not os.access(db.path, os.W_OK)):
        return False
    allowed = await _allowed(datasette, actor, action, database, table)
    if allowed or (allowed is not None and not TableResource):
        return allowed  # 0.65 tells "no" from "nobody has said anything", which is None
    if actor and RESTRICTIONS in actor:
        return False
    named = settings.of(datasette, database).allow_write
    if named is None:
        named = False if TableResource else {"id": "root"}
    return actor_matches_allow(actor, named)


async def _allowed(datasette, actor, action, database, table):
    if TableResource:
        resource = TableResource(database, table) if table else DatabaseResource(database)
        return await datasette.allowed(action=action, resource=resource, actor=actor)
    resource = (database, table) if table else database
    return await datasette.permission_allowed(actor, action, resource=resource, default=None)

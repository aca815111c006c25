"""The links in the action menus of a database and of a table."""
from urllib.parse import urlencode

from . import access, tables
from .refusal import Refusal


def address(datasette, database, page="", **parameters):
    """The address of one of our pages; parameters that are None are left out."""
    given = {name: value for name, value in parameters.items() if value is not None}
    path = f"{datasette.urls.database(database)}/-/classify{'/' + page if page else ''}"
    return path + (f"?{urlencode(given)}" if given else "")


def for_database(datasette, actor, database):
    async def links():
        label, train = await _offers(datasette, actor, database)
        return [*([_link(datasette, database, "Classify a text", "")] if label else []),
                *([_link(datasette, database, "Train a classifier", "train")] if train else [])]
    return links


def for_table(datasette, actor, database, table):
    async def links():
        if table in tables.OF_THE_LIBRARY or not await datasette.get_database(database).table_exists(table):
            return []  # a view, for one
        label, train = await _offers(datasette, actor, database)
        labelling = ("Labels that a model gives", "rows"), ("Review labels", "review"), ("Find mistakes", "mistakes")
        return [*([_link(datasette, database, text, page, table=table) for text, page in labelling] if label else []),
                *([_link(datasette, database, "Train a classifier", "train", table=table)] if train else [])]
    return links


async def _offers(datasette, actor, database):
    """Whether there are models that the actor may use, and whether the actor may train one."""
    db = datasette.get_database(database)
    label = await db.table_exists(access.MODELS) and await access.may_view(datasette, actor, database, access.MODELS)
    try:
        return label, await access.may_train(datasette, actor, db)
    except Refusal:  # of a wrong setting: our own pages say so
        return label, False


def _link(datasette, database, text, page, **parameters):
    return {"href": address(datasette, database, page, **parameters), "label": text}

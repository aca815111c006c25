"""A plugin of Datasette: each database has the functions of sqlite-classify, and pages under /DATABASE/-/classify.

Here are the hooks that Datasette calls. From there on:

    routes.py       which address is which page
    page.py         what all pages share: permissions, the model and the table asked for, time limits, refusals
    pages/          a file for each page
    models.py, tables.py, explaining.py, labelling.py    what is read, as functions of a connection
    correcting.py, training.py                           what is written, through Datasette's write queue
    access.py, settings.py, library.py                   who may do what, what is set, whether the library is there
"""
from datasette import hookimpl

from . import library, links, routes, training


@hookimpl(trylast=True)  # other plugins may make temporary tables before this keeps all from writing
def prepare_connection(conn, database):
    library.load(conn)
    library.guard(conn, database)


@hookimpl
def register_routes():
    return routes.ROUTES


@hookimpl(optionalhook=True)  # of Datasette 1.0
def shutdown(datasette):
    training.discard_all(datasette)


@hookimpl
def database_actions(datasette, actor, database):
    return links.for_database(datasette, actor, database)


@hookimpl
def table_actions(datasette, actor, database, table):
    return links.for_table(datasette, actor, database, table)

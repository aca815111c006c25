"""What save() refuses before the extension or SQLite does, in a sentence that says what to do."""
import contextlib
import re

COLUMNS = "name", "version", "created", "labels", "options", "metrics", "weights"

KNOWN = "SELECT label FROM classify_labels('', :model)"
WITH_KNOWN = f"SELECT count(*) FROM temp.classify_save_rows WHERE label IN ({KNOWN})"
SWAPPED = f"SELECT count(*) FROM temp.classify_save_rows WHERE text IN ({KNOWN})"
FIRST = "SELECT label FROM temp.classify_save_rows ORDER BY rowid LIMIT 1"


@contextlib.contextmanager
def in_sentences():
    """The driver's errors name save(), and not the function of SQL that it has called."""
    try:
        yield
    except Exception as error:
        message = re.sub(r"\bclassify_\w+\(\): ", "save(): ", str(error), count=1)
        if re.search("readonly database", message):
            message = f"save(): the database is read-only, expected one that can be written ({message})"
        if message == str(error):
            raise
        raise type(error)(message) from error


def check_schema(schema, name):
    """ValueError if the model's name begins with a schema that is not there. `schema` is None then."""
    first, dot, _ = name.partition(".")
    if dot and schema is None:
        raise ValueError(f"no database is attached as '{first}', expected the name of one before the dot of the "
                         f"model's name '{name}'; 'main.{name}' is a name with a dot in it")


def check_table(cursor, schema, quoted):
    """ValueError if something else than the models' table has its name."""
    kinds = cursor.execute(f"SELECT type FROM {quoted}.sqlite_master WHERE name = 'classify_models'").fetchall()
    if not kinds:
        return
    if kinds[0][0] != "table":
        raise ValueError(f"{schema}.classify_models is a {kinds[0][0]}, expected a table: models are kept "
                         "under this name")
    there = {row[1] for row in cursor.execute(f"PRAGMA {quoted}.table_info(classify_models)").fetchall()}
    missing = [column for column in COLUMNS if column not in there]
    if missing:
        raise ValueError(f"table {schema}.classify_models has no column '{missing[0]}', expected the table of models "
                         f"({', '.join(COLUMNS)}): rename this table, or save into another database")


def check_labels(cursor, model):
    """ValueError if no row has a label of the model: they are numbers of labels, or in the place of texts."""
    if cursor.execute(WITH_KNOWN, model).fetchall()[0][0]:
        return
    label, known = cursor.execute(FIRST).fetchall()[0][0], cursor.execute(KNOWN, model).fetchall()[0][0]
    if cursor.execute(SWAPPED, model).fetchall()[0][0]:
        raise ValueError(f"rows has labels for texts, such as {known!r}, expected the text first, then its label")
    raise ValueError(f"no row has a label of the model: one has {label!r:.80}, the model has {known!r}; expected texts "
                     "with the labels themselves, not with their numbers")

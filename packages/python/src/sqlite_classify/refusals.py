"""What save() and add_encoder() refuse or warn of before the extension or SQLite does, in a sentence that says what to
do."""
import contextlib
import json
import re
import warnings

from . import model_file, tokenizers, transactions

KNOWN = "SELECT label FROM classify_labels('', :model)"
WITH_KNOWN = f"SELECT count(*) FROM temp.classify_save_rows WHERE label IN ({KNOWN})"
SWAPPED = f"SELECT count(*) FROM temp.classify_save_rows WHERE text IN ({KNOWN})"
# Words that do not come out of the model's tokenizer. Porter's gives 3 of 100 stems another stem when they stand alone.
STRANGE = """
SELECT value FROM json_each(:words) WHERE value NOT IN (SELECT token FROM classify_attention(value, :model))"""
ASKED, MOST_STRANGE = 500, 0.1
FIRST = "SELECT label FROM temp.classify_save_rows ORDER BY rowid LIMIT 1"


@contextlib.contextmanager
def in_sentences(function):
    """The driver's errors name this function, such as save(), and not the function of SQL that it has called."""
    try:
        yield
    except Exception as error:
        message = re.sub(r"\bclassify_\w+\(\): ", f"{function}: ", str(error), count=1)
        if re.search("readonly database", message):
            message = f"{function}: the database is read-only, expected one that can be written ({message})"
        if message == str(error):
            raise
        raise type(error)(message) from error


def check_schema(schema, name):
    """ValueError if the model's name begins with a schema that is not there. `schema` is None then."""
    first, dot, _ = name.partition(".")
    if dot and schema is None:
        raise ValueError(f"no database is attached as '{first}', expected the name of one before the dot of the "
                         f"model's name '{name}'; 'main.{name}' is a name with a dot in it")


def check_table(cursor, schema, table, columns):
    """ValueError if something else than a table with these columns has its name."""
    quoted, held = transactions.quoted(schema), table.rpartition("_")[2]  # models or encoders
    kinds = cursor.execute(f"SELECT type FROM {quoted}.sqlite_master WHERE name = '{table}'").fetchall()
    if not kinds:
        return
    if kinds[0][0] != "table":
        raise ValueError(f"{schema}.{table} is a {kinds[0][0]}, expected a table: {held} are kept under this name")
    there = {row[1] for row in cursor.execute(f"PRAGMA {quoted}.table_info({table})").fetchall()}
    missing = [column for column in columns if column not in there]
    if missing:
        raise ValueError(f"table {schema}.{table} has no column '{missing[0]}', expected the table of {held} "
                         f"({', '.join(columns)}): rename this table, or save into another database")


def check_labels(cursor, model):
    """ValueError if no row has a label of the model: they are numbers of labels, or in the place of texts."""
    if cursor.execute(WITH_KNOWN, model).fetchall()[0][0]:
        return
    label, known = cursor.execute(FIRST).fetchall()[0][0], cursor.execute(KNOWN, model).fetchall()[0][0]
    if cursor.execute(SWAPPED, model).fetchall()[0][0]:
        raise ValueError(f"rows has labels for texts, such as {known!r}, expected the text first, then its label")
    raise ValueError(f"no row has a label of the model: one has {label!r:.80}, the model has {known!r}; expected texts "
                     "with the labels themselves, not with their numbers")


def check_row_size(what, size, largest):
    """ValueError for an encoder that is larger than a row of SQLite."""
    if size > largest:
        raise ValueError(f"{what} has {size:,} bytes, expected at most {largest:,}, which a row of SQLite may have: "
                         "save it in half precision (F16), as transformers does after model.half()")


def check_value(what, value):
    """TypeError or ValueError for what is no text and no number that SQLite can hold."""
    if isinstance(value, str):
        model_file.check_text(what, value)
    elif not isinstance(value, (int, float, type(None))):
        blob = " (a BLOB)" if isinstance(value, (bytes, bytearray, memoryview)) else ""
        raise TypeError(f"{what} is {value!r:.80}{blob}, expected a text or a number")
    elif isinstance(value, int) and not -2**63 <= value < 2**63:
        raise ValueError(f"{what} is {value!r:.80}, which does not fit into 64 bits")


def warn_of_words(cursor, model, weights):
    """Warns of a vocabulary that a tokenizer of FTS5 does not give. Other tokenizers are held against it when the file
    is made."""
    metadata, tensors = model_file.split(weights)
    if not tokenizers.is_of_fts5(metadata["tokenize"]):
        return
    words = [word for word in model_file.strings(tensors, "vocabulary", "replace") if word]
    asked = words[::max(1, len(words) // ASKED)]
    asked_in_json = {"words": json.dumps(asked), **model}
    strange = [word for word, in cursor.execute(STRANGE, asked_in_json).fetchall()]
    if len(strange) > MOST_STRANGE * len(asked):
        warnings.warn(f"tokenizer {metadata['tokenize']!r} does not give {len(strange)} of {len(asked)} words of the "
                      f"vocabulary that were tried, the first is {strange[0]!r}: it is not how the texts were cut that "
                      "the model was trained with", stacklevel=3)

"""Saves a model that was made elsewhere as a row of classify_models.

The extension does what it can do in SQL: it checks the weights, and it labels and judges the rows. What it
does when a training ends, and cannot be asked for, is done here in the same way: the table (schema.sql is the
extension's own), the version, the metrics and the keywords.
"""
import array
import json
import os
import random
import re

from . import model_file, refusals, transactions
from .connections import HERE, load, unwrap
from .transactions import quoted

BINS = 15              # of the calibration
EXAMPLES = 4           # texts that are kept, of those labelled right and of those labelled wrong
EXAMPLE_BYTES = 500
KEYWORD_CHARACTERS = 2500000  # that words are averaged over: half a million words
KEYWORDS, KEYWORDS_OF_LABEL = 20000, (10, 200)
CODES = {"U32": "I", "F32": "f"}  # of arrays
RARE = 5               # a word that occurs so often counts half of its mean contribution

COLUMNS = "name", "version", "created", "labels", "options", "metrics", "weights"

# The numbers that no version can have are not counted.
NEWEST = """ifnull((SELECT max({column}) FROM {schema}.{table} WHERE name = :name
          AND typeof({column}) = 'integer' AND {column} < 999999999999999999), 0)"""

# Fails if something else than the list of versions has its name.
TRY_LIST = """
EXPLAIN INSERT INTO {schema}.classify_versions(name, newest) VALUES (0, 0)
ON CONFLICT (name) DO UPDATE SET newest = 0"""
FIND = """
SELECT type = 'table' AND sql NOT LIKE 'create virtual%' FROM {schema}.sqlite_master
WHERE lower(name) = :table AND type <> 'trigger'"""

INSERT = """
INSERT INTO {schema}.classify_models(name, version, created, labels, options, metrics, weights)
VALUES (:name, {next_version}, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), '[]', :options, '{{}}', :weights)
RETURNING version"""

DESCRIBE = """
UPDATE {schema}.classify_models SET labels = :labels, metrics = :metrics, weights = :weights
WHERE name = :name AND version = :version"""

CHECK = "SELECT count(*) FROM classify_labels('', :model)"

# The rows in any order, each with what the model makes of it.
CREATE_ROWS = "CREATE TEMP TABLE classify_save_rows(text, label, predicted, confidence)"
INSERT_ROW = "INSERT INTO temp.classify_save_rows(text, label) VALUES (?, ?)"
DROP_SKIPPED = "DELETE FROM temp.classify_save_rows WHERE text IS NULL OR label IS NULL"
LABEL_ROWS = """
UPDATE temp.classify_save_rows SET predicted = c.label, confidence = c.confidence
FROM classify_rows('SELECT rowid, text FROM temp.classify_save_rows', :model) AS c
WHERE c.id = classify_save_rows.rowid"""

FIGURES = """
SELECT rows, accuracy, macro_f1, weighted_f1, log_loss, calibration_error
FROM classify_evaluate('SELECT text, label FROM temp.classify_save_rows', :model)"""

CALIBRATION = f"""
SELECT min(CAST(confidence * {BINS} AS INTEGER), {BINS - 1}), count(*), avg(confidence), avg(predicted IS label)
FROM temp.classify_save_rows GROUP BY 1"""

CONFUSION = "SELECT label, predicted, count(*) FROM temp.classify_save_rows GROUP BY 1, 2 ORDER BY 1, 2"

SHOWN = f"""
SELECT CAST(text AS TEXT), label, predicted, confidence FROM temp.classify_save_rows
WHERE (predicted IS label) = :right ORDER BY rowid LIMIT {EXAMPLES}"""

CONTRIBUTIONS = f"""
WITH known AS MATERIALIZED (
  SELECT text, label FROM (SELECT text, label, sum(length(text)) OVER (ORDER BY rowid) AS characters
                           FROM temp.classify_save_rows)
  WHERE characters - length(text) < {KEYWORD_CHARACTERS} AND label IN (SELECT label FROM classify_labels('', :model)))
SELECT known.label, token, count(*), sum(contribution)
FROM known CROSS JOIN classify_attention(known.text, :model, known.label)
WHERE abs(contribution) < 1e300 GROUP BY known.label, token"""


def save(connection, name, weights, rows=None, options=None):
    """Saves weights, such as from_keras() gives, as the next version of a model; returns the version.

    name        of the model: 'name', or 'schema.name' in an attached database
    weights     the bytes of the model's file
    rows        texts with their labels that the model has not learned from, such as zip(texts, labels): what
                classify_evaluate(), classify_words() and the card then say comes from them. A few of the texts
                are kept for the card. Rows with None for either are skipped
    options     a dict of what to note of the model, shown on its card

    The connection is any that load() takes; the extension is loaded if it is not. All is one transaction,
    which waits for the locks of others as long as the connection's timeout says, or a part of the one that is
    open. Of SQLAlchemy it is open after begin() or the first execute(), and needs a commit(); of sqlite3 after
    the first INSERT, UPDATE or DELETE, or db.execute("BEGIN"), and not at the start of `with db:`. After an
    error nothing is left. Weights that cannot be used are refused by the extension, with the driver's own error.
    """
    rows = None if rows is None else _shuffled(rows)
    options, weights = _options(options), _weights(weights)
    db = unwrap(connection)
    with transactions.plain_cursor(db) as cursor:
        if not transactions.is_loaded(cursor):
            load(db)
        schema, name = _place(cursor, name)
        with refusals.in_sentences("save()"), transactions.writing(connection, cursor, schema):
            refusals.check_table(cursor, schema, "classify_models", COLUMNS)
            next_version = create_tables(cursor, schema)
            values = {"name": name, "options": options, "weights": weights}
            version = _insert(cursor, INSERT.format(schema=quoted(schema), next_version=next_version), schema, values)
            model = {"model": f"{schema}.{name}@{version}"}
            cursor.execute(CHECK, model).fetchall()
            _describe(cursor, model, {**values, "version": version}, rows, schema)
            cursor.execute(CHECK, model).fetchall()
            refusals.warn_of_words(cursor, model, weights)
    return version


# ---- arguments ---------------------------------------------------------------------


def _shuffled(rows):
    """The rows as a list in an order that has nothing to do with theirs, for what is made of some only."""
    if isinstance(rows, (str, bytes)) or not hasattr(rows, "__iter__"):
        raise TypeError(f"rows is {rows!r:.80}, expected texts with their labels, such as zip(texts, labels)")
    if hasattr(rows, "itertuples"):
        raise TypeError("rows is a DataFrame, expected texts with their labels, such as "
                        "df[['text', 'label']].itertuples(index=False)")
    rows = [_row(number, row) for number, row in enumerate(rows)]
    random.Random(len(rows)).shuffle(rows)
    return rows


def _row(number, row):
    if isinstance(row, (str, bytes, dict)) or not hasattr(row, "__len__") or len(row) != 2:
        raise ValueError(f"row {number} of rows is {row!r:.80}, expected a text and its label")
    row = [_plain(value) for value in row]
    for what, value in zip(("text", "label"), row):
        refusals.check_value(f"the {what} of row {number} of rows", value)
    return row


def _plain(value):
    """numpy's numbers become Python's, since sqlite3 takes them for bytes."""
    return value.item() if hasattr(value, "item") else value


def _weights(weights):
    model_file.check(weights)
    return bytes(weights)


def _options(options):
    if options is None:
        return "{}"
    if not isinstance(options, dict):
        raise TypeError(f"options is {options!r:.80}, expected a dict")
    try:
        text = json.dumps(options, ensure_ascii=False, allow_nan=False, separators=(",", ":"),
                          default=_number)
    except (TypeError, ValueError) as error:
        raise type(error)(f"options is {options!r:.80}, expected what JSON can hold: {error}") from None
    model_file.check_text("options", text)
    return text


def _number(value):
    """numpy's numbers in options become Python's."""
    if getattr(value, "shape", None) != ():
        raise TypeError(f"{value!r:.80} is of type {type(value).__name__}")
    return value.item()


def _json(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


# ---- the table ---------------------------------------------------------------------


def _place(cursor, name):
    """The schema and the name that a model's name stands for, as the extension reads it."""
    schema, short = transactions.split_name(cursor, "the model's name", name)
    refusals.check_schema(schema, name)
    if not short or re.search(r"@[0-9]*\Z", short):
        raise ValueError(f"the model's name is '{name}', expected name or schema.name; the version's number is chosen "
                         "for you")
    return schema or "main", short


def create_tables(cursor, schema):
    """Makes classify_models, and what belongs to it, in a database that has none. Commits nothing. Returns SQL for the
    next version of :name. Something else named classify_versions or classify_changes is left alone, and what would
    write to it is not made, as the extension does."""
    with open(os.path.join(HERE, "schema.sql"), encoding="utf-8") as file:
        schema_sql = re.sub(" *--.*", "", file.read())
    statements = schema_sql.strip().replace("{schema}", quoted(schema)).split("\n\n")
    newest = [NEWEST.format(schema=quoted(schema), table="classify_models", column="version")]
    foreign = []
    if _has_foreign_list(cursor, schema):
        foreign.append("classify_versions")
    else:
        newest.append(NEWEST.format(schema=quoted(schema), table="classify_versions", column="newest"))
    if _has_foreign_changes(cursor, schema):
        foreign.append("classify_changes")
    for statement in statements:
        if not any(name in statement for name in foreign):
            cursor.execute(statement)
    return f"1 + max({', '.join(newest + ['0'])})"


def _has_foreign_list(cursor, schema):
    if not cursor.execute(FIND.format(schema=quoted(schema)), {"table": "classify_versions"}).fetchall():
        return False
    try:
        cursor.execute(TRY_LIST.format(schema=quoted(schema))).fetchall()
    except Exception:  # of any driver: the statement cannot be prepared
        return True
    return False


def _has_foreign_changes(cursor, schema):
    found = cursor.execute(FIND.format(schema=quoted(schema)), {"table": "classify_changes"}).fetchall()
    if not found:
        return False
    columns = cursor.execute(f"PRAGMA {quoted(schema)}.table_info(classify_changes)").fetchall()
    return not found[0][0] or [column[1].lower() for column in columns] != ["mark"]


def _insert(cursor, sql, schema, values):
    inserted = cursor.execute(sql, values).fetchall()
    if not inserted:
        raise RuntimeError(f"a trigger on {schema}.classify_models has left out the new row")
    return inserted[0][0]


# ---- what is known of the model ----------------------------------------------------


def _describe(cursor, model, values, rows, schema):
    weights = model_file.identified(values["weights"])
    metadata, tensors = model_file.split(weights)
    labels, words = model_file.labels(tensors, "replace"), model_file.strings(tensors, "vocabulary", "replace")
    metrics = {"labels": len(labels), "words": len(words)}

    def update():
        known = {"labels": _json(labels), "metrics": _json(metrics), "weights": weights}
        cursor.execute(DESCRIBE.format(schema=quoted(schema)), {**values, **known})

    update()  # the file has its identifier now, so that it is not read anew for each of the rows
    if rows is not None:
        if metadata.get("multilabel") == "true":
            raise ValueError("rows are given for a model that gives a text several labels (metadata 'multilabel'), "
                             "expected none: classify_evaluate() judges it by a query")
        skipped = _label_rows(cursor, model, rows)
        metrics.update(_metrics(cursor, model, skipped))
        if "keywords.words" not in tensors:
            weights = model_file.join(metadata, {**_keywords(cursor, model, labels, words), **tensors})
        cursor.execute("DROP TABLE temp.classify_save_rows")
        update()


def _label_rows(cursor, model, rows):
    """Makes the table of the rows; returns how many have no text or no label."""
    cursor.execute(CREATE_ROWS)
    cursor.executemany(INSERT_ROW, rows)
    cursor.execute(DROP_SKIPPED)
    left = cursor.execute("SELECT count(*) FROM temp.classify_save_rows").fetchall()[0][0]
    if left == 0:
        raise ValueError(f"rows has no text with a label (rows: {len(rows)}), expected at least one")
    refusals.check_labels(cursor, model)
    cursor.execute(LABEL_ROWS, model)
    return len(rows) - left


def _metrics(cursor, model, skipped):
    names = "rows", "accuracy", "macro_f1", "weighted_f1", "log_loss", "calibration_error"
    validation = dict(zip(names, cursor.execute(FIGURES, model).fetchall()[0]))
    bins = {row[0]: list(row[1:]) for row in cursor.execute(CALIBRATION).fetchall()}
    validation["calibration"] = [bins.get(number, [0, None, None]) for number in range(BINS)]
    validation["confusion"] = cursor.execute(CONFUSION).fetchall()
    validation["examples"] = [_example(row) for right in (0, 1)
                              for row in cursor.execute(SHOWN, {"right": right}).fetchall()]
    return {"validation_rows": validation["rows"], "skipped": skipped, "validation_accuracy": validation["accuracy"],
            "validation_f1": validation["macro_f1"], "validation": validation}


def _example(row):
    text, label, predicted, confidence = row
    text = text.encode()[:EXAMPLE_BYTES].decode(errors="ignore")
    return {"text": text, "label": label, "predicted": predicted, "confidence": confidence}


# ---- keywords: see model/classifier/keywords.h of the repository -------------------


def _keywords(cursor, model, labels, words):
    """The four tensors, or none if the rows have no word of the vocabulary."""
    label_numbers = {label: number for number, label in enumerate(labels)}
    word_numbers = {word: number for number, word in enumerate(words, 1)}
    uses = {}
    for label, token, count, total in cursor.execute(CONTRIBUTIONS, model).fetchall():
        if token in word_numbers:
            uses.setdefault(label_numbers[label], []).append((word_numbers[token], count, total))
    kept = [(label, *use) for label in sorted(uses) for use in _strongest(uses[label], len(uses))]
    if not kept:
        return {}
    lists = {"labels": ("U32", [label for label, _, _, _ in kept]),
             "words": ("U32", [word for _, word, _, _ in kept]),
             "counts": ("U32", [count for _, _, count, _ in kept]),
             "contributions": ("F32", [total / count for _, _, count, total in kept])}
    return {f"keywords.{name}": model_file.Tensor(dtype, [len(kept)], array.array(CODES[dtype], numbers).tobytes())
            for name, (dtype, numbers) in lists.items()}


def _strongest(uses, labels):
    """The words that count most, for the label or against it; first those that speak for it."""
    least, most = KEYWORDS_OF_LABEL
    most = max(least, min(most, KEYWORDS // labels))
    strength = {use: use[2] / (use[1] + RARE) for use in uses}
    strongest = sorted(uses, key=lambda use: (-abs(strength[use]), use[0]))[:most]
    return sorted(strongest, key=lambda use: (-strength[use], use[0]))

"""Puts a pretrained encoder, a folder as Hugging Face's packages write it, into the table classify_encoders."""
import json
import os

from . import refusals, transactions
from .connections import load, unwrap
from .transactions import quoted

COLUMNS = "name", "config", "tokenizer", "weights"
LARGEST_ROW = 1000000000  # bytes that SQLite has in a row

# The ways from the vectors of tokens to that of the text, by their names in newer files.
POOLING = {"cls": "cls_token", "mean": "mean_tokens", "max": "max_tokens", "weightedmean": "weightedmean_tokens"}
# Modules of sentence-transformers that the extension has, too.
MODULES = "Transformer", "StaticEmbedding", "Pooling", "Normalize"

CREATE = "CREATE TABLE IF NOT EXISTS {schema}.classify_encoders(name TEXT PRIMARY KEY, config, tokenizer, weights)"
DELETE = "DELETE FROM {schema}.classify_encoders WHERE name = :name"
INSERT = "INSERT INTO {schema}.classify_encoders(name, config, tokenizer, weights) VALUES (?, ?, ?, ?)"
CHECK = "SELECT classify_embedding('a', ?)"


def add_encoder(connection, name, folder):
    """Puts a pretrained encoder into the table classify_encoders, for classify_embedding() and the option `teacher`.

    name        that it is to have: 'name', or 'schema.name' in an attached database. One of this name is replaced
    folder      where config.json, model.safetensors and tokenizer.json or vocab.txt are, as save_pretrained() of
                transformers, sentence-transformers and model2vec writes them

    How the tokens' vectors become that of the text is read from 1_Pooling/config.json, if there is one. The table is
    made if it is missing. The encoder is tried on a text; after an error, nothing is changed.

    The connection is any that load() takes; the extension is loaded if it is not. All is one transaction, or a part of
    the one that is open, as in save().
    """
    folder = os.fspath(folder)
    files = _config(folder), _tokenizer(folder), _weights(folder)
    refusals.check_row_size(f"the encoder in '{folder}'", sum(map(len, files)), LARGEST_ROW)
    db = unwrap(connection)
    with transactions.plain_cursor(db) as cursor:
        if not transactions.is_loaded(cursor):
            load(db)
        schema, name = _place(cursor, name)
        with refusals.in_sentences("add_encoder()"), transactions.writing(connection, cursor, schema):
            refusals.check_table(cursor, schema, "classify_encoders", COLUMNS)
            cursor.execute(CREATE.format(schema=quoted(schema)))
            cursor.execute(DELETE.format(schema=quoted(schema)), {"name": name})
            cursor.execute(INSERT.format(schema=quoted(schema)), (name, *files))
            cursor.execute(CHECK, (f"{schema}.{name}",)).fetchall()


# ---- the files ---------------------------------------------------------------------


def _config(folder):
    """config.json, with what 1_Pooling/config.json says; as JSON in ASCII."""
    if not os.path.isdir(folder):
        raise FileNotFoundError(f"there is no folder '{folder}', expected one with an encoder's files")
    _check_modules(folder)
    config = _object(os.path.join(folder, "config.json"))
    pooling = os.path.join(folder, "1_Pooling", "config.json")
    if os.path.exists(pooling):
        config.update(_pooling(_object(pooling)))
    return json.dumps(config)


def _pooling(members):
    """The flags pooling_mode_*; newer files have names in the one member pooling_mode."""
    modes = members.get("pooling_mode", [])
    named = {f"pooling_mode_{POOLING.get(mode, mode)}": True for mode in ([modes] if isinstance(modes, str) else modes)}
    return {**named, **{key: value for key, value in members.items() if key.startswith("pooling_mode_")}}


def _check_modules(folder):
    """ValueError if the vector goes through more than is computed here, such as a dense layer."""
    path = os.path.join(folder, "modules.json")
    if not os.path.exists(path):
        return
    for module in _json(path):
        kind = str(module.get("type", "") if isinstance(module, dict) else module).rpartition(".")[2]
        if kind not in MODULES:
            raise ValueError(f"'{path}' has a module {kind}, expected only {', '.join(MODULES)}: the vectors would not "
                             "be those of the encoder")


def _tokenizer(folder):
    for name in "tokenizer.json", "vocab.txt":
        if os.path.exists(os.path.join(folder, name)):
            return _read(os.path.join(folder, name))
    raise FileNotFoundError(f"'{folder}' has neither tokenizer.json nor vocab.txt, expected one of them")


def _weights(folder):
    path = os.path.join(folder, "model.safetensors")
    if os.path.exists(path):
        refusals.check_row_size(f"'{path}'", os.path.getsize(path), LARGEST_ROW)
        return _read(path)
    there = sorted(name for name in os.listdir(folder) if name.endswith((".bin", ".safetensors")))
    found = f"only {there[0]}" if there else "no such file"
    raise FileNotFoundError(f"'{folder}' has {found}, expected model.safetensors: transformers writes it by "
                            "save_pretrained(folder)")


def _read(path):
    with open(path, "rb") as file:
        return file.read()


def _json(path):
    if not os.path.exists(path):
        raise FileNotFoundError(f"there is no '{path}', expected it beside the encoder's other files")
    try:
        return json.loads(_read(path))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"'{path}' is not JSON: {error}") from None


def _object(path):
    members = _json(path)
    if not isinstance(members, dict):
        raise ValueError(f"'{path}' is {members!r:.80}, expected an object of JSON")
    return members


# ---- the name ----------------------------------------------------------------------


def _place(cursor, name):
    """The schema and the name that an encoder's name stands for."""
    schema, short = transactions.split_name(cursor, "the encoder's name", name)
    if not short:
        raise ValueError(f"the encoder's name is '{name}', expected name or schema.name")
    if not schema and _exists_in_temp(cursor, short):
        raise ValueError(f"temp.classify_encoders has an encoder named '{name}', which would hide the new one: delete "
                         f"it, or name the new one 'temp.{name}' to replace it")
    return schema or "main", short


def _exists_in_temp(cursor, name):
    there = "SELECT 1 FROM sqlite_temp_master WHERE name = 'classify_encoders'"
    found = "SELECT 1 FROM temp.classify_encoders WHERE name = ?"
    return bool(cursor.execute(there).fetchall() and cursor.execute(found, (name,)).fetchall())

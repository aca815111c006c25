#!/usr/bin/python3
"""tests/fuzz/make_seeds.py EXTENSION FOLDER -- writes the files that fuzzing begins with: FOLDER/TARGET/NAME.

They are tiny models that are trained here, the files of tests/reference and tests/golden that are small, and texts. The
corpus is what libFuzzer makes of them: tests/fuzz/run BUILD merge FOLDER.
"""
import json
import pathlib
import re
import sqlite3
import struct
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "tests/reference"
SMALL = 36_000
ENCODERS = ("bert", "roberta", "static")

TEXTS = """a kitten purrs|cat
the sail is torn|boat
at the harbour|boat
the kitten sleeps|cat
my cat, old and grey|cat
a mast of oak|boat
it purrs|cat
no wind in the sail|boat"""

TINY = {"epochs": 1, "hidden": 1, "embedding": 1, "threads": 1, "subwords": False, "validation": 0}
PLAIN = {**TINY, "max_pool": False, "linear": False}
MODELS = {
    "plain": {**PLAIN, "compress": False, "position_bias": True, "max_tokens": 3},
    "none": {**PLAIN, "encoder": "none"},
    "parts": {**TINY, "validation": 0.25},
    "whole": {**TINY, "subwords": True, "max_vocabulary": 8},
    "int8": {**PLAIN, "precision": "int8", "hidden": 4, "embedding": 4},
    "html": {**PLAIN, "markup": "html", "tokenize": "whitespace lower ascii remove punctuation"},
    "porter": {**PLAIN, "tokenize": "porter unicode61"},
    "multilabel": {**TINY, "multilabel": ","},
}

OPTIONS = [
    {}, *MODELS.values(), {"from": "m", **PLAIN}, {"labels": ["cat", "dog"], **PLAIN}, {"class_weight": "balanced", **TINY},
    {"class_weight": {"cat": 2, "boat": 0.5}, **PLAIN}, {"vectors": "vectors", **PLAIN}, {"keep": 1, **PLAIN},
    {"unlabelled": "SELECT body FROM texts", **TINY}, {"validation": "SELECT body, label FROM texts", "epochs": 1},
    {"max_seconds": 0.01, "max_memory": 1000000, "max_size": 4000, "progress": False, "seed": 7, **PLAIN},
    {"teacher": "SELECT body, x'0000803f00000000' FROM texts", **TINY}, {"epochs": "two"}, {"unknown": 1},
    {"dropout": 0.5, "learning_rate": 0.01, "batch_size": 2, "patience": 1, "min_count": 2, "epochs": 2},
]

TOKENIZER_NAMES = ["", "unicode", "unicode lower none", "whitespace", "whitespace lower ascii remove punctuation",
                   "whitespace lower unicode separators ' ,.'", "whitespace lower unicode separators spaces", "characters",
                   "characters lower unicode remove 'a''b'", "porter unicode61", "unicode61 remove_diacritics 2", "trigram",
                   "ascii tokenchars '-'", "nobody"]
TOKENIZER_TEXTS = ["The <b>KITTEN</b>&amp; it&eacute;s <!-- x --> 5&#x1F600; \u6771\u4eac \U0001F44D\U0001F3FD na\u0131ve",
                   "\u0399\u03a3\u03a3 \u0130 <script>a<b</script><P class='x'>caf\u00e9 &notin; &#0; a < b <3 <", "\u200b\u00ad"]


def parts(*files):
    """The format of fuzz_split()."""
    files = [f.encode() if isinstance(f, str) else f for f in files]
    return b"".join(struct.pack("<I", len(f)) + f for f in files[:-1]) + files[-1]


def without_identifier(weights):
    (length,) = struct.unpack("<Q", weights[:8])
    header = re.sub(rb'"identifier":"[0-9a-f]{32}",?', b"", weights[8:8 + length]).replace(b'",}', b'"}')
    return struct.pack("<Q", len(header)) + header + weights[8 + length:]


def open_database(extension, path=":memory:", page=512):
    db = sqlite3.connect(path, isolation_level=None)
    db.enable_load_extension(True)
    db.load_extension(extension)
    db.execute(f"PRAGMA page_size = {page}")
    db.execute("CREATE TABLE texts(id INTEGER PRIMARY KEY, body, label)")
    db.executemany("INSERT INTO texts(body, label) VALUES (?, ?)", [line.split("|") for line in TEXTS.splitlines()])
    return db


def train(db, name, options):
    db.execute("SELECT classify_train(body, label, ?, ?) FROM texts", (name, json.dumps(options))).fetchall()
    return db.execute("SELECT labels, options, metrics, weights FROM classify_models WHERE name = ?", (name,)).fetchone()


def encoder_files(name):
    folder = REFERENCE / "encoders" / name
    return [(folder / f).read_bytes() for f in ("config.json", "tokenizer.json", "model.safetensors")]


def vocabulary_text(tokenizer):
    words = json.loads(tokenizer)["model"]["vocab"]
    return "\n".join(sorted(words, key=words.get)) + "\n"


def seeds(extension):
    db = open_database(extension)
    rows = {name: train(db, name, options) for name, options in MODELS.items()}
    golden = {p.stem: p.read_bytes() for p in (ROOT / "tests/golden").glob("*.safetensors") if p.stat().st_size < SMALL}
    for name, weights in {**{n: r[3] for n, r in rows.items()}, **golden}.items():
        yield "model", name, weights
        yield "safetensors", name, weights
    for path in REFERENCE.rglob("*.safetensors"):
        if path.stat().st_size < SMALL:
            yield "safetensors", path.stem + path.parent.name, path.read_bytes()
    for name in ENCODERS:
        config, tokenizer, weights = encoder_files(name)
        yield "encoder", name, parts(config, tokenizer, weights)
        yield "encoder_tokenizer", name, parts(tokenizer, "Where is MY parcel? [SEP] caf\u00e9 \u6771\u4eac")
        if name == "bert":
            yield "encoder", "vocabulary", parts(config, vocabulary_text(tokenizer), weights)
            yield "encoder_tokenizer", "vocabulary", parts(vocabulary_text(tokenizer), "the parcel [MASK]")
    for number, options in enumerate(OPTIONS):
        yield "options", str(number), parts(json.dumps(options), '{"threads":1}')
    for number, name in enumerate(TOKENIZER_NAMES):
        for text in TOKENIZER_TEXTS:
            yield "tokenizer", f"{number}-{TOKENIZER_TEXTS.index(text)}", f"{name}\n{text}".encode()
    for name, (labels, options, metrics, weights) in rows.items():
        yield "card", name, parts(labels, options, metrics, b"")
        yield "card", name + " weights", parts(labels, "<x-y>", metrics, without_identifier(weights))
    yield "card", "hostile", parts('["<x-a>"]', '{"<x-b>":"<x-c>"}', '{"validation":{"confusion":[["<x-d>",5,1]]}}', b"")
    yield from databases(extension)


def databases(extension):
    for name in ("plain", "parts", "multilabel"):
        db = open_database(extension)
        train(db, "m", MODELS[name])
        (weights,) = db.execute("SELECT weights FROM classify_models").fetchone()
        db.execute("UPDATE classify_models SET weights = ?", (without_identifier(weights),))
        db.execute("CREATE TABLE classify_encoders(name, config, tokenizer, weights)")
        db.execute("INSERT INTO classify_encoders VALUES ('static', ?, ?, ?)", encoder_files("static"))
        db.execute("CREATE VIEW view AS SELECT classify(body, 'm') FROM texts")
        yield "database", name, db.serialize() if hasattr(db, "serialize") else dump(db)
    db = open_database(extension)
    for sql in ("CREATE VIEW classify_models AS SELECT 'm' AS name, 1 AS version, '' AS created, '[]' AS labels, '{}' AS "
                "options, '{}' AS metrics, x'00' AS weights",
                "CREATE TRIGGER t AFTER INSERT ON texts BEGIN SELECT classify_train(body, label) FROM texts; END",
                "CREATE TABLE classify_versions(newest)",
                "CREATE VIEW view AS SELECT * FROM classify_rows('SELECT * FROM view')",
                "CREATE VIRTUAL TABLE classify_encoders USING fts5(name, config, tokenizer, weights)"):
        db.execute(sql)
    yield "database", "views", dump(db)


def dump(db):
    path = pathlib.Path(sys.argv[2]) / "dump.db"
    path.unlink(missing_ok=True)
    db.execute("VACUUM INTO ?", (str(path),))
    return path.read_bytes()


def main():
    extension, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    for target, name, data in seeds(extension):
        (folder / target).mkdir(parents=True, exist_ok=True)
        (folder / target / name.replace(" ", "_")).write_bytes(data)
    (folder / "dump.db").unlink(missing_ok=True)


main()

"""The models of a database: rows of its table classify_models."""
import json
from dataclasses import dataclass

from . import access
from .refusal import Refusal

SHOWN = 200   # in the list to choose from
EXAMPLES = 3


@dataclass(frozen=True)
class Model:
    name: str
    version: int
    multilabel: bool

    @property
    def title(self):
        return f"{self.name}@{self.version}"

    @property
    def address(self):
        """What our SQL functions take. With the schema, since a name may have dots."""
        return f"main.{self.title}"


def listed(conn):
    """The newest first; of each name the newest version comes first."""
    rows = conn.execute(f"""
        SELECT name, version, iif(json_valid(options), json_extract(options, '$.multilabel'), NULL)
        FROM main.{access.MODELS}
        ORDER BY max(created) OVER (PARTITION BY name) DESC, name, version DESC LIMIT {SHOWN}""")
    return [Model(str(name), version, multilabel not in (None, 0)) for name, version, multilabel in rows]


def chosen(models, title):
    """The model that `title` means, a name or name@version; without one the first. Raises Refusal."""
    if not models:
        raise Refusal(404, "There is no model in this database yet: the first training makes one.")
    if not title:
        return models[0]
    for model in models:
        if title in (model.title, model.name):
            return model
    known = ", ".join(model.title for model in models[:10])
    raise Refusal(404, f"There is no model named '{title}' (models: {known}{', ...' if models[10:] else ''}).")


def labels(conn, model):
    """Its labels, in the type they have, sorted as they read."""
    rows = conn.execute("SELECT label FROM classify_labels('', ?)", [model.address])
    return sorted((label for label, in rows), key=lambda label: str(label).casefold())


def metrics(conn, name, version):
    """What is known of a training; None if the model was deleted meanwhile."""
    row = conn.execute(f"SELECT metrics FROM main.{access.MODELS} WHERE name = ? AND version = ?",
                       [name, version]).fetchone()
    return row and json.loads(row[0])


def examples(conn, model):
    """Texts that the model was judged by, one for each of a few labels. A model made elsewhere may have none."""
    rows = conn.execute(f"""
        SELECT json_extract(value, '$.text') FROM main.{access.MODELS},
          json_each(iif(json_valid(metrics), metrics, '{{}}'), '$.validation.examples')
        WHERE name = ? AND version = ? GROUP BY json_extract(value, '$.label') ORDER BY min(key) LIMIT {EXAMPLES}""",
        [model.name, model.version])
    return [text for text, in rows if text]


def card(conn, model):
    """The model card, a page of HTML."""
    return conn.execute("SELECT classify_card(?)", [model.address]).fetchone()[0]

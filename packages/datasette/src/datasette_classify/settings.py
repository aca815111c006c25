"""The plugin's settings, from Datasette's configuration:

    plugins:
      datasette-classify:
        time_limit_ms: 20000    # of a page; sql_time_limit_ms is for the SQL of visitors
        max_rows: 5000          # so many rows at most does the queue, or the search for mistakes, look at
        page_rows: 20           # rows on a page
        max_seconds: 600        # of a training
        options: {threads: 1}   # of each training, as for classify_train()
        allow_write: {id: ann}  # who may correct and train, beside those with Datasette's own permissions
"""
from dataclasses import dataclass, field, fields
from typing import Any

from .refusal import Refusal

NAME = "datasette-classify"
NUMBERS = "time_limit_ms", "max_seconds"
COUNTS = "max_rows", "page_rows"


@dataclass(frozen=True)
class Settings:
    time_limit_ms: float = 20_000
    max_rows: int = 5_000
    page_rows: int = 20
    max_seconds: float = 600
    options: dict = field(default_factory=dict)
    allow_write: Any = None


def of(datasette, database):
    """Those of a database; where it has none, those of the instance. Raises Refusal for one that is wrong."""
    given = datasette.plugin_config(NAME, database=database) or datasette.plugin_config(NAME) or {}
    if not isinstance(given, dict):
        raise Refusal(500, f"The settings of {NAME} are {given!r}, expected an object.")
    names = [one.name for one in fields(Settings)]
    for name, value in given.items():
        if name not in names:
            raise Refusal(500, f"The setting {name} of {NAME} is unknown, expected one of {', '.join(names)}.")
        if name in NUMBERS and not (isinstance(value, (int, float)) and value > 0):
            raise Refusal(500, f"The setting {name} of {NAME} is {value!r}, expected a number above 0.")
        if name in COUNTS and not (isinstance(value, int) and value >= 1):
            raise Refusal(500, f"The setting {name} of {NAME} is {value!r}, expected an integer from 1.")
        if name == "options" and not isinstance(value, dict):
            raise Refusal(500, f"The setting options of {NAME} is {value!r}, expected an object.")
        if name == "allow_write" and not isinstance(value, (dict, bool)):
            raise Refusal(500, f"The setting allow_write of {NAME} is {value!r}, expected an allow block.")
    return Settings(**given)

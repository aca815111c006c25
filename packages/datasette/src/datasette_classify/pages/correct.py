"""Takes a corrected label: a form that was posted from the review queue or the list of mistakes."""
import json
import math

from datasette.utils.asgi import Response

from .. import access, correcting, models, training
from ..page import view
from ..refusal import Refusal
from ..tables import key_from_text

SHOWN = 200  # characters of the message, which is kept in a cookie


@view("review")
async def correct(page):
    if page.request.method != "POST":
        raise Refusal(405, "A label is written by POST, from the review queue.")
    place = await page.place()
    if not place:
        raise Refusal(400, "No table is named, expected the parameter table.")
    if not await access.may_correct(page.datasette, page.request.actor, page.database, place.table.name):
        raise Refusal(403, f"You may not change rows of table '{place.table.name}' here. Nothing was changed.")
    if page.model().multilabel:
        raise Refusal(400, f"Model {page.model().title} gives several labels a row, which cannot be corrected here.")
    if training.running(page.datasette, page.database):
        raise Refusal(409, "A training is running in this database. Labels can be written again when it has ended.")
    key, old = _parsed(page, "key", key_from_text), _label(page, "old")
    new = _label(page, "new") if page.given("new") or not page.given("other") else await _typed(page)
    if not isinstance(key, list) or len(key) != len(place.table.key):
        raise Refusal(400, f"key has not {len(place.table.key)} values, expected the key of a row of table "
                           f"'{place.table.name}'.")
    await correcting.write_label(page.db, place, key, old, new)
    if page.wants_json:
        return Response.json({"ok": True, "label": new, "old": json.dumps(new)})  # JavaScript rounds long integers
    said = f"Row {', '.join(map(str, key))} now has: {'no label' if new is None else new}"
    page.datasette.add_message(page.request, f"{said:.{SHOWN}}")
    return Response.redirect(_way_back(page))


def _parsed(page, name, parse):
    try:
        return parse(page.parameters[name])
    except (KeyError, ValueError, RecursionError):
        raise Refusal(400, f"{name} is {page.parameters.get(name)!r:.100}, expected JSON.") from None


def _label(page, name):
    """A parameter that is JSON, so that 5 and '5' differ."""
    value = _parsed(page, name, json.loads)
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool) and not math.isnan(value)
    if not (value is None or isinstance(value, str) or is_number):
        raise Refusal(400, f"{name} is {page.parameters[name]:.100}, expected a text, a number or null.")
    return value


async def _typed(page):
    """A label that was typed. If it reads like one of the model's, it is that one, also where that is a number."""
    labels = await page.read(models.labels, page.model())
    return next((label for label in labels if str(label) == page.given("other")), page.given("other"))


def _way_back(page):
    """The page that the form was on."""
    if page.given("from") == "mistakes":
        return page.address("mistakes", offset=page.given("offset"))
    return page.address("review", offset=page.given("offset"), which=page.given("which"))

"""The rows of a table, each with the label that the model gives, and the words that decided."""
from .. import labelling, models
from ..page import view
from ..refusal import Refusal
from ..tables import key_from_text, key_to_text


@view("rows")
async def show(page):
    labels = await page.read(models.labels, page.model())
    place = await page.place(labels, needs_label=False)
    rows, following = [], None
    if place:
        size = page.settings.page_rows
        rows = await page.read(labelling.rows_after, place, page.model(), _key(page, place), size + 1)
        if len(rows) > size:
            rows = rows[:size]
            following = page.address("rows", after=key_to_text(rows[-1].key))
    return await page.render("classify_rows.html", tables=await page.tables(), rows=rows, following=following)


def _key(page, place):
    """The key of the row that the page before ended with."""
    text = page.given("after")
    if not text:
        return None
    try:
        key = key_from_text(text)
    except ValueError:
        key = None
    if not isinstance(key, list) or len(key) != len(place.table.key):
        raise Refusal(400, f"after is '{text}', expected the key of a row: {len(place.table.key)} values as JSON.")
    return key

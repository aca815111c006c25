"""The review queue: rows that the model is least sure of come first, so that people spend their time where it helps."""
from .. import access, labelling, models
from ..page import view
from ..refusal import Refusal

UNLABELLED, ALL = "unlabelled", "all"


@view("review")
async def show(page):
    labels = await page.read(models.labels, page.model())
    place = await page.place(labels)
    which = page.given("which") or UNLABELLED
    if which not in (UNLABELLED, ALL):
        raise Refusal(400, f"which is '{which}', expected {UNLABELLED} or {ALL}.")
    found, offset, may_correct = None, page.number("offset", 0), False
    if place:
        may_correct = await access.may_correct(page.datasette, page.request.actor, page.database, place.table.name)
        found = await page.read(labelling.least_certain, place, page.model(), which == ALL,
                                page.settings.max_rows, page.settings.page_rows, offset)
    return await page.render("classify_review.html", tables=await page.tables(), labels=labels, found=found,
                             which=which, offset=offset, may_correct=may_correct)

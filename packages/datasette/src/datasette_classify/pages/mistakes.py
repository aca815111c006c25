"""Probable mistakes: rows with a label that the model, without having learned the row, would not give."""
from .. import access, labelling, models
from ..page import view


@view("mistakes")
async def show(page):
    labels = await page.read(models.labels, page.model())
    place = await page.place(labels)
    found, offset, may_correct = None, page.number("offset", 0), False
    if place:
        may_correct = await access.may_correct(page.datasette, page.request.actor, page.database, place.table.name)
        found = await page.read(labelling.probable_mistakes, place, page.model(), page.settings.max_rows,
                                page.settings.page_rows, offset)

    def choices(suggested):
        return [(label, None) for label in [suggested, *(label for label in labels if label != suggested)]]
    return await page.render("classify_mistakes.html", tables=await page.tables(), labels=labels, found=found,
                             offset=offset, may_correct=may_correct, choices=choices)

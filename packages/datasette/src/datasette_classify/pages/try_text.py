"""Try a sentence: its label, the probabilities, the words that decided."""
from .. import models
from ..explaining import explain
from ..page import view

LONGEST = 5000  # characters; an address cannot be much longer


@view("")
async def show(page):
    model = page.model()
    text = (page.given("text") or "")[:LONGEST]
    explanation = await page.read(explain, model, text) if text.strip() else None
    examples = [] if explanation else await page.read(models.examples, model)
    return await page.render("classify_try.html", text=text, explanation=explanation, longest=LONGEST,
                             examples=examples)

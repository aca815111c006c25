"""The model card. It is a whole page, made from what stands in the database, so it is shown in a frame that may
neither run scripts nor fetch anything, and has this rule in its own headers, too."""
from datasette.utils.asgi import Response

from .. import models
from ..page import view

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"


@view("card")
async def show(page):
    return await page.render("classify_card.html", card=page.address("card.html", model=page.model().title))


@view("card")
async def whole(page):
    html = await page.read(models.card, page.model())
    return Response.html(html, headers={"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff"})

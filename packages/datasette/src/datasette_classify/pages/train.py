"""Trains a model on a table, and shows how it goes on."""
import copy

from datasette.utils.asgi import Response

from .. import links, models, training
from ..page import view
from ..refusal import Refusal


@view("train")
async def show(page):
    _check_allowed(page)
    if page.models:
        page.model()
    try:
        place = await page.place()
        if page.request.method == "POST":
            if not place:
                raise Refusal(400, "No table is named, expected the parameter table.")
            return _to(page, await training.start(page, place, _name(page)))
        return await _form(page, place)
    except Refusal as refusal:
        return await page.refuse(refusal) if page.wants_json else await _form(page, None, refusal)


def _check_allowed(page):
    if not page.db.is_mutable:
        raise Refusal(403, f"Database '{page.database}' is immutable, so no model can be saved in it.")
    if not page.may_train:
        raise Refusal(403, f"You may not train models in database '{page.database}'. Nothing was changed.")


def _to(page, job):
    return Response.redirect(links.address(page.datasette, page.database, f"train/{job.id}"))


def _name(page):
    name = page.given("name")
    if not name:
        raise Refusal(400, "The model has no name, expected one.")
    return name


async def _form(page, place, refusal=None):
    rows = None
    if place:
        try:
            rows = await page.read(training.count_rows, place)
        except Refusal as why:
            refusal = why
    name = page.given("name") or (page.models[0].name if page.models else page.given("table"))
    return await page.render(
        "classify_train.html", refusal.status if refusal else 200, tables=await page.tables(), rows=rows, name=name,
        sentence=refusal and refusal.sentence, jobs=await _visible_jobs(page))


async def _visible_jobs(page):
    return [job for job in training.jobs(page.datasette, page.database) if await page.may_view(job.place.table.name)]


@view("train")
async def follow(page):
    _check_allowed(page)
    job = training.found(page.datasette, page.database, page.request.url_vars["job"])
    if not await page.may_view(job.place.table.name):
        raise Refusal(403, "You may not view the table of this training.")
    if page.request.method == "POST":
        await _act(page, job)
        return _to(page, job)
    job = copy.copy(job)  # as it is now: the training goes on while metrics are read
    metrics = await page.read(models.metrics, job.name, job.version) if job.state == training.SAVED else None
    return await page.render("classify_job.html", job=job, metrics=metrics, ended=job.state in training.ENDED)


async def _act(page, job):
    action = page.given("action")
    if action not in ("finish", "discard", "save"):
        raise Refusal(400, f"action is '{action}', expected finish, discard or save.")
    if action == "save" and job.state == training.UNSAVED:
        await training.save_kept(page, job)
    elif action == "finish":
        job.finish()
    elif action == "discard":
        job.discard()

"""What all pages share: who asks, for which database, model, table and columns; and how an answer is made."""
from datasette.utils import sqlite_timelimit, tilde_decode, tilde_encode
from datasette.utils.asgi import Forbidden, NotFound, Response
from datasette.utils.sqlite import sqlite3

from . import access, explaining, library, links, models, settings, tables
from .labelling import Place
from .refusal import Refusal

# The address of a page, its name, and whether it needs a model.
TABS = ("", "Try", True), ("rows", "Rows", True), ("review", "Review", True), ("mistakes", "Mistakes", True), \
       ("train", "Train", False), ("card", "Card", True)


def view(name):
    """Makes a view of Datasette from a coroutine function that takes a Page and gives a Response. What is refused
    becomes a page with a sentence."""
    def decorate(handler):
        async def answer(datasette, request):
            page = await Page.open(datasette, request, name)
            try:
                await page.prepare()
                return await handler(page)
            except Refusal as refusal:
                return await page.refuse(refusal)
            except sqlite3.Error as error:
                return await page.refuse(_of_error(error, page))
            except (OverflowError, UnicodeError) as error:  # of a value that SQLite cannot take
                return await page.refuse(Refusal(400, f"A value in the address or form cannot be used: {error}."))
        return answer
    return decorate


def _of_error(error, page):
    """What an error of SQLite, or of one of our functions, means for the visitor."""
    text = str(error)
    if "interrupted" in text:
        return Refusal(503, f"This took longer than {page.settings.time_limit_ms:,.0f} ms, the limit that "
                            "time_limit_ms sets. Fewer rows (max_rows, page_rows) take less time.")
    if "locked" in text:
        return Refusal(503, "The database is locked: another program is writing to it. Nothing was changed; try again.")
    if "readonly" in text or "read-only" in text:
        return Refusal(403, "The file of this database cannot be written. Nothing was changed.")
    return Refusal(400, f"SQLite says: {text}.")


class Page:
    def __init__(self, datasette, request, db, name):
        self.datasette, self.request, self.db, self.name = datasette, request, db, name
        self.database = db.name
        self.parameters = {}
        self.settings = settings.Settings()
        self.models = []
        self.may_train = False
        self._model = None
        self._place = None

    @classmethod
    async def open(cls, datasette, request, name):
        try:
            db = datasette.get_database(route=tilde_decode(request.url_vars["database"]))
        except KeyError:
            raise NotFound("There is no such database.") from None
        if not await access.may_view(datasette, request.actor, db.name):
            raise Forbidden("You may not view this database.")
        return cls(datasette, request, db, name)

    async def prepare(self):
        """Reads what was asked for, and what there is. Raises Refusal."""
        posted = self.request.method == "POST"
        self.parameters = await self.request.post_vars() if posted else \
            {name: self.request.args[name] for name in self.request.args}
        self.settings = settings.of(self.datasette, self.database)
        await self.read(lambda conn: None)  # a connection at least has tried to load the library
        if library.why_missing():
            raise Refusal(501, library.why_missing())
        self.may_train = await access.may_train(self.datasette, self.request.actor, self.db)
        if await self.db.table_exists(access.MODELS) and await self.may_view(access.MODELS):
            self.models = await self.read(models.listed)

    # ---- what was asked for ----

    def given(self, name):
        """A parameter; None if it is missing or empty."""
        return self.parameters.get(name) or None

    def number(self, name, default):
        text = self.given(name)
        try:
            value = int(text) if text else default
        except ValueError:
            value = -1
        if value < 0:
            raise Refusal(400, f"{name} is '{text}', expected a number from 0.")
        return value

    async def may_view(self, table):
        return await access.may_view(self.datasette, self.request.actor, self.database, table)

    def model(self):
        """The model asked for, or the newest."""
        if not self._model:
            self._model = models.chosen(self.models, self.given("model"))
        return self._model

    async def tables(self):
        """Names of the tables that may have texts and that the actor may see."""
        hidden = set(await self.db.hidden_table_names())
        return [name for name in await self.read(tables.names) if name not in hidden and await self.may_view(name)]

    async def place(self, labels=(), needs_label=True):
        """The table and columns asked for, or guessed; None if there is no table. `labels` help to guess."""
        name = self.given("table")
        if not name:
            return None
        if name not in await self.read(tables.names) or not await self.may_view(name):
            raise Refusal(404, f"There is no table named '{name}' here.")
        table = await self.read(tables.read, name)
        text, label = await self.read(tables.guess_columns, table, labels)
        same_table = self.given("columns_of") in (None, name)  # else the columns are those of the table before
        text = self._column(table, "text_column", same_table) or text
        label = self._column(table, "label_column", same_table) or label
        if needs_label and not label:
            label = next((column for column in table.columns if column not in (text, *table.primary_key)), None)
        if needs_label and not label:
            raise Refusal(400, f"Table '{name}' has no column but '{text}' and its key, expected one of labels.")
        if needs_label and label == text:
            raise Refusal(400, f"Text and label are both column '{text}' of table '{name}', expected two columns.")
        self._place = Place(table, text, label)
        return self._place

    def _column(self, table, parameter, same_table):
        name = self.given(parameter) if same_table else None
        if name and name not in table.columns:
            raise Refusal(404, f"Table '{table.name}' has no column '{name}' (columns: {', '.join(table.columns)}).")
        return name

    # ---- how it is answered ----

    async def read(self, function, *arguments):
        """Runs a function of a connection that reads, and this plugin's own time limit."""
        def limited(conn):
            with sqlite_timelimit(conn, self.settings.time_limit_ms):
                return function(conn, *arguments)
        return await self.db.execute_fn(limited)

    def address(self, page="", **parameters):
        """The address of another page about the same model, table and columns; None leaves a parameter out."""
        kept = {"model": self._model.title} if self._model else {}
        if self._place:
            kept.update(table=self._place.table.name, text_column=self._place.text, label_column=self._place.label)
        return links.address(self.datasette, self.database, page, **{**kept, **parameters})

    def row_address(self, row):
        """Datasette's own page of a row."""
        return self.datasette.urls.row(self.database, self._place.table.name,
                                       ",".join(tilde_encode(str(value)) for value in row.path))

    async def render(self, template, status=200, **context):
        context.update(
            page=self, database=self.database, status=status, place=self._place,
            model=self._model, models=self.models, stylesheet=self._static("classify.css"),
            script=self._static("classify.js"), tabs=self._tabs(), shown=explaining.SHOWN)
        html = await self.datasette.render_template(template, context, request=self.request)
        # Screen readers need the language. Datasette 0.65 leaves it out, and no block of its template has this tag.
        return Response.html(html.replace("<html>", '<html lang="en">', 1), status=status)

    async def refuse(self, refusal):
        if self.wants_json:
            return Response.json({"ok": False, "error": refusal.sentence}, status=refusal.status)
        return await self.render("classify_refusal.html", refusal.status, sentence=refusal.sentence)

    @property
    def wants_json(self):
        return "application/json" in self.request.headers.get("accept", "")

    def _static(self, file):
        return self.datasette.urls.static_plugins("datasette_classify", file)

    def _tabs(self):
        """(title, address, whether it is this one) of each page that can be of use."""
        return [(title, self.address(address), address == self.name) for address, title, needs_model in TABS
                if (self.models if needs_model else self.may_train)]

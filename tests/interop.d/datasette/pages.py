"""pages.py CSV -- the pages of datasette-classify, as Datasette's own client gets them: what they say, with which
status, to whom, and what they leave in the database; and the plugin of sqlite-utils. Runs in an environment that has
both, with Datasette 0.65 or 1.0. The last line counts."""
import asyncio
import contextlib
import html
import io
import json
import logging
import os
import re
import shutil
import sqlite3
import sys
import tempfile
import unittest
from unittest import mock
from urllib.parse import urlencode

import sample
import sqlite_classify
import sqlite_utils
from datasette import hookimpl
from datasette.app import Datasette
from datasette.plugins import pm
from datasette.utils.sqlite import sqlite3 as sqlite
from datasette_classify import explaining, labelling, library, models, tables, training

TICKETS = sys.argv[1]
IS_OLD = not hasattr(Datasette, "allowed")  # before 1.0
ROOT = {"id": "root"}
ODD = 'a "b" [c] \'d\' <e>%/~'  # the name of a table and of its columns
SETTINGS = "datasette-classify"


def fields_of(form):
    """What a form would send, without its button."""
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)
    return {name: html.unescape(value) for name, value in fields if name != "csrftoken"}


def words(response):
    """What a reader sees, and the sentence of a refusal."""
    body = re.sub(r"(?s)^.*?<main[^>]*>|</main>.*|<(script|style).*?</\1>", "", response.text)
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))).strip()


class Pages(unittest.IsolatedAsyncioTestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.sample = os.path.join(folder.name, "sample.db")
        sample.make(cls.sample, TICKETS).close()

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = shutil.copy(self.sample, os.path.join(folder.name, "support.db"))
        self.db = sqlite_classify.connect(self.path)
        self.addCleanup(self.db.close)

    async def open(self, config=None, **options):
        files = options.pop("files", [self.path])
        given = {"config": config} if config and not IS_OLD else {"metadata": config} if config else {}
        self.datasette = Datasette(files, **given, **options)
        if not IS_OLD:
            self.datasette.root_enabled = True
        await self.datasette.invoke_startup()
        return self

    def cookies(self, actor):
        return {"ds_actor": self.datasette.sign({"a": actor}, "actor")} if actor else {}

    async def get(self, page="", actor=None, headers=None, **parameters):
        query = f"?{urlencode(parameters)}" if parameters else ""
        return await self.datasette.client.get(f"/support/-/classify{page}{query}", cookies=self.cookies(actor),
                                               headers=headers or {})

    async def post(self, page, actor=None, token=True, headers=None, **fields):
        """With the token that Datasette 0.65 wants; 1.0 looks at headers that browsers send."""
        cookies = self.cookies(actor)
        if token:
            fields["csrftoken"] = cookies["ds_csrftoken"] = self.datasette.sign("a form of the tests", "csrftoken")
        return await self.datasette.client.post(f"/support/-/classify{page}", data=fields, cookies=cookies,
                                                headers=headers or {})

    def refused(self, response, status, sentence):
        self.assertEqual(response.status_code, status, words(response))
        self.assertIn(sentence, words(response))

    def sql(self, statement, *values):
        return self.db.execute(statement, values).fetchone()


class Reading(Pages):
    async def test_a_text(self):
        await self.open()
        answer = await self.get(text="I forgot my password")
        self.assertEqual(answer.status_code, 200)
        label, confidence = self.sql("SELECT classify(?1), classify_confidence(?1)", "I forgot my password")
        self.assertIn(f'<h2 id="answer"><bdi>{label}</bdi> <small>{100 * confidence:.1f}%</small>', answer.text)
        self.assertEqual(len(re.findall(r'<svg class="bar"', answer.text)), 3)
        token, contribution = self.sql("SELECT token, contribution FROM classify_attention('I forgot my password') "
                                       "ORDER BY contribution DESC")
        self.assertRegex(answer.text, rf'<span class="for4" title="\+{contribution:.2f}">{token}</span>')
        self.assertRegex(answer.text, rf'<th scope="row"><bdi>{token}</bdi></th><td>\+{contribution:.2f}</td>')

    async def test_markup_in_a_text(self):
        await self.open()
        answer = await self.get(text=sample.NASTY)
        self.assertNotIn("<script>document", answer.text)
        self.assertIn("document . title".replace(" ", ""), words(answer).replace(" ", ""))

    async def test_models(self):
        await self.open()
        self.refused(await self.get(model="nope", text="x"), 404,
                     "There is no model named 'nope' (models: triage@1).")
        self.assertEqual((await self.get(model="triage@1", text="x")).status_code, 200)
        self.refused(await self.get(model="x' OR 1 --"), 404, "no model named 'x' OR 1 --'")

    async def test_no_model(self):
        self.db.execute("DROP TABLE classify_models")
        await self.open()
        for page in "", "/rows", "/review", "/mistakes", "/card", "/card.html":
            self.refused(await self.get(page), 404, "There is no model in this database yet")
        self.assertNotIn("/train", (await self.get()).text)
        self.assertIn("/support/-/classify/train", (await self.get(actor=ROOT)).text)

    async def test_examples(self):
        await self.open()
        first = re.search(r'<ul class="examples">\s*<li><a href="([^"]+)"[^>]*>([^<]+)', (await self.get()).text)
        answer = await self.datasette.client.get(html.unescape(first[1]))
        self.assertIn(first[2], answer.text)
        self.assertIn('id="answer"', answer.text)

    async def test_a_model_made_elsewhere(self):
        with self.db:
            self.db.execute("UPDATE classify_models SET labels = '', options = '', metrics = ''")
        await self.open()
        for page in "", "/rows", "/review", "/mistakes":
            answer = await self.get(page, table="tickets")
            self.assertEqual(answer.status_code, 200, words(answer))

    async def test_damaged_model(self):
        with self.db:
            self.db.execute("UPDATE classify_models SET weights = x'00'")
        await self.open()
        self.refused(await self.get(text="x"), 400, "SQLite says: classify_labels(): ")

    async def test_card(self):
        await self.open()
        page = await self.get("/card")
        self.assertIn('<iframe class="card" src="/support/-/classify/card.html?model=triage%401" sandbox', page.text)
        card = await self.get("/card.html")
        policy = card.headers["content-security-policy"].split("; ")
        self.assertTrue({"default-src 'none'", "sandbox", "frame-ancestors 'self'"} <= set(policy), policy)
        self.assertEqual(card.text, self.sql("SELECT classify_card('triage')")[0])

    async def test_rows(self):
        await self.open({"plugins": {SETTINGS: {"page_rows": 50}}})
        self.assertIn("Choose a table", words(await self.get("/rows")))
        first = await self.get("/rows", table="tickets")
        self.assertEqual(first.text.count('class="verdict"'), 50)
        following = html.unescape(re.search(r'href="([^"]+)">Next rows', first.text)[1])
        second = await self.datasette.client.get(following)
        self.assertEqual(second.text.count('class="verdict"'), 31)
        self.assertNotIn("Next rows", second.text)
        self.assertIn('href="/support/tickets/81"', second.text)
        self.assertNotIn("<script>document", second.text)

    async def test_odd_names(self):
        quoted = '"' + ODD.replace('"', '""') + '"'
        self.db.executescript(f"""
            CREATE TABLE {quoted}({quoted} TEXT, rowid TEXT, oid TEXT, label TEXT, PRIMARY KEY (rowid, oid))
              WITHOUT ROWID;
            INSERT INTO {quoted} SELECT body, 'a/b', id, category FROM tickets;""")
        await self.open()
        for page in "/rows", "/review", "/mistakes":
            answer = await self.get(page, table=ODD, text_column=ODD, label_column="label")
            self.assertEqual(answer.status_code, 200, words(answer))
            self.assertIn('class="verdict"', answer.text)
            self.assertNotIn("<e>", answer.text)
        written = await self.post("/correct", ROOT, table=ODD, text_column=ODD, label_column="label",
                                  key='["a/b", "80"]', old="null", new='"billing"')
        self.assertEqual(written.status_code, 302, words(written))
        self.assertEqual(self.sql(f"SELECT label FROM {quoted} WHERE oid = '80'")[0], "billing")

    async def test_keys(self):
        """Each row is found again by its key, whatever that is made of."""
        for columns, values in (("a BLOB", "randomblob(8)"), ("a REAL", "id / 7.0"),
                                ("a TEXT", "body || char(10) || id"),
                                ("a REAL, b BLOB, c TEXT", "id / 7.0, randomblob(4), id || '\"'")):
            with self.subTest(columns):
                names = re.sub(" [A-Z]+", "", columns)
                self.db.executescript(f"""
                    DROP TABLE IF EXISTS keyed;
                    CREATE TABLE keyed({columns}, body TEXT, category TEXT, PRIMARY KEY ({names})) WITHOUT ROWID;
                    INSERT INTO keyed SELECT {values}, body, category FROM tickets;""")
                await self.open({"plugins": {SETTINGS: {"page_rows": 45}}})
                place = {"table": "keyed", "text_column": "body", "label_column": "category"}
                following = re.search(r'href="([^"]+)">Next rows', (await self.get("/rows", **place)).text)
                second = await self.datasette.client.get(html.unescape(following[1]))
                self.assertEqual(second.text.count('class="verdict"'), 81 - 45)
                for page, count in ("/review", 9), ("/mistakes", None):  # one more has a label then
                    found = await self.get(page, ROOT, **place)
                    forms = re.findall(r'(?s)<form class="correction".*?</form>', found.text)
                    self.assertEqual(len(forms), 2 * (count or int(re.search(r"(\d+) of 73 rows", words(found))[1])))
                    written = await self.post("/correct", ROOT, **fields_of(forms[0]), new='"billing"')
                    self.assertEqual(written.status_code, 302, words(written))

    async def test_a_label_is_not_guessed_to_be_in_the_key(self):
        self.db.execute("CREATE TABLE named(name TEXT PRIMARY KEY, body TEXT, kind TEXT)")
        self.db.execute("INSERT INTO named SELECT 'n' || id, body, 'of another model' FROM tickets")
        self.db.commit()
        await self.open()
        for page in "/review", "/mistakes":
            self.assertIn('value="kind" selected', (await self.get(page, table="named")).text)

    async def test_names_like_those_of_the_library(self):
        self.db.execute("CREATE TABLE classify_me AS SELECT * FROM tickets")
        await self.open()
        self.assertEqual((await self.get("/rows", table="classify_me")).status_code, 200)

    async def test_a_long_text(self):
        """Only the words that are shown are read from SQLite; their marks are those of the whole text."""
        model = models.Model("triage", 1, False)
        text = "my parcel and my invoice " * 1000
        whole, shown = (explaining.explain(self.db, model, text, *limit) for limit in ([], [100]))
        self.assertEqual(shown.tokens, [token for token in whole.tokens if token.start < 100])
        self.assertGreater(len(whole.tokens), len(shown.tokens))
        self.assertEqual("".join(piece for piece, _ in whole.segments()), text)
        self.assertEqual("".join(piece for piece, _ in shown.segments()), text[:100] + " …")

    async def test_other_values(self):
        self.db.executescript("""
            CREATE TABLE mixed(text, label);
            INSERT INTO mixed VALUES (x'00ff', 1), (5, 2), (NULL, 1), ('a text', x'00');
            CREATE TABLE hollow(text, label); CREATE TABLE narrow(text); CREATE VIEW seen AS SELECT * FROM tickets;""")
        await self.open()
        rows = words(await self.get("/rows", table="mixed", text_column="text"))
        self.assertIn("This value is a BLOB, which is not read as text.", rows)
        hollow = words(await self.get("/rows", table="hollow"))
        self.assertIn("Table hollow has no rows with a text in column text", hollow)
        self.assertIn("No row has both", words(await self.get("/mistakes", table="hollow")))
        self.refused(await self.get("/review", table="narrow"), 400,
                     "Table 'narrow' has no column but 'text' and its key")
        self.refused(await self.get("/rows", table="seen"), 404, "There is no table named 'seen' here.")

    async def test_bad_addresses(self):
        await self.open()
        for page, status, sentence, parameters in (
                ("/rows", 404, "There is no table named 'x\" --' here.", {"table": 'x" --'}),
                ("/rows", 404, "There is no table named 'classify_models' here.", {"table": "classify_models"}),
                ("/rows", 404, "has no column 'x' (columns: id, body, category)", {"text_column": "x"}),
                ("/review", 400, "Text and label are both column 'body'",
                 {"text_column": "body", "label_column": "body"}),
                ("/review", 400, "which is 'x', expected unlabelled or all.", {"which": "x"}),
                ("/review", 400, "offset is '-1', expected a number from 0.", {"offset": "-1"}),
                ("/review", 400, "cannot be used", {"offset": "9" * 30}),
                ("/rows", 400, "after is '1 OR 1', expected the key of a row", {"after": "1 OR 1"}),
                ("/rows", 400, "cannot be used", {"after": f"[{'9' * 30}]"}),
                ("/rows", 400, "expected the key of a row", {"after": "[" * 20000}),
                ("/rows", 400, "expected the key of a row", {"after": '[{"hex": 1}]'}),
                ("/rows", 400, "SQLite says", {"after": "[[1]]"})):
            with self.subTest(page, **parameters):
                self.refused(await self.get(page, **{"table": "tickets", **parameters}), status, sentence)
        for missing in "/nowhere/-/classify", "/support/-/classify/card_html":
            self.assertEqual((await self.datasette.client.get(missing)).status_code, 404)

    async def test_columns_of_the_table_before(self):
        self.db.execute("CREATE TABLE notes(note, kind)")
        await self.open()
        answer = await self.get("/rows", table="notes", columns_of="tickets", text_column="body",
                                label_column="category")
        self.assertEqual(answer.status_code, 200, words(answer))

    async def test_review_queue(self):
        await self.open({"plugins": {SETTINGS: {"page_rows": 5}}})
        expected = self.db.execute("SELECT id FROM classify_rows('SELECT id, body FROM tickets WHERE category IS NULL')"
                                   "ORDER BY confidence, id").fetchall()
        shown = []
        for offset in 0, 5:
            answer = await self.get("/review", table="tickets", offset=offset)
            shown += re.findall(r'href="/support/tickets/(\d+)"', answer.text)
        self.assertEqual(shown, [str(row) for row, in expected])
        self.assertIn("6 to 9 of 9", words(answer))
        everything = await self.get("/review", table="tickets", which="all")
        self.assertIn("of 81", words(everything))

    async def test_mistakes(self):
        await self.open()
        answer = await self.get("/mistakes", table="tickets")
        doubts = self.db.execute("SELECT id FROM classify_doubts('SELECT id, body, category FROM tickets "
                                 "WHERE category IS NOT NULL') WHERE suggested <> label LIMIT 20").fetchall()
        self.assertEqual(re.findall(r'href="/support/tickets/(\d+)"', answer.text), [str(row) for row, in doubts])
        self.assertIn((11,), doubts)  # which sample.py has made wrong

    async def test_samples_of_large_tables(self):
        await self.open({"plugins": {SETTINGS: {"max_rows": 30}}})
        for page, of in ("/review", 81), ("/mistakes", 72):
            answer = words(await self.get(page, table="tickets", which="all"))
            looked_at = re.search(rf"These come from (\d+) of {of} rows", answer)
            self.assertTrue(looked_at and 10 <= int(looked_at[1]) <= 30, answer[:400])

    async def test_several_labels(self):
        self.db.execute("CREATE TABLE tagged(body, tags)")
        self.db.execute("INSERT INTO tagged SELECT body, json_array(category) FROM tickets WHERE category IS NOT NULL")
        self.db.commit()
        self.sql("SELECT classify_train(body, tags, 'tags', ?) FROM tagged", json.dumps(sample.OPTIONS))
        await self.open()
        self.assertEqual((await self.get(model="tags", text="my invoice")).status_code, 200)
        review = await self.get("/review", ROOT, model="tags", table="tagged", which="all")
        self.assertIn("several labels a row, which cannot be corrected here", words(review))
        self.assertNotIn('class="correction"', review.text)

    async def test_a_view_over_classify_rows(self):
        """What docs/datasette.md says of it."""
        self.db.execute("CREATE VIEW labelled AS SELECT * FROM classify_rows('SELECT id, body FROM tickets')")
        self.db.execute("CREATE VIEW labels AS SELECT id, classify(body) AS label FROM tickets")
        await self.open()
        with contextlib.redirect_stderr(io.StringIO()):
            unsafe = await self.datasette.client.get("/support/labelled", follow_redirects=True)
        self.assertIn("unsafe use of virtual table", unsafe.text)
        self.assertIn("delivery", (await self.datasette.client.get("/support/labels", follow_redirects=True)).text)

    async def test_links_in_menus(self):
        await self.open()
        for address, expected in (("/support", ["", "/train"]),
                                  ("/support/tickets", ["/rows", "/review", "/mistakes", "/train"])):
            page = await self.datasette.client.get(address, cookies=self.cookies(ROOT))
            found = re.findall(r'href="/support/-/classify([^"?]*)', page.text)
            self.assertEqual(found, expected)
        anonymous = await self.datasette.client.get("/support")
        self.assertNotIn("/train", anonymous.text)

    async def test_where_extensions_cannot_be_loaded(self):
        unavailable, too_old = sqlite_classify.ExtensionsUnavailable("no"), sqlite.OperationalError("too old")
        for error, expected in ((unavailable, "This Python's sqlite3 cannot load extensions"),
                                (too_old, "The library of sqlite-classify cannot be loaded: too old.")):
            with mock.patch("sqlite_classify.load", side_effect=error), \
                    mock.patch.object(library, "_why_missing", None), \
                    contextlib.redirect_stderr(io.StringIO()) as said:
                await self.open()
                self.refused(await self.get(), 501, expected)
                self.assertEqual((await self.datasette.client.get("/support/tickets")).status_code, 200)
            self.assertEqual(said.getvalue().count(expected), 1)


class Permissions(Pages):
    async def test_view_database(self):
        await self.open({"databases": {"support": {"allow": {"id": "ann"}}}})
        for page in "", "/rows", "/card.html", "/train", "/train/x":
            self.assertEqual((await self.get(page)).status_code, 403)
        self.assertEqual((await self.get("/rows", {"id": "ann"}, table="tickets")).status_code, 200)
        self.assertEqual((await self.post("/correct", table="tickets")).status_code, 403)

    async def test_view_table(self):
        await self.open({"databases": {"support": {"tables": {"tickets": {"allow": {"id": "ann"}}}}}})
        self.assertNotIn("<option value=\"tickets\"", (await self.get("/rows")).text)
        for page in "/rows", "/review", "/mistakes":
            self.refused(await self.get(page, table="tickets"), 404, "There is no table named 'tickets' here.")
            self.assertEqual((await self.get(page, {"id": "ann"}, table="tickets")).status_code, 200)

    async def test_view_models(self):
        """The card shows rows, so that who may not see the table of models may not use one."""
        await self.open({"databases": {"support": {"tables": {"classify_models": {"allow": {"id": "ann"}}}}}})
        self.refused(await self.get("/card.html"), 404, "There is no model in this database yet")
        self.assertEqual((await self.get("/card.html", {"id": "ann"})).status_code, 200)

    async def test_who_may_write(self):
        await self.open({"plugins": {SETTINGS: {"allow_write": {"id": "ann"}}}})
        for actor, buttons, status in (None, 0, 403), ({"id": "bob"}, 0, 403), ({"id": "ann"}, 9, 302):
            review = await self.get("/review", actor, table="tickets")
            self.assertEqual(len(re.findall(r'<form class="correction"', review.text)), 2 * buttons)
            written = await self.post("/correct", actor, table="tickets", key="[80]", old="null", new='"billing"')
            self.assertEqual(written.status_code, status, words(written))
            self.assertEqual((await self.get("/train", actor)).status_code, 200 if buttons else 403)
        self.assertEqual(self.sql("SELECT category FROM tickets WHERE id = 80")[0], "billing")

    async def test_a_restricted_token(self):
        """It is for some permissions of Datasette 1.0 only, whatever its owner may do."""
        await self.open({"plugins": {SETTINGS: {"allow_write": {"id": "ann"}}}})
        token = {"id": "ann", "_r": {"a": ["view-instance", "view-database", "view-table"]}}
        self.assertNotIn('class="correction"', (await self.get("/review", token, table="tickets")).text)
        written = await self.post("/correct", token, table="tickets", key="[80]", old="null", new='"billing"')
        self.assertEqual(written.status_code, 403, words(written))
        self.assertEqual((await self.get("/train", token)).status_code, 403)

    async def test_visitors_train_nothing(self):
        """Not even in temp, where a model would answer other visitors in place of that in the file."""
        memory = {"memory": True, "crossdb": True}
        for options, database in ({}, "support"), ({"files": [], "immutables": [self.path]}, "support"), \
                                 (memory, "_memory"):
            await self.open(**options)
            db = self.datasette.get_database(database)
            tickets = "tickets" if database == "support" else "support.tickets"
            for name in "temp.triage", "triage":
                for sql in f"SELECT classify_train(body, category, '{name}') FROM {tickets}", \
                           f"SELECT epoch FROM classify_train('SELECT body, category FROM {tickets}', '{name}')":
                    with self.subTest(sql, database=database), self.assertRaises(sqlite.Error):
                        await db.execute(sql, log_sql_errors=False)
            self.assertEqual((await db.execute(f"SELECT count(*) FROM {tickets}")).single_value(), 81)

    async def test_a_plugin_that_decides(self):
        class Decides:
            __name__ = "decides"

            @hookimpl
            def permission_allowed(self, actor, action):
                if action in ("update-row", "insert-row") and actor:
                    return actor["id"] == "bob"

            @hookimpl
            def permission_resources_sql(self, actor, action):
                from datasette.permissions import PermissionSQL
                if action in ("update-row", "insert-row") and actor:
                    return PermissionSQL.allow("bob") if actor["id"] == "bob" else PermissionSQL.deny("not bob")
        plugin = Decides()
        pm.register(plugin, "decides")
        self.addCleanup(pm.unregister, plugin)
        await self.open()
        for actor in "ann", "bob":
            may_write = actor == "bob"
            review = await self.get("/review", {"id": actor}, table="tickets")
            self.assertEqual('class="correction"' in review.text, may_write)
            self.assertEqual((await self.get("/train", {"id": actor})).status_code, 200 if may_write else 403)
        if IS_OLD:  # 1.0 lets root do everything
            self.assertNotIn('class="correction"', (await self.get("/review", ROOT, table="tickets")).text)

    async def test_immutable(self):
        await self.open(files=[], immutables=[self.path])
        self.assertEqual((await self.get(text="my invoice")).status_code, 200)
        review = await self.get("/review", ROOT, table="tickets")
        self.assertIn("You may look at them, and may not change them.", words(review))
        self.refused(await self.get("/train", ROOT), 403, "Database 'support' is immutable")
        self.refused(await self.post("/train", ROOT, table="tickets", name="x"), 403, "Database 'support' is immutable")
        self.refused(await self.post("/correct", ROOT, table="tickets", key="[80]", old="null", new='"x"'), 403,
                     "You may not change rows of table 'tickets' here.")

    async def test_a_file_that_cannot_be_written(self):
        await self.open()
        with mock.patch("os.access", return_value=False):
            review = await self.get("/review", ROOT, table="tickets")
            self.assertIn("You may look at them, and may not change them.", words(review))
            self.refused(await self.get("/train", ROOT), 403, "You may not train models in database 'support'.")
        await self.datasette.get_database("support").execute_write_fn(
            lambda conn: conn.execute("PRAGMA query_only = ON").fetchall())
        with contextlib.redirect_stderr(io.StringIO()):
            written = await self.post("/correct", ROOT, table="tickets", key="[80]", old="null", new='"billing"')
        self.refused(written, 403, "The file of this database cannot be written. Nothing was changed.")

    async def test_time_limit(self):
        await self.open({"plugins": {SETTINGS: {"time_limit_ms": 0.001}}})
        self.refused(await self.get("/mistakes", table="tickets"), 503, "This took longer than")

    async def test_wrong_settings(self):
        for name, value, expected in (("max_row", 1, "expected one of time_limit_ms"),
                                      ("max_rows", "x", "expected an integer from 1"),
                                      ("max_seconds", 0, "a number above 0"), ("options", [], "expected an object"),
                                      ("allow_write", "ann", "expected an allow block")):
            await self.open({"plugins": {SETTINGS: {name: value}}})
            self.refused(await self.get(), 500, expected)
            self.assertEqual((await self.datasette.client.get("/support")).status_code, 200)


class Correcting(Pages):
    FIELDS = {"table": "tickets", "text_column": "body", "label_column": "category", "model": "triage@1",
              "key": "[80]", "old": "null", "new": '"billing"'}

    async def correct(self, **other):
        return await self.post("/correct", ROOT, **{**self.FIELDS, **other})

    def label(self, key=80):
        return self.sql("SELECT category FROM tickets WHERE id = ?", key)[0]

    async def test_the_forms_of_the_page(self):
        """What a browser without JavaScript would send."""
        await self.open()
        review = await self.get("/review", ROOT, table="tickets")
        form = re.search(r'(?s)<form class="correction".*?</form>', review.text)[0]
        fields = fields_of(form)
        button = html.unescape(re.search(r'<button name="new" value="([^"]*)" class="primary"', form)[1])
        answer = await self.post("/correct", ROOT, **fields, new=button)
        self.assertEqual(answer.status_code, 302, words(answer))
        self.assertIn("/support/-/classify/review?", answer.headers["location"])
        self.assertEqual(self.label(json.loads(fields["key"])[0]), json.loads(button))

    async def test_a_label_that_was_typed(self):
        await self.open()
        self.assertEqual((await self.correct(new="", other="o'clock <b>")).status_code, 302)
        self.assertEqual(self.label(), "o'clock <b>")

    async def test_a_label_too_long_for_a_cookie(self):
        await self.open()
        label = "".join(f"{i:x}" for i in range(5000))
        written = await self.correct(new="", other=label)
        self.assertEqual(self.label(), label)
        self.assertLess(len(written.headers["set-cookie"]), 2000)

    async def test_taking_a_label_away(self):
        await self.open()
        self.assertEqual((await self.correct(key="[1]", old='"billing"', new="null")).status_code, 302)
        self.assertIsNone(self.label(1))

    async def test_json(self):
        await self.open()
        answer = await self.correct(headers={"Accept": "application/json"})
        self.assertEqual(answer.json(), {"ok": True, "label": "billing", "old": '"billing"'})
        again = await self.correct(headers={"Accept": "application/json"})
        self.assertEqual((again.status_code, again.json()["ok"]), (409, False))

    async def test_a_row_that_has_changed(self):
        await self.open()
        self.refused(await self.correct(old='"login"'), 409, "This row was changed or deleted meanwhile")
        self.refused(await self.correct(key="[999]"), 409, "This row was changed or deleted meanwhile")
        self.assertIsNone(self.label())

    async def test_types(self):
        self.db.execute("CREATE TABLE rated(id INTEGER PRIMARY KEY, body, stars)")
        self.db.execute("INSERT INTO rated SELECT id, body, length(category) FROM tickets")
        self.db.commit()
        await self.open()
        place = {"table": "rated", "label_column": "stars"}
        self.assertEqual((await self.correct(key="[1]", old="7", new="5", **place)).status_code, 302)
        self.assertEqual(self.sql("SELECT stars, typeof(stars) FROM rated WHERE id = 1"), (5, "integer"))
        self.assertEqual((await self.correct(key="[1]", old='"5"', new="7", **place)).status_code, 409)
        self.sql("SELECT classify_train(body, stars, 'stars', ?) FROM rated", json.dumps(sample.OPTIONS))
        typed = await self.correct(key="[2]", old="7", new="", other="8", model="stars", **place)
        self.assertEqual(typed.status_code, 302, words(typed))
        self.assertEqual(self.sql("SELECT stars, typeof(stars) FROM rated WHERE id = 2"), (8, "integer"))

    async def test_bad_forms(self):
        await self.open()
        for status, sentence, fields in (
                (400, "new is 'x', expected JSON.", {"new": "x"}), (400, "expected JSON", {"old": ""}),
                (400, "new is [1], expected a text, a number or null.", {"new": "[1]"}),
                (400, "new is true", {"new": "true"}), (400, "new is NaN", {"new": "NaN"}),
                (400, "expected JSON", {"key": "[" * 20000}), (400, "key has not 1 values", {"key": "[1, 2]"}),
                (400, "key has not 1 values", {"key": "1"}), (400, "cannot be used", {"key": f"[{'9' * 30}]"}),
                (400, "cannot be used", {"new": '"\\ud800"'}), (404, "has no column 'x'", {"label_column": "x"}),
                (404, "There is no table named 'x' here.", {"table": "x"}), (400, "No table is named", {"table": ""})):
            with self.subTest(**fields):
                self.refused(await self.correct(**fields), status, sentence)
        self.refused(await self.get("/correct", ROOT), 405, "A label is written by POST")
        self.assertIsNone(self.label())

    async def test_forged_forms(self):
        await self.open()
        forged = await self.post("/correct", ROOT, token=False, headers={"Sec-Fetch-Site": "cross-site"}, **self.FIELDS)
        self.assertEqual(forged.status_code, 403)
        self.assertIsNone(self.label())

    async def test_locked(self):
        await self.open()
        await self.datasette.get_database("support").execute_write_fn(
            lambda conn: conn.execute("PRAGMA busy_timeout = 10").fetchall())
        self.db.execute("BEGIN IMMEDIATE")
        with contextlib.redirect_stderr(io.StringIO()):
            self.refused(await self.correct(), 503, "The database is locked: another program is writing to it.")
        self.db.rollback()
        self.assertEqual((await self.correct()).status_code, 302)


class Training(Pages):
    async def asyncSetUp(self):
        await self.open({"plugins": {SETTINGS: {"options": sample.OPTIONS}}})

    async def start(self, name="new", **fields):
        return await self.post("/train", ROOT, **{"table": "tickets", "name": name, **fields})

    async def start_long(self):
        """One that would take an hour; it has begun to learn when this returns."""
        self.long = await self.open({"plugins": {SETTINGS: {"options": {**sample.OPTIONS, "epochs": 10000}}}})
        job = (await self.start("long")).headers["location"]
        await self.until(job, r"Epoch \d+ is done")
        return job

    async def until(self, job, expected, tries=1200):
        """The page of a training, as soon as it says what is expected."""
        for _ in range(tries):
            page = await self.datasette.client.get(job, cookies=self.cookies(ROOT))
            if re.search(expected, words(page)):
                return words(page)
            await asyncio.sleep(0.05)
        raise AssertionError(f"expected {expected}: {words(page)}")

    async def act(self, job, action):
        return await self.post(f"/train/{job.rpartition('/')[2]}", ROOT, action=action)

    def models(self):
        return self.db.execute("SELECT name, version FROM classify_models ORDER BY name, version").fetchall()

    async def test_a_training(self):
        form = words(await self.get("/train", ROOT, table="tickets"))
        self.assertIn("The model learns from 72 rows that have a text in body and a label in category", form)
        started = await self.start()
        self.assertEqual(started.status_code, 302, words(started))
        page = await self.until(started.headers["location"], "Saved as new@1")
        self.assertRegex(page, r"Accuracy \d+\.\d%.* 6 \d\.\d\d\d")
        self.assertEqual(self.models(), [("new", 1), ("triage", 1)])
        self.assertIn("new@1", (await self.get()).text)
        self.assertRegex(words(await self.get("/train", ROOT)), "new on tickets: saved")

    async def test_the_first_model(self):
        self.db.executescript("DROP TABLE classify_models; DROP TABLE classify_versions;")
        await self.until((await self.start()).headers["location"], "Saved as new@1")
        self.assertEqual(self.models(), [("new", 1)])

    async def test_names(self):
        await self.until((await self.start("a.b 'c' \"d\"")).headers["location"], "Saved as a.b 'c' \"d\"@1")
        await self.until((await self.start("bad@1")).headers["location"], "The training failed, and nothing was saved")
        self.refused(await self.start(""), 400, "The model has no name")

    async def test_too_little_to_learn(self):
        self.db.executescript("""CREATE TABLE one(body, label); INSERT INTO one VALUES ('a', 'x'), ('b', 'x');
                                 CREATE TABLE hollow(body, label);""")
        for table, sentence in ("one", "All 2 labelled rows of table 'one' have the label 'x'"), \
                               ("hollow", "No row of table 'hollow' has a text in 'body' and a label in 'label'"):
            self.refused(await self.get("/train", ROOT, table=table), 400, sentence)
            self.refused(await self.start(table=table), 400, sentence)
        self.refused(await self.start(table=""), 400, "No table is named")
        self.refused(await self.start(table="x"), 404, "There is no table named 'x' here.")
        self.assertEqual(self.models(), [("triage", 1)])

    async def test_finishing_early(self):
        job = await self.start_long()
        self.refused(await self.start(), 409, "A training is running in this database already.")
        blocked = await self.post("/correct", ROOT, table="tickets", key="[80]", old="null", new='"billing"')
        self.refused(blocked, 409, "A training is running in this database.")
        self.assertEqual((await self.get(text="my invoice")).status_code, 200)
        await self.act(job, "finish")
        await self.until(job, "Saved as long@1 , stopped early, with what it had learned")
        self.assertEqual(self.models(), [("long", 1), ("triage", 1)])

    async def test_discarding(self):
        job = await self.start_long()
        self.refused(await self.act(job, "jump"), 400, "action is 'jump', expected finish, discard or save.")
        await self.act(job, "discard")
        await self.until(job, "Stopped. Nothing was saved.")
        self.assertEqual(self.models(), [("triage", 1)])
        written = await self.post("/correct", ROOT, table="tickets", key="[80]", old="null", new='"billing"')
        self.assertEqual(written.status_code, 302)

    async def test_stopping_datasette(self):
        """Datasette 1.0 says so; 0.65 ends without waiting."""
        job = (await self.start_long()).rpartition("/")[2]
        job = training.found(self.datasette, "support", job)
        if IS_OLD:
            training.discard_all(self.datasette)
            await self.until(f"/support/-/classify/train/{job.id}", "Stopped. Nothing was saved.")
        else:
            with contextlib.redirect_stderr(io.StringIO()) as said:
                await self.datasette.invoke_shutdown()
            self.assertEqual(said.getvalue(), "")
        self.assertEqual(job.state, training.DISCARDED)
        self.assertEqual(self.models(), [("triage", 1)])

    async def test_who_may_follow(self):
        job = await self.start_long()
        page = f"/train/{job.rpartition('/')[2]}"
        for actor in None, {"id": "bob"}:
            self.assertEqual((await self.get(page, actor)).status_code, 403)
            self.assertEqual((await self.post(page, actor, action="discard")).status_code, 403)
        self.refused(await self.get("/train/unknown", ROOT), 404, "There is no training 'unknown'")
        await self.act(job, "discard")
        await self.until(job, "Stopped")

    async def test_trainings_on_tables_that_one_may_not_see(self):
        await self.open({"databases": {"support": {"tables": {"tickets": {"allow": {"id": "root"}}}}},
                         "plugins": {SETTINGS: {"options": sample.OPTIONS, "allow_write": {"id": ["root", "bob"]}}}})
        job = (await self.start("hidden")).headers["location"]
        await self.until(job, "Saved as hidden@1")
        self.assertIn("hidden on tickets", words(await self.get("/train", ROOT)))
        self.assertNotIn("tickets", words(await self.get("/train", {"id": "bob"})))
        self.assertEqual((await self.get(f"/train/{job.rpartition('/')[2]}", {"id": "bob"})).status_code, 403)

    def job(self, database):
        place = labelling.Place(tables.read(self.db, "tickets"), "body", "category")
        return training.Job(database, place, "new", 72, {})

    async def test_ending_one_that_waits(self):
        job = self.job("support")
        job.discard()
        job.run(self.db)
        self.assertEqual(job.state, training.DISCARDED)
        self.assertIsNotNone(job.ended)
        self.assertFalse(os.path.exists(job.folder.name))
        job.finish()  # by somebody whose page is old

    async def test_what_is_forgotten(self):
        running = self.job("another database")
        training._jobs.setdefault(self.datasette, {})[running.id] = running
        with mock.patch.object(training, "KEPT", 1):
            for name in "first", "second", "third":
                await self.until((await self.start(name)).headers["location"], f"Saved as {name}@1")
        self.assertEqual([job.name for job in training.jobs(self.datasette, "support")], ["third", "second"])
        self.assertIs(training.found(self.datasette, "another database", running.id), running)
        running.folder.cleanup()

    async def test_a_model_that_could_not_be_saved(self):
        """The database is locked when the training ends. The library waits for ten seconds then: once is enough."""
        if not IS_OLD:
            return
        job = await self.start_long()
        other = sqlite3.connect(self.path)
        other.execute("BEGIN IMMEDIATE")
        await self.act(job, "finish")
        await self.until(job, "could not be saved: another program has locked the database")
        with contextlib.redirect_stderr(io.StringIO()):
            self.refused(await self.act(job, "save"), 503, "The database is locked")
        other.rollback()
        other.close()
        await self.act(job, "save")
        await self.until(job, "Saved as long@1")
        self.assertEqual(self.models(), [("long", 1), ("triage", 1)])


class SqliteUtils(Pages):
    """The plugin of sqlite-utils, which is in the same environment."""

    def test_databases(self):
        for db in sqlite_utils.Database(self.path), sqlite_utils.Database(memory=True):
            self.assertEqual(db.execute("SELECT typeof(classify_version())").fetchone(), ("text",))
        with self.assertRaises(sqlite.OperationalError):
            sqlite_utils.Database(memory=True, execute_plugins=False).execute("SELECT classify_version()")

    def test_an_open_connection(self):
        """Loading it anew would fail while a statement runs."""
        db = sqlite_utils.Database(self.path)
        running = db.execute("SELECT classify(body) FROM tickets")
        running.fetchone()
        with mock.patch("sqlite_classify.load", side_effect=AssertionError):
            again = sqlite_utils.Database(db.conn)
        self.assertEqual(again["tickets"].count, 81)

    def test_where_extensions_cannot_be_loaded(self):
        for error in sqlite_classify.ExtensionsUnavailable("no"), sqlite.OperationalError("too old"):
            with mock.patch("sqlite_classify.load", side_effect=error), \
                    self.assertWarnsRegex(RuntimeWarning, "there are no classify functions: "):
                db = sqlite_utils.Database(self.path)
            self.assertEqual(db["tickets"].count, 81)


if __name__ == "__main__":
    logging.getLogger("asyncio").setLevel(logging.ERROR)  # which else says what was slow
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules[__name__])
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=0).run(suite)
    bad = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - bad} passed, {bad} failed, {len(result.skipped)} skipped")
    sys.exit(bad > 0)

/* browser.js ADDRESS COOKIE CHROMIUM -- the pages in a browser: what is seen, what the keyboard does, what works
** without JavaScript, and what axe says of all pages, light and wide, dark and narrow. The last line counts.
**
** ADDRESS is that of a database as sample.py makes it, COOKIE is what it prints.
*/
"use strict";
const fs = require("fs");
const { chromium } = require("playwright-core");

const [, , address, cookie, executablePath] = process.argv;
const AXE = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];
const LOOKS = [{ colorScheme: "light", width: 1200 }, { colorScheme: "dark", width: 360 }];
const PAGES = ["", "?text=my+invoice+is+wrong", "?model=nope", "/rows?table=tickets", "/review?table=tickets",
  "/mistakes?table=tickets", "/train?table=tickets", "/card"];
let passed = 0;
let failed = 0;

function check(what, found, expected = true) {
  const ok = JSON.stringify(found) === JSON.stringify(expected);
  if (ok) passed++;
  else failed++;
  if (!ok) console.log(`  ${what}: ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`);
}

const at = (page) => `${address}/-/classify${page}`;
const textOf = async (page, selector) => (await page.textContent(selector)).replace(/\s+/g, " ").trim();

async function open(browser, options = {}) {
  const context = await browser.newContext(options);
  await context.addCookies([{ name: "ds_actor", value: cookie, url: address }]);
  const page = await context.newPage();
  page.on("pageerror", (error) => check("an error of a script", error.message, ""));
  page.on("console", (said) => {
    const wanted = said.location().url.endsWith("?model=nope"); // answers 404
    if (said.type() === "error" && !wanted) check("an error in the console", said.text(), "");
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(new URL(address).origin)) check("a request to elsewhere", request.url(), "");
  });
  return page;
}

async function pressUntil(page, key, selector) {
  for (let i = 0; i < 50; i++) {
    if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return true;
    await page.keyboard.press(key);
  }
  return false;
}

/* ---- what each page shows, by keyboard ---- */

async function tryText(page) {
  await page.goto(at(""));
  check("the text is reached", await pressUntil(page, "Tab", "#text"));
  await page.keyboard.type("I forgot my password");
  check("the button is reached", await pressUntil(page, "Tab", ".try button"));
  await page.keyboard.press("Enter");
  await page.waitForSelector("#answer");
  check("the label", await page.textContent("#answer bdi"), "login");
  const bars = await page.evaluate(() =>
    Array.from(document.querySelectorAll(".bars rect"), (bar) => bar.getBoundingClientRect().width));
  check("a bar for each label, the longest first", bars.length === 3 && bars[0] > bars[1] && bars[1] >= bars[2]);
  const marks = await page.evaluate(() =>
    Array.from(document.querySelectorAll(".marked span"), (mark) => [mark.textContent, mark.className]));
  check("words are marked", marks.some(([word, kind]) => word === "password" && kind.startsWith("for")));
  const colour = await page.$eval(".marked .for4", (mark) => getComputedStyle(mark).backgroundColor);
  check("a mark has a colour", colour !== "rgba(0, 0, 0, 0)");
  check("the numbers are reached", await pressUntil(page, "Tab", "main summary"));
  await page.keyboard.press("Enter");
  check("a row for each word", await page.locator(".answer .scroll tbody tr:visible").count(), 4);
}

async function lookAtCard(page) {
  await page.goto(at("/card"));
  const frame = await (await page.waitForSelector("iframe.card")).contentFrame();
  await frame.waitForSelector("h1");
  check("the card in its frame", await frame.textContent("h1"), "triage@1");
}

async function lookAtRows(page) {
  await page.goto(at("/rows"));
  await page.selectOption("#table", "tickets");
  await page.click(".chooser button");
  await page.waitForSelector(".rows");
  check("columns are guessed", [await page.inputValue("#text_column"), await page.inputValue("#label_column")],
    ["body", "category"]);
  check("rows on the page", await page.locator(".rows .verdict").count(), 20);
  check("rows with marks", await page.locator(".rows > li:has(.marked span)").count(), 20);
}

async function review(page) {
  await page.goto(at("/review?table=tickets"));
  check("nothing in a text has run", await page.title() !== "owned");
  check("rows without a label", await page.locator(".rows > li").count(), 9);
  check("a label is reached", await pressUntil(page, "Tab", ".correction button"));
  const label = await page.evaluate(() => document.activeElement.querySelector("bdi").textContent);
  await page.keyboard.press("Enter");
  await page.waitForSelector("li.done");
  check("what was written", await textOf(page, "li.done .said"), `Written: ${label}`);
  check("the focus is on the next row", await page.evaluate(() =>
    document.activeElement.closest("li") === document.querySelectorAll(".rows > li")[1]));
  await page.click("li.done .correction button:nth-of-type(2)"); // changed one's mind
  await page.waitForFunction((before) => document.querySelector("li.done .said").textContent !== before,
    `Written: ${label}`);
  await page.locator(".rows > li").nth(2).locator("summary").click();
  await page.locator(".rows > li").nth(2).locator("[name=other]").fill("praise");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelectorAll("li.done").length === 2);
  check("a label that was typed", await textOf(page, "li.done:nth-of-type(3) .said"), "Written: praise");
  await page.reload();
  check("rows that are left", await page.locator(".rows > li").count(), 7);
}

async function reviewWithoutScripts(browser) {
  const page = await open(browser, { javaScriptEnabled: false });
  await page.goto(at("/review?table=tickets"));
  const row = await textOf(page, ".rows > li:first-child .more a");
  await page.click(".rows > li:first-child .correction button");
  check("rows that are left without scripts", await page.locator(".rows > li").count(), 6);
  check("what is said then", (await textOf(page, ".message-info")).startsWith(`${row} now has: `));
  await page.context().close();
}

async function train(page) {
  await page.goto(at("/train?table=tickets"));
  await page.fill("#name", "by keyboard");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".next");
  check("the training", await textOf(page, ".state"), "Saved as by keyboard@1.");
  check("its epochs", await page.locator(".epochs tbody tr").count() > 1);
}

/* ---- what axe says ---- */

async function judge(page, name, look) {
  const where = `${name || "/"} ${look.colorScheme} ${look.width}`;
  await page.goto(at(name));
  await page.evaluate(AXE);
  const found = await page.evaluate(() => axe.run(document));
  check(`axe, ${where}`, found.violations.map((one) => `${one.id}: ${one.nodes[0].html}`), []);
  check(`the page is as wide as the window, ${where}`,
    await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
}

async function judgeAll(browser) {
  for (const look of LOOKS) {
    const page = await open(browser, { colorScheme: look.colorScheme, viewport: { width: look.width, height: 900 } });
    const trained = await page.goto(at("/train")).then(() => page.getAttribute(".jobs a", "href"));
    for (const name of [...PAGES, trained.split("/-/classify")[1]]) await judge(page, name, look);
    await page.context().close();
  }
}

(async () => {
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  const page = await open(browser);
  for (const part of [tryText, lookAtCard, lookAtRows, review]) await part(page);
  await reviewWithoutScripts(browser);
  await train(page);
  await judgeAll(browser);
  await browser.close();
  console.log(`${passed} passed, ${failed} failed, 0 skipped`);
  process.exit(failed ? 1 : 0);
})().catch((error) => {
  console.log(`  ${error.stack}\n${passed} passed, ${failed + 1} failed, 0 skipped`);
  process.exit(1);
});

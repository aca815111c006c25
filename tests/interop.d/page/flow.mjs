// From the example to its downloads, and back from one of them.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { download, mayTrain, openExample, stepShown, train } from "./browser.mjs";

const TICKET = "My parcel has not arrived";

/** What the sqlite3 shell, with the native extension, prints for these lines. */
function sqlite3(build, ...lines) {
  const input = [`.load "${path.resolve(build, "classify")}"`, ...lines].join("\n");
  return execFileSync("sqlite3", ["-batch", "-init", "/dev/null", ":memory:"], { input, encoding: "utf8" }).trim();
}

async function checkResults(page, check) {
  const accuracy = parseInt(await page.textContent(".scores dd"), 10);
  check("the accuracy of the example is over 70%", accuracy > 70 && accuracy <= 100);
  check("it is said how it was judged", (await page.textContent("#results-content")).includes("cross-validation"));
  check("points of the curves", await page.evaluate(() =>
    [...document.querySelectorAll(".charts polyline")].map((line) => line.getAttribute("points").split(" ").length)),
  [15, 14, 15, 14]);
  check("labels of the report", await page.$$eval(".part table tbody th .label", (all) =>
    [...new Set(all.map((one) => one.textContent))]), ["billing", "delivery", "login"]);
  check("rows of the confusion matrix", await page.$$eval(".matrix td.heat", (cells) =>
    cells.reduce((sum, cell) => sum + (parseInt(cell.textContent, 10) || 0), 0)), 72);
  await page.waitForSelector(".examples mark.for");
  await page.waitForSelector(".doubts tbody tr");
  const doubt = await page.$eval(".doubts tbody tr", (row) => [...row.cells].map((cell) => cell.textContent));
  check("a doubtful row has one label and would get another", doubt[1] !== doubt[2] && doubt[0].length > 0);
}

async function checkSentence(page, check) {
  await page.fill("#sentence", TICKET);
  await page.waitForSelector(".answer mark");
  check("the label of a typed text", await page.textContent(".answer .bars li .label"), "delivery");
  check("its strongest word",
    await page.$eval(".answer mark.for.step-4", (mark) => mark.firstChild.textContent), "parcel");
  check("its words are the text", await page.$eval(".answer .marked", (element) => {
    const copy = element.cloneNode(true);
    for (const hidden of copy.querySelectorAll(".hidden")) hidden.remove();
    return copy.textContent;
  }), TICKET);
  await page.click('.answer .bars button:has-text("billing")');
  await page.waitForSelector('.answer .bars button[aria-pressed="true"]:has-text("billing")');
  check("for another label the word speaks against", await page.$eval(".answer mark.against", (mark) =>
    mark.title.startsWith("against the label: −")));
}

async function checkDownloads({ check, work, build }, page) {
  const csv = await download(page, "CSV", work), db = await download(page, "Database", work);
  const card = readFileSync(await download(page, "Model card", work), "utf8");
  const original = readFileSync("sql/examples/tickets.csv", "utf8").trim().split("\n");
  const written = readFileSync(csv, "utf8").trim().split("\n");
  check("the CSV begins each row as the file does",
    original.every((line, i) => written[i].startsWith(`${line},`)) && written.length === original.length);
  check("names of the CSV", written[0], "id,body,category,predicted_category,predicted_category_confidence");
  check("rows of the CSV, those that were labelled, and one of them", sqlite3(build, `.import --csv "${csv}" t`,
    "SELECT count(*), sum(predicted_category <> ''), sum(predicted_category <> '' AND category <> ''),",
    "  max(iif(id = '79', predicted_category, '')) FROM t;"), "80|8|0|delivery");
  check("the native extension gives the labels that stand in the database", sqlite3(build, `ATTACH '${db}' AS d;`,
    "SELECT count(*), sum(classify(body) = predicted_category), max(abs(classify_confidence(body) -",
    "  predicted_category_confidence)) < 0.001 FROM d.tickets WHERE predicted_category IS NOT NULL;"), "8|8|1");
  check("the card", [card.startsWith("<!DOCTYPE html>"), card.includes("<h2>Confusion</h2>")], [true, true]);
}

/** All of the page, opened at an address. The database that it leaves in `work` is taken up by checkReopened. */
export async function checkFlow(context, address) {
  const { browser, check, server, folder } = context;
  const { page, requests, complaints } = await browser.open(address);
  await openExample(page);
  check("rows with a label", await page.textContent("#label-counts b"), "72 of 80 rows");
  check("the columns that were guessed", await page.$$eval("#column-fields select", (all) =>
    all.slice(0, 2).map((select) => select.value)), ["body", "category"]);
  await train(page);
  await checkResults(page, check);
  await checkSentence(page, check);
  await page.click("#label");
  await page.waitForSelector(".labelled tbody tr");
  check("rows that were labelled", await page.textContent("#labels-content .say b"), "8 rows labelled");
  await checkDownloads(context, page);
  const files = ["index.html", "page.css", "page.js", "sqlite-classify.simd.js"];
  const names = requests.map((url) => path.basename(new URL(url).pathname) || "index.html");
  check(`${address.slice(0, 5)}: requests`, names, files);
  if (address.startsWith("http"))
    check("requests that reached the server", server.asked, ["/", ...files.slice(1).map((file) => `/${file}`)]);
  const base = address.startsWith("http") ? address : encodeURI(`file://${folder}/`);
  check("requests outside of the folder", requests.filter((url) => !url.startsWith(base)), []);
  check(`${address.slice(0, 5)}: complaints`, complaints, []);
  check("a connection is refused",
    await page.evaluate(() => fetch("/").then(() => "connected", () => "refused")), "refused");
  await page.context().close();
}

/** The database opens again, with its rows and its model, also if another program has set it to WAL mode. */
export async function checkReopened({ browser, check, work, folder }) {
  execFileSync("sqlite3", [path.join(work, "tickets.db"), "PRAGMA journal_mode = WAL"]);
  const { page, complaints } = await browser.open(`file://${folder}/index.html`);
  await page.setInputFiles("#chooser", path.join(work, "tickets.db"));
  await mayTrain(page);
  await page.click('button:text-is("Use this model")');
  await stepShown(page, "labels");
  await checkSentence(page, check);
  check("rows without a label in the database", await page.textContent('label[for="which-unlabelled"]'),
    "The 8 rows without a label");
  check("reopened: complaints", complaints, []);
  await page.context().close();
}

/** Where there is no SIMD the page takes the other script, and only that. */
export async function checkScalar({ browser, check, folder }) {
  const { page, requests, complaints } = await browser.open("about:blank");
  await page.addInitScript(() => { WebAssembly.validate = () => false; });
  await page.goto(`file://${folder}/index.html`);
  await page.waitForSelector("#version:has-text('in WebAssembly')");
  check("scripts without SIMD", requests.filter((url) => url.includes("sqlite")).map((url) => path.basename(url)),
    ["sqlite-classify.scalar.js"]);
  check("scalar: complaints", complaints, []);
  await page.context().close();
}

const PATIENCE = 1500; // milliseconds that the page gives an epoch, once a training is to stop
const SHORT_EPOCHS = '{"epochs": 10000}';
const LONG_EPOCHS = '{"epochs": 10000, "hidden": 512, "embedding": 1024, "batch_size": 1}';

async function trainAndStop(page, options) {
  await page.fill("#options", options);
  await page.click("#train");
  await page.waitForSelector("#stop:enabled");
  await page.$eval("#stop", (button) => button.click()); // a click by mouse may come between two drawings
  await page.waitForSelector("#training-message:has-text('Stopped. Nothing of this training was saved.')");
}

/** A training that begins right after one was stopped goes on, also when the patience with that one has ended. */
async function checkStopAndTrain(page, check) {
  await trainAndStop(page, SHORT_EPOCHS);
  await page.click("#train");
  await page.waitForTimeout(2 * PATIENCE);
  check("a training after one that was stopped goes on", await page.isVisible("#stop"));
  await page.$eval("#stop", (button) => button.click());
  await page.waitForSelector("#training-message:has-text('Stopped.')");
}

/** Keeps what the page says of a training at each time when the columns may be used again. */
function watchColumns() {
  const columns = document.querySelector("#columns"), message = document.querySelector("#training-message");
  window.saidWhenFree = [];
  new MutationObserver(() => columns.inert || window.saidWhenFree.push(message.textContent))
    .observe(columns, { attributeFilter: ["inert"] });
}

/**
 * A training that is stopped leaves nothing, whether its epochs are short or outlast the patience of the page; the
 * model of an earlier one stays.
 */
export async function checkStop({ browser, check, folder }) {
  const { page, complaints } = await browser.open(`file://${folder}/index.html`);
  await openExample(page);
  await page.click("#columns .more > summary");
  await page.evaluate(watchColumns);
  for (const options of [SHORT_EPOCHS, LONG_EPOCHS]) {
    await trainAndStop(page, options);
    check("stopped: no results, and another training may begin", [await page.isHidden("#results"),
      await page.isEnabled("#train")], [true, true]);
  }
  check("the columns wait until a training has stopped", await page.evaluate(() =>
    window.saidWhenFree.map((text) => text.split(".")[0])), ["Stopped", "Stopped"]);
  await checkStopAndTrain(page, check);
  await page.fill("#options", '{"epochs": 5, "validation": 0.2}');
  await page.click("#train");
  await stepShown(page, "labels");
  await trainAndStop(page, LONG_EPOCHS);
  await stepShown(page, "labels");
  await checkSentence(page, check);
  await page.fill("#options", '{"epoch": 5}');
  await page.click("#train");
  check("an unknown option", (await page.textContent("#training-message .error")).includes("unknown option 'epoch'"));
  await stepShown(page, "labels");
  check("stopped: complaints", complaints, []);
  await page.context().close();
}

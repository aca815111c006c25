// Files that are not what a CSV should be: each has its sentence, and what can be read of it is there.
import { truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { chooseFile, mayTrain, openExample, train } from "./browser.mjs";

const ROWS = ["the invoice is wrong,billing", "refund my money,billing", "where is the parcel,delivery",
  "the courier is late,delivery"];
const csv = (...rows) => rows.join("\n") + "\n";
const utf16 = (text) => Buffer.from(`\uFEFF${text}`, "utf16le");

/** Files that cannot be opened: what the page says of each. */
const REFUSED = [
  ["empty.csv", "", "“empty.csv” is empty."],
  ["blank.csv", "\n\n  \n", "“blank.csv” has no text, only blank lines."],
  ["binary.csv", Buffer.from([1, 2, 0, 3, 255]), "“binary.csv” is a binary file: it has bytes that no text has."],
  ["sheet.xlsx", Buffer.from("PK\x03\x04rest"),
    "“sheet.xlsx” is a ZIP archive, as .xlsx and .ods files are. Save the sheet as CSV first."],
  ["names.csv", "text,label\n", "“names.csv” has a row of names, and no row under it."],
  ["broken.db", `SQLite format 3\0${"x".repeat(5000)}`,
    "“broken.db” begins as a SQLite database, but cannot be read: "],
  ["quote.csv", csv("text,label", ...ROWS, '"never closed,billing', ...ROWS),
    "In row 6 a quotation mark is opened and not closed, or text follows a closing one."],
];

/** Files that are opened but cannot be learned from, or not yet. */
const NO_TRAINING = [
  ["one.csv", csv("text", "some words", "other words"), "There is one column only, text, expected two"],
  ["same.csv", csv("text,label", "a b,yes", "c d,yes"),
    "All labelled rows have one label, “yes”, expected at least two."],
  ["none.csv", csv("text,label", "a b,", "c d,"), "No row has a text and a label"],
  ["once.csv", csv("text,label", "a b,one", "c d,two"), "Each of the 2 labels in “label” is there only once"],
];

/** Files that are opened, with a remark: it, the columns, and the first row. */
const OPENED = [
  ["bare.csv", csv(...ROWS), "The first row looks like data, so the columns have been given names.",
    ["column 1", "column 2"], ROWS[0].split(",")],
  ["twice.csv", csv("text,label,Label", ...ROWS.map((row) => `${row},x`)),
    "one “Label” is called “Label 2” here",
    ["text", "label", "Label 2"], [...ROWS[0].split(","), "x"]],
  ["short.csv", csv("text,label,more", ...ROWS), "4 rows have fewer fields than there are columns",
    ["text", "label", "more"], [...ROWS[0].split(","), ""]],
  ["long.csv", csv("text,label", ...ROWS, "one more,billing,5"),
    "1 row has more fields than there are names; see “column 3”.", ["text", "label", "column 3"],
    [...ROWS[0].split(","), ""]],
  ["windows.csv", Buffer.from("text;label\r\nM\xfcller, Gr\xf6\xdfe;a\r\nb c;b\r\nd e;b\r\n", "latin1"),
    "Its letters are read as Windows-1252; downloads are UTF-8.", ["text", "label"], ["Müller, Größe", "a"]],
  ["utf16.tsv", utf16("text\tlabel\r\nžluť, \"x\"\ta\r\nb\tb\r\nc\tb\r\n"),
    "Its letters are UTF-16; downloads are UTF-8.",
    ["text", "label"], ["žluť, \"x\"", "a"]],
];

const preview = (page) => page.$eval("#preview table", (table) => ({
  names: [...table.tHead.rows[0].cells].map((cell) => cell.firstChild.textContent),
  first: [...table.tBodies[0].rows[0].cells].map((cell) => cell.textContent),
}));

async function checkRefused(page, check) {
  for (const [name, content, sentence] of REFUSED) {
    await openExample(page); // so that what was open before does not stay
    await chooseFile(page, name, content);
    await page.waitForSelector("#file-message .error");
    const said = await page.textContent("#file-message .error p");
    check(`${name}: ${said}`, said.includes(sentence));
    check(`${name}: no step is left`, await page.isHidden("#columns"));
  }
  await page.click('button:text-is("Read quotation marks as plain text")');
  await mayTrain(page);
  check("with quotation marks as text all rows are there", await page.textContent("#label-counts b"), "9 of 9 rows");
  await page.click("#another");
}

async function checkNoTraining(page, check) {
  for (const [name, content, sentence] of NO_TRAINING) {
    await chooseFile(page, name, content);
    await page.waitForSelector("#column-message .error");
    const said = await page.textContent("#column-message .error");
    check(`${name}: ${said}`, said.includes(sentence));
    check(`${name}: no training`, await page.isDisabled("#train"));
    await page.click("#another");
  }
}

async function checkOpened(page, check) {
  for (const [name, content, remark, names, first] of OPENED) {
    await chooseFile(page, name, content);
    await mayTrain(page);
    const said = await page.textContent("#column-notes");
    check(`${name}: ${said}`, said.includes(remark));
    check(name, await preview(page), { names, first });
    await page.click("#another");
  }
}

/** A file that is dropped onto the page, while another one is open. */
async function checkDrop(page, check) {
  await openExample(page);
  const dropped = await page.evaluateHandle((content) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([content], "dropped.csv"));
    return transfer;
  }, csv("text,label", ...ROWS));
  await page.dispatchEvent("body", "drop", { dataTransfer: dropped });
  await page.waitForSelector("#opened-text:has-text('dropped.csv')");
  await mayTrain(page);
  check("a dropped file", await preview(page), { names: ["text", "label"], first: ROWS[0].split(",") });
  await page.click("#another");
}

/** Names that JavaScript or the page's own SQL also knows, of a file, a column and labels, are names like others. */
async function checkNames(page, check) {
  const rows = ROWS.map((row) => row.replace("billing", "constructor").replace("delivery", "__proto__") + ",x");
  await chooseFile(page, "r.csv", csv("text,label,constructor", ...rows, ...rows, "where is my parcel,,x"));
  await mayTrain(page);
  check("names of columns", (await preview(page)).names, ["text", "label", "constructor"]);
  check("tags of columns", await page.$$eval("#preview .tag", (all) => all.map((tag) => tag.textContent)),
    ["text", "label"]);
  await train(page, '{"epochs": 2, "validation": 0.5}');
  check("labels of the report", await page.$$eval("#results .part th[scope=row] .label", (all) =>
    [...new Set(all.map((one) => one.textContent))].sort()), ["__proto__", "constructor"]);
  await page.click("#label");
  await page.waitForSelector(".outcome .say, .outcome .error");
  check("a row of r.csv is labelled", (await page.textContent(".outcome")).includes("1 row labelled"));
  await page.click("#another");
}

/** The matrix of many labels shows their names in full: some differ at their ends only. */
async function checkLongLabels(page, check) {
  const labels = Array.from("abcdefghij", (letter) => `a_label_${"with_a_long_name_".repeat(3)}${letter}`);
  const rows = labels.flatMap((label, i) => [`number ${i} once,${label}`, `again number ${i},${label}`]);
  await chooseFile(page, "labels.csv", csv("text,label", ...rows));
  await mayTrain(page);
  await train(page);
  check("heads of the matrix that are not cut", await page.$$eval(".matrix thead .label", (all) =>
    all.filter((one) => one.scrollHeight <= one.clientHeight).length), labels.length);
  await page.click("#another");
}

/** Files of which the page says what memory they take, before it loads them. */
async function checkLarge(page, check, work) {
  const row = "where is my parcel and who has it now,delivery\n";
  const large = path.join(work, "large.csv"), huge = path.join(work, "huge.csv");
  writeFileSync(large, `text,label\n${row.repeat(Math.ceil(51e6 / row.length))}`);
  writeFileSync(huge, `text,label\n${row.repeat(50000)}`);
  truncateSync(huge, 3e9); // the rest of it is a hole
  await page.setInputFiles("#chooser", large);
  await page.waitForSelector("#file-message .buttons");
  const said = await page.textContent("#file-message");
  check("large.csv", /has 51 MB. It will take about .* of memory, (of|more than) the .* that this page can/.test(said));
  await page.click('button:has-text("Load the first 100,000 rows")');
  await page.waitForSelector("#label-counts b");
  check("rows that were loaded", await page.textContent("#label-counts b"), "100,000 of 100,000 rows");
  await page.click("#another");
  await page.setInputFiles("#chooser", huge);
  await page.waitForSelector("#file-message .warning");
  check("huge.csv", /“huge.csv” has 3.0 GB. .* more than the .* that this page can have/
    .test(await page.textContent("#file-message")));
}

export async function checkFiles({ browser, check, folder, work }) {
  const { page, complaints } = await browser.open(`file://${folder}/index.html`);
  await checkRefused(page, check);
  await checkNoTraining(page, check);
  await checkOpened(page, check);
  await checkDrop(page, check);
  await checkNames(page, check);
  await checkLongLabels(page, check);
  await checkLarge(page, check, work);
  check("files: complaints", complaints, []);
  await page.context().close();
}

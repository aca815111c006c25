// By keyboard alone, and as axe-core sees it: light, dark, narrow and wide.
import { mayTrain, openExample, stepShown, train } from "./browser.mjs";

const FAST = '{"epochs": 3, "validation": 0.2}';

/** Presses Tab until an element has the focus; a page where it cannot be reached fails by its patience. */
async function tabTo(page, selector) {
  for (let presses = 0; presses < 200; presses++) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return true;
    await page.keyboard.press("Tab");
  }
  return false;
}

const focused = (page) => page.evaluate(() => document.activeElement.id);

export async function checkKeyboard({ browser, check, folder }) {
  const { page, complaints } = await browser.open(`file://${folder}/index.html`);
  const press = async (selector, key = "Enter") => {
    check(`Tab reaches ${selector}`, await tabTo(page, selector));
    await page.keyboard.press(key);
  };
  await press("#try");
  await mayTrain(page);
  check("the focus goes on to the columns", await focused(page), "columns-title");
  await press("#columns .more > summary");
  check("Tab reaches the options", await tabTo(page, "#options"));
  await page.keyboard.type(FAST);
  await press("#train");
  check("the focus goes on to the training", await focused(page), "training-title");
  await stepShown(page, "labels");
  check("Tab reaches the text to try", await tabTo(page, "#sentence"));
  await page.keyboard.type("where is my parcel");
  await page.waitForSelector(".answer .bars button");
  await press(".answer .bars li:nth-child(2) button");
  await page.waitForSelector('.answer .bars li:nth-child(2) button[aria-pressed="true"]');
  check("the focus stays on the label",
    await page.evaluate(() => document.activeElement.matches(".answer .bars button")));
  await press("#label");
  await page.waitForSelector(".labelled tbody tr");
  const saved = page.waitForEvent("download");
  await press(".downloads button");
  check("a download by keyboard", (await saved).suggestedFilename(), "tickets-labelled.csv");
  check("keyboard: complaints", complaints, []);
  await page.context().close();
}

const LOOKS = [["light", 1280], ["dark", 1280], ["light", 360], ["dark", 360], ["light", 1920]];

/** Rules that are broken in each look, each with the first element that breaks it; and pages wider than the window. */
async function checkLooks(page, axe, check, step) {
  for (const [colorScheme, width] of LOOKS) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize({ width, height: 800 });
    const violations = await page.evaluate(async () => (await axe.run()).violations.map(({ id, nodes }) =>
      `${id}: ${nodes[0].html} ${nodes[0].any[0]?.message ?? ""}`));
    check(`${step}, ${colorScheme}, ${width} pixels: axe-core`, violations, []);
    check(`${step}, ${width} pixels: nothing is wider`, await page.evaluate(() =>
      document.documentElement.scrollWidth <= innerWidth));
  }
}

export async function checkAccess({ browser, check, folder }) {
  const { page } = await browser.open(`file://${folder}/index.html`, { bypassCSP: true });
  await page.addScriptTag({ path: browser.axe });
  const look = (step) => checkLooks(page, browser.axe, check, step);
  await look("the beginning");
  await page.setInputFiles("#chooser", { name: "none.csv", mimeType: "text/csv", buffer: Buffer.from("") });
  await page.waitForSelector("#file-message .error");
  await look("an error");
  await openExample(page);
  await train(page, FAST);
  await page.fill("#sentence", "My parcel is at the customs, and my card was charged");
  await page.waitForSelector(".answer mark");
  await page.waitForSelector(".doubts, .later p");
  await page.click("#label");
  await page.waitForSelector(".labelled tbody tr");
  await look("all steps");
  await page.context().close();
}

// Chromium, and a page of it that remembers what it asked for and complained of.
import { createRequire } from "node:module";
import path from "node:path";

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];
const PATIENCE = 120000; // milliseconds, on a busy machine

export class Browser {
  static async launch(build, executablePath) {
    const require = createRequire(path.resolve(build, "page-test", "node_modules", "x"));
    const browser = new Browser();
    browser.axe = require.resolve("axe-core/axe.min.js");
    browser.chromium = await require("playwright-core").chromium.launch({ executablePath, args: FLAGS });
    return browser;
  }

  /** Opens an address in a new page: {page, requests, complaints}. */
  async open(address, options = {}) {
    const context = await this.chromium.newContext({ acceptDownloads: true, reducedMotion: "reduce", ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    const requests = [], complaints = [];
    page.on("request", (request) => /^(blob|data):/.test(request.url()) || requests.push(request.url()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => complaints.push(message.text()));
    await page.goto(address);
    return { page, requests, complaints };
  }

  close() {
    return this.chromium.close();
  }
}

export const stepShown = (page, id) => page.waitForSelector(`#${id}:not([hidden])`);

/** The columns are there, their labels have been counted, and a training may begin. */
export const mayTrain = (page) => page.waitForSelector("#columns:not([hidden]) #train:enabled");

export async function openExample(page) {
  await page.click("#try");
  await mayTrain(page);
}

/** Gives the page a file as if it had been chosen. */
export const chooseFile = (page, name, content) =>
  page.setInputFiles("#chooser", { name, mimeType: "text/csv", buffer: Buffer.from(content) });

export async function train(page, options = "") {
  if (options) {
    await page.click("#columns .more > summary");
    await page.fill("#options", options);
  }
  await page.click("#train");
  await stepShown(page, "labels");
}

export async function download(page, name, folder) {
  const [file] = await Promise.all([page.waitForEvent("download"), page.click(`.downloads button:text-is("${name}")`)]);
  const target = path.join(folder, file.suggestedFilename());
  await file.saveAs(target);
  return target;
}

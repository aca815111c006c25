// node run.mjs BUILD CHROMIUM -- see tests/interop/page.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { checkAccess, checkKeyboard } from "./access.mjs";
import { Browser } from "./browser.mjs";
import { checkFiles } from "./files.mjs";
import { checkFlow, checkReopened, checkScalar, checkStop } from "./flow.mjs";
import { serve } from "./server.mjs";

const [build, chromium] = process.argv.slice(2);
const folder = path.resolve("build", "page");
const work = mkdtempSync(path.join(tmpdir(), "page of classify "));
let passed = 0, failed = 0;

/** Counts one check; `found` is shown where it is not what was expected. */
function check(what, found, expected = true) {
  if (JSON.stringify(found) === JSON.stringify(expected)) {
    passed++;
    return;
  }
  failed++;
  console.log(`  ${what}: ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`);
}

const server = await serve(folder);
const browser = await Browser.launch(build, chromium);
const context = { browser, check, work, build, server, folder };
try {
  await checkFlow(context, `http://localhost:${server.port}/`);
  await checkFlow(context, `file://${folder}/index.html`);
  await checkReopened(context);
  await checkScalar(context);
  await checkStop(context);
  await checkFiles(context);
  await checkKeyboard(context);
  await checkAccess(context);
} catch (error) {
  check(error.stack, "an error");
}
await browser.close();
server.close();
rmSync(work, { recursive: true });

console.log(`\n${passed} passed, ${failed} failed, 0 skipped`);
process.exitCode = failed > 0 ? 1 : 0;

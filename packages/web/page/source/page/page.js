/** The page: five steps, each shown when the one before has what it needs. */
import { byId, message, show } from "./dom.js";
import { Session } from "./session.js";
import { ColumnsStep } from "./steps/columns.js";
import { FileStep } from "./steps/file.js";
import { LabelsStep } from "./steps/labels.js";
import { ResultsStep } from "./steps/results.js";
import { TrainingStep } from "./steps/training.js";

const STEPS = ["columns", "training", "results", "labels"];
const NEW_MODEL = "default"; // the one that classify() takes if none is named
const session = new Session();

/** What steps ask of the page. */
const app = {
  open: (file, choices) => steps.file.open(file, choices),

  /** Back to the beginning, whatever is running. */
  reset() {
    session.interrupt();
    app.hideAfter("file");
    show(byId("file-message"));
    byId("opened").hidden = true;
    byId("file").hidden = false;
    byId("options").value = "";
  },

  hideAfter(step) {
    for (const later of STEPS.slice(STEPS.indexOf(step) + 1)) byId(later).hidden = true;
  },

  shown(step) {
    byId(step).hidden = false;
  },

  /** Shows a step where the keyboard and screen readers are to go on. */
  goTo(step) {
    app.shown(step);
    byId(`${step}-title`).focus({ preventScroll: true });
  },

  async showColumns() {
    await steps.columns.show();
    app.goTo("columns");
    scrollTo(0, 0);
  },

  async train(options) {
    session.model = NEW_MODEL;
    app.hideAfter("columns");
    app.goTo("training");
    const running = app.undisturbed(() => steps.training.run(options));
    byId("training").scrollIntoView();
    await running;
  },

  /** Keeps the columns as they are while something runs that depends on them. */
  async undisturbed(run) {
    byId("columns").inert = true;
    await run();
    byId("columns").inert = false;
  },

  async showResults() {
    const showMore = await steps.results.show();
    await steps.labels.show();
    showMore();
  },
};

const steps = {
  file: new FileStep(session, app), columns: new ColumnsStep(session, app), training: new TrainingStep(session, app),
  results: new ResultsStep(session, app), labels: new LabelsStep(session, app),
};

session.ready().then(
  ({ version }) => show(byId("version"), `sqlite-classify ${version}, in WebAssembly`),
  (error) => show(byId("file-message"), message("error", error.message)),
);

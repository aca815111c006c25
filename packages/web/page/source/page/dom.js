/** Makes elements, without markup in texts: what a file holds is never read as HTML. */

const ABSENT = [null, undefined, false];
const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name.startsWith("--")) element.style.setProperty(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => !ABSENT.includes(child)));
  return element;
}

/** h("p", {class: "note"}, "text", other) is <p class="note">text...</p>; on... listens, --... is a style variable. */
export const h = (name, attributes = {}, ...children) => fill(document.createElement(name), attributes, children);

export const svg = (name, attributes = {}, ...children) =>
  fill(document.createElementNS(SVG, name), attributes, children);

export const byId = (id) => document.getElementById(id);

export function show(element, ...children) {
  element.replaceChildren(...children.flat(Infinity).filter(Boolean));
}

/** A sentence in a box: `kind` is error, warning or note. */
export const message = (kind, ...children) => h("div", { class: `message ${kind}` }, ...children);

/** A label as the file has it, kept apart from the direction of the text around it. */
export const labelText = (label) => h("bdi", { class: "label" }, label === null ? "none" : String(label));

/** A table that scrolls sideways where it is too wide, by keyboard as well. */
export function table(caption, head, rows, className = "") {
  return h("div", { class: `scroll ${className}`, tabindex: 0, role: "region", "aria-label": caption },
    h("table", {}, h("caption", { class: "hidden" }, caption),
      h("thead", {}, h("tr", {}, head)), h("tbody", {}, rows)));
}

export const headCell = (...children) => h("th", { scope: "col" }, ...children);
export const numberHead = (...children) => h("th", { scope: "col", class: "number" }, ...children);
export const rowHead = (...children) => h("th", { scope: "row" }, ...children);
export const cell = (...children) => h("td", {}, ...children);
export const numberCell = (...children) => h("td", { class: "number" }, ...children);

/** A bar of progress; update(share, what it says). */
export function progressBar(label) {
  const filled = h("i");
  const range = { "aria-valuemin": 0, "aria-valuemax": 100 };
  const bar = h("div", { class: "progress", role: "progressbar", "aria-label": label, ...range }, filled);
  const update = (share) => {
    bar.setAttribute("aria-valuenow", Math.round(share * 100));
    filled.style.setProperty("--share", share);
  };
  update(0);
  return { element: bar, update };
}

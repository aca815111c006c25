/* All pages work without this. With it a training is watched without loading the page anew, and a corrected row
** stays where it is.
*/
(() => {
  "use strict";
  const INTERVAL = 1000; // milliseconds
  const PARTS = [".state", ".epochs"]; // of the progress

  /* ---- a training ---- */

  // Only what has changed, so that a screen reader does not read the state again and again.
  function renew(part, fresh) {
    if (part.innerHTML !== fresh.innerHTML) part.innerHTML = fresh.innerHTML;
  }

  async function look(progress) {
    try {
      const answer = await fetch(location.href);
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#progress");
      if (answer.ok && (!fresh || !("watched" in fresh.dataset))) return location.reload();
      if (answer.ok) PARTS.forEach((part) => renew(progress.querySelector(part), fresh.querySelector(part)));
    } catch {
      // Datasette cannot be reached now; perhaps it can be in a second.
    }
    setTimeout(look, INTERVAL, progress);
  }

  const watched = document.querySelector("#progress[data-watched]");
  if (watched) setTimeout(look, INTERVAL, watched);

  /* ---- a correction ---- */

  function say(row, text, role) {
    let note = row.querySelector(".said");
    if (!note) {
      note = document.createElement("p");
      note.className = "said";
      row.querySelector(".more").before(note);
    }
    note.setAttribute("role", role);
    note.textContent = text;
  }

  function written(row, { label, old }) {
    const shown = label === null || label === "" ? "no label" : typeof label === "string" ? label : old;
    row.classList.add("done");
    row.querySelectorAll("[name=old]").forEach((field) => { field.value = old; });
    row.querySelector("[data-label]").textContent = `in the table: ${shown}`;
    say(row, `Written: ${shown}`, "status");
    const next = row.nextElementSibling?.querySelector(".correction button");
    if (next) next.focus();
  }

  async function send(form, button) {
    const row = form.closest("li");
    const data = new URLSearchParams(new FormData(form));
    data.set("new", button.value);
    try {
      const answer = await fetch(form.action, { method: "POST", headers: { Accept: "application/json" }, body: data });
      const said = await answer.json().catch(() => ({ error: `Datasette has refused it (status ${answer.status}).` }));
      if (said.ok) written(row, said);
      else say(row, said.error, "alert");
    } catch {
      say(row, "Datasette did not answer, so it is not known whether the label was written.", "alert");
    }
  }

  document.addEventListener("submit", (event) => {
    if (!event.target.matches(".correction") || !event.submitter) return;
    event.preventDefault();
    send(event.target, event.submitter);
  });
})();

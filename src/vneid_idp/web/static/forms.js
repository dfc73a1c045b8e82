// Forms: what was entered and not sent survives a reload, and a button that is pressed twice acts once. What was sent the
// server keeps (web/drafts.py), with or without this script.

const LIFE = 15 * 60 * 1000;
const PREFIX = "entered ";
const answers = document.getElementById("answers");
const place = PREFIX + location.pathname;
// What is asked, and of whom: what was entered for something else does not come back.
const asked = [location.search, answers?.querySelector("[name=seen]")?.value];
const ticked = (field) => ["checkbox", "radio"].includes(field.type);

// Kept for as long as the tab at most (sessionStorage), and passwords and codes not at all.
function fields() {
  return [...(answers?.elements ?? [])].filter((field) => field.name && field.autocomplete !== "one-time-code"
    && !["hidden", "password", "submit", "button", "file"].includes(field.type));
}

function keep() {
  const entered = fields().map((field) => [field.name, field.value, field.checked ?? null]);
  sessionStorage.setItem(place, JSON.stringify({ at: Date.now(), asked, entered }));
}

function restore() {
  const kept = JSON.parse(sessionStorage.getItem(place) ?? "null");
  if (JSON.stringify(kept?.asked) !== JSON.stringify(asked)) return;
  for (const field of fields()) {
    const found = kept.entered.find(([name, value]) => name === field.name && (!ticked(field) || value === field.value));
    if (found && ticked(field)) field.checked = found[2];
    else if (found) field.value = found[1];
  }
}

for (const key of Object.keys(sessionStorage).filter((each) => each.startsWith(PREFIX))) {
  const { at } = JSON.parse(sessionStorage.getItem(key));
  if (!(Date.now() - at < LIFE)) sessionStorage.removeItem(key);
}
if (answers) {
  restore();
  answers.addEventListener("input", keep);
}

let sent = 0;
addEventListener("submit", (event) => {
  // After a while it may have been lost on the way: then it can be sent again.
  if (Date.now() - sent < 10_000) return event.preventDefault();
  sent = Date.now();
  if (event.target === answers) sessionStorage.removeItem(place);
});
addEventListener("pageshow", () => { sent = 0; });

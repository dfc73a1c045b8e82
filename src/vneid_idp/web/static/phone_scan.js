// Brings what a camera read, which stands after "#" and so is in no log, and forgets it.

const box = document.querySelector("[data-scan]");
const code = location.hash.slice(1);

async function bring() {
  history.replaceState(null, "", location.pathname);
  let answer = {};
  try {
    const response = await fetch(box.dataset.scan, {
      method: "POST",
      headers: { "Accept": "application/json", "Content-Type": "application/json", "X-CSRF-Token": box.dataset.csrf },
      body: JSON.stringify({ code }),
    });
    answer = await response.json();
  } catch {
    // Said below.
  }
  if (answer.next) return location.replace(answer.next);
  const error = box.querySelector("[role=alert]");
  error.textContent = box.dataset[answer.code] ?? box.dataset.failed;
  error.hidden = false;
}

if (code) bring();

// Brings what a camera read, which stands after "#" and so is in no log, and forgets it.

const box = document.querySelector("[data-scan]");

async function bring() {
  const code = location.hash.slice(1);
  if (!code) return;
  history.replaceState(null, "", location.pathname);
  let answer = { code: "offline" };
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

bring();
// A camera may lead to the page that stands open already.
window.addEventListener("hashchange", bring);

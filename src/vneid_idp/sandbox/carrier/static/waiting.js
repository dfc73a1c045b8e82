// A page that waits for an answer in the identity app: it asks every few seconds, and shows the answer when there is one.
// Without this script the page has a button for that.

const place = document.querySelector("[data-waiting]");

async function ask() {
  try {
    const answer = await fetch(place.dataset.waiting);
    if (answer.ok && !(await answer.json()).waiting) return location.reload();
  } catch { /* the next time, perhaps */ }
  setTimeout(ask, 3000);
}

setTimeout(ask, 3000);

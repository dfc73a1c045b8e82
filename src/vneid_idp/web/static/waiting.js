// A page that waits for somebody else's answer: it looks every few seconds, and shows the answer once there is one.
// Without this script the page has a button that looks.

const box = document.querySelector("[data-waiting]");

async function look() {
  let next = 5000;
  try {
    const response = await fetch(box.dataset.waiting, { headers: { "Accept": "application/json" } });
    if (response.status >= 500) next = 15000;
    else if (!response.ok || !(await response.json()).waiting) return location.reload();
  } catch {
    next = 15000;
  }
  setTimeout(look, next);
}

setTimeout(look, 5000);

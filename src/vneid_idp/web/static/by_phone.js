// The page that waits for a phone: it shows each new pattern, and goes on when the phone has answered. Without this script
// the page looks by itself every few seconds, and has a button.

const box = document.querySelector("[data-by-phone]");
let shown = "";

async function look() {
  let next = 1500;
  try {
    const response = await fetch(box.dataset.byPhone, { headers: { "Accept": "application/json" } });
    if (response.status >= 500) next = 10000;
    else if (!response.ok) return location.reload();
    else {
      const answer = await response.json();
      if (answer.state !== box.dataset.state) return location.reload();
      if (answer.pattern && answer.pattern !== shown) {
        box.querySelector("[data-pattern]").innerHTML = answer.pattern;
        box.querySelector("[data-address]")?.setAttribute("href", answer.address);
        shown = answer.pattern;
      }
    }
  } catch {
    next = 10000;
  }
  setTimeout(look, next);
}

if (box.dataset.state === "approved") box.querySelector("button").click();
else setTimeout(look, 1500);

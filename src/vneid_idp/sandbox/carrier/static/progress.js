// A register on its way: its bars are moved by what the office knows, and the page is shown anew when it has been read.
// Without this script the page has a button for that.

const place = document.querySelector("[data-progress]");
const stages = [...place.querySelectorAll("[data-stage]")];

async function look() {
  try {
    const answer = await fetch(place.dataset.progress);
    if (answer.ok) {
      const told = await answer.json();
      if (!told.waiting) return location.reload();
      const now = stages.findIndex((stage) => stage.dataset.stage === told.stage);
      stages.forEach((stage, nth) => {
        stage.querySelector("progress").value = nth < now ? 1 : nth === now ? told.share : 0;
      });
      place.querySelector("[data-rows]").textContent = told.rows;
    }
  } catch { /* the next time, perhaps */ }
  setTimeout(look, 1000);
}

setTimeout(look, 500);

// The app's first page: it shows by itself what comes, and has the browser tell of it while it is closed, if its holder
// wants that. Without this script the page has a button that looks.

const list = document.querySelector("[data-wait]");
const notices = document.querySelector("[data-notices]");
const offline = document.querySelector("[data-offline]");

let failed = 0;

async function wait() {
  let next = 10000;
  try {
    const response = await fetch(list.dataset.wait, { headers: { "Accept": "application/json" } });
    failed = 0;
    offline.hidden = true;
    if (response.ok) {
      const answer = await response.json();
      if (answer.changed) return location.reload();
      next = answer.again_in * 1000;
    } else if (response.status < 500) return location.reload();
  } catch {
    // Once is what leaving the page looks like.
    failed += 1;
    offline.hidden = failed === 1;
    if (failed === 1) next = 2000;
  }
  setTimeout(wait, next);
}

const bytes = (base64url) => Uint8Array.from(atob(base64url.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

async function keep(subscription) {
  const response = await fetch(notices.dataset.path, {
    method: "POST",
    headers: { "Accept": "application/json", "Content-Type": "application/json", "X-CSRF-Token": notices.dataset.csrf },
    body: JSON.stringify({ endpoint: subscription.endpoint }),
  });
  if (!response.ok) throw new Error("not kept");
}

async function offerNotices() {
  if (!("serviceWorker" in navigator)) return;
  const registration = await navigator.serviceWorker.register(notices.dataset.worker, { scope: "/phone" });
  if (!("PushManager" in window)) return;
  const before = await registration.pushManager.getSubscription();
  if (before) return keep(before);
  if (Notification.permission === "denied") return;
  const button = notices.querySelector("button");
  notices.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      const applicationServerKey = bytes(notices.dataset.notices);
      await keep(await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey }));
      notices.hidden = true;
    } catch {
      notices.querySelector("[role=alert]").hidden = false;
      button.disabled = false;
    }
  });
}

// What was answered is said once: a request that comes brings the page again, without it.
history.replaceState(null, "", location.pathname);
setTimeout(wait, 0);
offerNotices().catch(() => {});

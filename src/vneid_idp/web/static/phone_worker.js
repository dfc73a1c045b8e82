// Shows that something waits, and a page of the app where there is no connection. What was pushed is empty: the words
// come from here, in the language of the phone's holder. Kept are those words and that page, and nothing that is anybody's.

const KEPT = "phone-offline";
// As anybody gets it: without cookies, so that asking in this language chooses none for the person.
const asked = (path) => new Request(path + location.search, { credentials: "omit", headers: { "Accept": "text/html, application/json" } });
const OFFLINE = asked("/phone/offline");
const NOTICE = asked("/phone/notice");

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(caches.open(KEPT).then((kept) => kept.addAll([OFFLINE, NOTICE])));
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  if (event.request.mode !== "navigate" || event.request.method !== "GET") return;
  event.respondWith(fetch(event.request).catch(async () => (await caches.match(OFFLINE)) ?? Response.error()));
});

self.addEventListener("push", (event) => event.waitUntil(tell()));

async function tell() {
  const { title, body, icon } = await words();
  await self.registration.showNotification(title, { body, icon, badge: icon, tag: "waiting", renotify: true, data: "/phone" });
}

async function words() {
  try {
    const response = await fetch(NOTICE);
    if (response.ok) return await response.json();
  } catch {
    // Said from what is kept.
  }
  return (await caches.match(NOTICE)).json();
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data));
});

async function open(path) {
  const pages = await self.clients.matchAll({ type: "window" });
  const shown = pages.find((page) => new URL(page.url).pathname === path);
  return shown ? shown.focus() : self.clients.openWindow(path);
}

// Shows that something waits. What was pushed is empty: the words come from here, in the language of the phone's holder.

self.addEventListener("push", (event) => event.waitUntil(tell()));

async function tell() {
  const response = await fetch("/phone/notice", { headers: { "Accept": "application/json" } });
  const { title, body, icon } = await response.json();
  await self.registration.showNotification(title, { body, icon, badge: icon, tag: "waiting", renotify: true, data: "/phone" });
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

// Tells a relying party whether the sign-in here is still the one of its session_state (OpenID Connect Session Management
// 1.0 section 3.2). What is hashed: protocol/session_state.py.

const cookie = document.currentScript.dataset.cookie;

// Only frames of whoever framed us ask. Where the browser does not say who that is, the origin in the hash decides alone.
function parentOrigin() {
  if (location.ancestorOrigins?.length) return location.ancestorOrigins[0];
  return document.referrer ? new URL(document.referrer).origin : null;
}

function browserState() {
  const found = document.cookie.split("; ").find((each) => each.startsWith(`${cookie}=`));
  return found?.slice(cookie.length + 1);
}

async function hash(text) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(digest))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

async function check(message, origin) {
  const [, clientId, state, salt] = /^(\S+) ([\w-]+)\.([\w-]+)$/.exec(message) ?? [];
  const now = browserState();
  // Without our cookie, which a browser may keep from frames, nothing is known: "error" asks nobody to sign in again.
  if (!salt || !now || !crypto.subtle) return "error";
  return (await hash(`${clientId} ${origin} ${now} ${salt}`)) === state ? "unchanged" : "changed";
}

addEventListener("message", async (event) => {
  const expected = parentOrigin();
  if (typeof event.data !== "string" || event.origin === "null" || (expected !== null && event.origin !== expected)) return;
  event.source.postMessage(await check(event.data, event.origin), event.origin);
});

// Passkeys (W3C Web Authentication): sign in with one, or add one. Without this script the pages offer the other ways.

const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const bytes = (base64url) => Uint8Array.from(atob(base64url.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const known = (list) => list.map((each) => ({ ...each, id: bytes(each.id) }));

async function send(box, path, body) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "Accept": "application/json", "Content-Type": "application/json", "X-CSRF-Token": box.dataset.csrf },
    body: JSON.stringify(body),
  }).catch(() => { throw new Error("offline"); });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.code);
  return answer;
}

async function get(options, more) {
  const publicKey = { ...options, challenge: bytes(options.challenge), allowCredentials: known(options.allowCredentials ?? []) };
  const { id, rawId, type, authenticatorAttachment, response } = await navigator.credentials.get({ publicKey, ...more });
  return {
    id, rawId: text(rawId), type, authenticatorAttachment, clientExtensionResults: {},
    response: {
      authenticatorData: text(response.authenticatorData),
      clientDataJSON: text(response.clientDataJSON),
      signature: text(response.signature),
      userHandle: response.userHandle ? text(response.userHandle) : null,
    },
  };
}

async function create(options) {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: known(options.excludeCredentials ?? []),
  };
  const { id, rawId, type, authenticatorAttachment, response } = await navigator.credentials.create({ publicKey });
  return {
    id, rawId: text(rawId), type, authenticatorAttachment, clientExtensionResults: {},
    response: {
      attestationObject: text(response.attestationObject),
      clientDataJSON: text(response.clientDataJSON),
      transports: response.getTransports?.() ?? [],
    },
  };
}

const ceremonies = { get, create };

async function ask(box, more) {
  const { options, sealed } = await send(box, `${box.dataset.path}/options`, {});
  return { sealed, answer: await ceremonies[box.dataset.passkey](options, more) };
}

async function finish(box, { sealed, answer }) {
  const name = box.querySelector("[name=passkey-name]")?.value ?? "";
  const reason = box.querySelector("[name=reason]")?.value;
  const { next } = await send(box, box.dataset.path, { sealed, name, reason, answer: JSON.stringify(answer) });
  sessionStorage.removeItem(`entered ${location.pathname}`); // by forms.js, which knows only of what is sent
  location.assign(next);
}

// Conditional mediation: the browser offers passkeys among what it would fill into the field of the number. Nothing shows
// until the person chooses one, and whatever comes of it, the form and the button stay. A challenge is good for five
// minutes, so another one takes its place before.
const RENEW_AFTER = 240000;
let offer = null;

async function offerInField(box, fail) {
  if (!document.querySelector("input[autocomplete~=webauthn]")) return;
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  for (;;) {
    const renewed = new AbortController();
    offer = renewed;
    const timer = setTimeout(() => renewed.abort(), RENEW_AFTER);
    let chosen;
    try {
      chosen = await ask(box, { mediation: "conditional", signal: renewed.signal });
    } catch (problem) {
      // Nobody asked for anything yet, so nothing is said of what went wrong.
      if (offer === renewed && problem.name === "AbortError") continue;
      return;
    } finally {
      clearTimeout(timer);
    }
    return finish(box, chosen).catch(fail);
  }
}

function withdrawOffer() {
  const withdrawn = offer;
  offer = null;
  withdrawn?.abort();
}

for (const box of document.querySelectorAll("[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  const button = box.querySelector("button");
  const error = box.querySelector("[role=alert]");
  const fail = (problem) => {
    const ours = { NotAllowedError: "cancelled", AbortError: "cancelled", InvalidStateError: "already" }[problem.name];
    error.textContent = box.dataset[ours ?? problem.message] ?? box.dataset.failed;
    error.hidden = false;
    if (problem.message === "account_not_usable") {
      // Who goes back to the service now does so for that, and did not refuse.
      document.querySelector("button[name=leave]")?.setAttribute("value", "account");
    }
  };
  box.hidden = false;
  // Enter in a field makes the passkey: of such a form only the button for the language is sent.
  box.addEventListener("submit", (event) => {
    if (event.submitter?.hasAttribute("formaction")) return;
    event.preventDefault();
    event.stopPropagation();
    button.click();
  });
  button.addEventListener("click", async () => {
    // A browser asks for one passkey at a time.
    withdrawOffer();
    button.disabled = true;
    error.hidden = true;
    try {
      await finish(box, await ask(box));
    } catch (problem) {
      fail(problem);
      button.disabled = false;
      button.focus();
    }
  });
  if (box.dataset.passkey === "get") offerInField(box, fail);
}

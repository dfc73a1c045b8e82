// Passkeys (W3C Web Authentication): sign in with one, or add one. Without this script the pages offer the other ways.

const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const bytes = (base64url) => Uint8Array.from(atob(base64url.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const known = (list) => list.map((each) => ({ ...each, id: bytes(each.id) }));

async function send(box, path, body) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "Accept": "application/json", "Content-Type": "application/json", "X-CSRF-Token": box.dataset.csrf },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.code);
  return answer;
}

async function get(options) {
  const publicKey = { ...options, challenge: bytes(options.challenge), allowCredentials: known(options.allowCredentials ?? []) };
  const { id, rawId, type, response } = await navigator.credentials.get({ publicKey });
  return {
    id, rawId: text(rawId), type, clientExtensionResults: {},
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
  const { id, rawId, type, response } = await navigator.credentials.create({ publicKey });
  return {
    id, rawId: text(rawId), type, clientExtensionResults: {},
    response: {
      attestationObject: text(response.attestationObject),
      clientDataJSON: text(response.clientDataJSON),
      transports: response.getTransports?.() ?? [],
    },
  };
}

const ceremonies = { get, create };

async function run(box) {
  const { options, sealed } = await send(box, `${box.dataset.path}/options`, {});
  const answer = await ceremonies[box.dataset.passkey](options);
  const name = box.querySelector("input")?.value ?? "";
  const reason = box.querySelector("[name=reason]")?.value;
  const { next } = await send(box, box.dataset.path, { sealed, name, reason, answer: JSON.stringify(answer) });
  location.assign(next);
}

for (const box of document.querySelectorAll("[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  const button = box.querySelector("button");
  const error = box.querySelector("[role=alert]");
  box.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    error.hidden = true;
    try {
      await run(box);
    } catch (problem) {
      const ours = { NotAllowedError: "cancelled", AbortError: "cancelled", InvalidStateError: "already" }[problem.name];
      error.textContent = box.dataset[ours ?? problem.message] ?? box.dataset.failed;
      error.hidden = false;
      button.disabled = false;
      button.focus();
      if (problem.message === "account_not_usable") {
        // Who goes back to the service now does so for that, and did not refuse.
        document.querySelector("button[name=leave]")?.setAttribute("value", "account");
      }
    }
  });
}

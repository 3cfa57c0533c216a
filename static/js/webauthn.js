// Keys for signing in (WebAuthn). The server's options are in the form's data; the answer goes back
// in its hidden field. Binary values travel as base64url, see W3C Web Authentication, 5.1.
const toBytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));

const toText = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

const described = (list) => (list || []).map((one) => ({ ...one, id: toBytes(one.id) }));

async function create({ publicKey }) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...publicKey,
      challenge: toBytes(publicKey.challenge),
      user: { ...publicKey.user, id: toBytes(publicKey.user.id) },
      excludeCredentials: described(publicKey.excludeCredentials),
    },
  });
  return packed(made, {
    clientDataJSON: toText(made.response.clientDataJSON),
    attestationObject: toText(made.response.attestationObject),
    transports: made.response.getTransports?.() || [],
  });
}

async function get({ publicKey }) {
  const found = await navigator.credentials.get({
    publicKey: {
      ...publicKey,
      challenge: toBytes(publicKey.challenge),
      allowCredentials: described(publicKey.allowCredentials),
    },
  });
  const { clientDataJSON, authenticatorData, signature, userHandle } = found.response;
  return packed(found, {
    clientDataJSON: toText(clientDataJSON),
    authenticatorData: toText(authenticatorData),
    signature: toText(signature),
    userHandle: userHandle ? toText(userHandle) : null,
  });
}

function packed(credential, response) {
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment || null,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  };
}

const WORDS = {
  NotAllowedError: "Ключът не беше използван навреме или действието беше отказано. Опитайте пак.",
  InvalidStateError: "Този ключ вече е добавен към профила ви.",
  SecurityError: "Браузърът не позволява ключ на този адрес.",
};

for (const form of document.querySelectorAll("form[data-webauthn]")) {
  const button = form.querySelector("[data-webauthn-button]");
  const problem = form.querySelector("[data-problem]");
  if (!window.PublicKeyCredential) {
    problem.textContent = "Този браузър не работи с ключове за сигурност.";
    problem.hidden = false;
    continue;
  }
  button.hidden = false;
  button.addEventListener("click", async () => {
    problem.hidden = true;
    const options = JSON.parse(form.dataset.webauthn);
    try {
      const made = options.creation_options ? create(options.creation_options) : get(options.request_options);
      form.elements.credential.value = JSON.stringify(await made);
      form.submit();
    } catch (error) {
      problem.textContent = WORDS[error.name] || "Ключът не можа да се използва. Опитайте пак.";
      problem.hidden = false;
    }
  });
}

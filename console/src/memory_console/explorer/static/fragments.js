// Asking the server: HTML comes in here and nowhere else, made by its templates, which escape every value.

const policy = globalThis.trustedTypes?.createPolicy('fragments', { createHTML: (html) => html });
const csrfToken = document.querySelector('meta[name="csrf-token"]').content;

/** An answer that is no success: `code` is that of the SDKs' errors, `fragment` says what is wrong. */
export class Refusal extends Error {
  constructor(code, fragment) {
    super(fragment.textContent.trim());
    this.code = code;
    this.fragment = fragment;
  }
}

function parsed(html) {
  const template = document.createElement('template');
  template.innerHTML = policy ? policy.createHTML(html) : html;
  return template.content;
}

async function fragmentOf(response) {
  const text = await response.text();
  if (!response.ok) throw new Refusal('refused', failure(text));
  const refused = response.headers.get('Refused');
  if (refused) throw new Refusal(refused, parsed(text));
  return parsed(text);
}

/** A notice that something went wrong. */
export function failure(message) {
  const fragment = document.createDocumentFragment();
  const notice = document.createElement('div');
  notice.className = 'notice failure';
  notice.textContent = message;
  fragment.append(notice);
  return fragment;
}

async function ask(path, query, options) {
  try {
    return await fetch(`${path}?${new URLSearchParams(query)}`, options);
  } catch {
    throw new Refusal('unavailable', failure('memory-service explore has ended: start it again.'));
  }
}

export async function get(path, query) {
  return fragmentOf(await ask(path, query));
}

export async function post(path, query, body) {
  const headers = { 'X-CSRF-Token': csrfToken };
  return fragmentOf(await ask(path, query, { method: 'POST', headers, body }));
}

// Puts the page together: what happens in one part is told to the others here.

import { Editor } from './editor.js';
import { oneLine } from './escapes.js';
import { get } from './fragments.js';
import { Tree } from './tree.js';
import { Viewer } from './viewer.js';

const byId = (id) => document.getElementById(id);
const main = byId('main');
const welcome = byId('welcome');
const results = byId('results');
const treeElement = byId('tree');
let scope = { service: '', prefix: '' };

function say(text) {
  byId('status').textContent = oneLine(text);
}

function visibility() {
  return document.querySelector('.switch [aria-pressed="true"]').dataset.visibility;
}

function look({ service = '', prefix = '' }) {
  scope = { service, prefix };
  const where = service ? `in ${service}/${prefix}` : 'choose a service to search in';
  byId('scope').replaceChildren(oneLine(where));
  if (prefix) {
    const wider = document.createElement('button');
    wider.type = 'button';
    wider.className = 'link';
    wider.textContent = oneLine(`all of ${service}`);
    wider.addEventListener('click', () => {
      look({ service });
      byId('text').focus();
    });
    byId('scope').append(' · ', wider);
  }
}

let at = history.state?.at ?? 0; // which of the page's own places in the browser's history

function locate(place, { replace = false } = {}) {
  const query = new URLSearchParams(place ?? { visibility: visibility() });
  if (!replace) at += 1;
  history[replace ? 'replaceState' : 'pushState']({ place, at }, '', `/?${query}`);
}

const tree = new Tree(treeElement, (item) => visit(item.dataset), look);
const viewer = new Viewer(main, {
  edit: (place) => openEditor(place),
  removed: (place) => {
    say(`removed ${place.name ?? place.key}`);
    locate(undefined);
    tree.refresh(placed(place));
  },
});
const editor = new Editor(main, {
  stored: (fragment, place) => {
    viewer.show(fragment);
    locate(place);
    say(`stored ${place.name}`);
    tree.refresh(place).then(() => tree.mark(place));
    focusMain();
  },
  cancelled: (place) => {
    if (place) openPlace(place);
    else showWelcome();
  },
});

function focusMain() {
  document.body.dataset.pane = 'value';
  main.focus({ preventScroll: true });
}

function showWelcome() {
  viewer.forget();
  main.replaceChildren(welcome);
  document.body.dataset.pane = 'names';
  tree.mark({});
}

/** Service and name of a place, also of what lies under a key without being a value. */
function placed({ service, name, key }) {
  if (name !== undefined) return { service, name };
  const [, holder, ...rest] = key.split('/');
  return { service: holder, name: rest.join('/') };
}

async function openPlace({ visibility: seen, service, name, key }, { moved = true } = {}) {
  const place = name === undefined ? { key } : { visibility: seen, service, name };
  if (!(await viewer.open(place))) return;
  if (moved) locate(place);
  tree.mark(place);
  const inside = placed(place);
  look({ service: inside.service, prefix: inside.name.slice(0, inside.name.lastIndexOf('/') + 1) });
  focusMain();
}

/** Opens what somebody has chosen, unless they would rather not leave what they have written. */
async function visit(place) {
  if (editor.mayLeave()) await openPlace(place);
}

async function openEditor(query) {
  viewer.forget();
  await editor.open(query);
}

async function openNew() {
  if (!editor.mayLeave()) return;
  await openEditor({ visibility: visibility(), service: scope.service, prefix: scope.prefix });
  document.body.dataset.pane = 'value';
}

async function choose(chosen) {
  for (const button of document.querySelectorAll('.switch [data-visibility]')) {
    button.setAttribute('aria-pressed', String(button.dataset.visibility === chosen));
  }
  look({});
  endSearch();
  await tree.load(chosen);
}

// --- Searching

let asked = 0;

async function search(after = '') {
  const text = byId('text').value;
  if (!text) {
    endSearch();
    return;
  }
  asked += 1;
  const number = asked;
  const query = { visibility: visibility(), ...scope, text, mode: byId('mode').value, after };
  let fragment;
  try {
    fragment = await get('/search', query);
  } catch (refusal) {
    fragment = refusal.fragment;
  }
  if (number !== asked) return; // somebody has typed on meanwhile
  treeElement.hidden = true;
  results.hidden = false;
  if (after) results.querySelector('[data-kind="more"]')?.replaceWith(fragment);
  else results.replaceChildren(fragment);
  say(`${results.querySelectorAll('[data-kind="value"]').length} names found`);
}

function endSearch() {
  asked += 1;
  byId('text').value = '';
  results.hidden = true;
  results.replaceChildren();
  treeElement.hidden = false;
}

let typing;
byId('text').addEventListener('input', () => {
  clearTimeout(typing);
  // Looking through many names is asked for with Enter, not with every letter.
  if (byId('mode').value === 'starts' || !byId('text').value) typing = setTimeout(search, 200);
});
byId('mode').addEventListener('change', () => search());
byId('search').addEventListener('submit', (event) => {
  event.preventDefault();
  clearTimeout(typing);
  search();
});
results.addEventListener('click', (event) => {
  const button = event.target.closest('[data-kind]');
  if (button?.dataset.kind === 'value') visit(button.dataset);
  else if (button) search(button.dataset.after);
});

// --- Themes

const THEMES = ['system', 'light', 'dark'];

function theme() {
  return document.documentElement.dataset.theme ?? 'system';
}

function nameTheme() {
  const chosen = theme();
  byId('theme-name').textContent = chosen[0].toUpperCase() + chosen.slice(1);
  byId('theme').setAttribute('aria-label', `Theme: ${chosen}`);
}

function switchTheme() {
  const next = THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length];
  if (next === 'system') {
    delete document.documentElement.dataset.theme;
    localStorage.removeItem('theme');
  } else {
    document.documentElement.dataset.theme = next;
    localStorage.setItem('theme', next);
  }
  nameTheme();
}

// --- Keys and buttons

const KEYS = {
  '/': () => byId('text').focus(),
  '?': () => byId('keys').showModal(),
  Delete: () => viewer.remove(),
  e: () => viewer.editable && openEditor(viewer.editable),
  n: () => openNew(),
  r: () => viewer.shown && viewer.open(viewer.shown),
  t: () => switchTheme(),
};

document.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && event.ctrlKey && editor.form) {
    event.preventDefault();
    editor.store();
    return;
  }
  if (event.key === 'Escape' && !document.querySelector('dialog[open]')) {
    if (event.target.closest('#search')) {
      endSearch();
      treeElement.querySelector('[tabindex="0"]')?.focus();
    } else if (editor.form) editor.cancel();
    return;
  }
  const typingText = event.target.closest('input, textarea, select, dialog');
  if (typingText || event.ctrlKey || event.altKey || event.metaKey || !KEYS[event.key]) return;
  event.preventDefault();
  KEYS[event.key]();
});
byId('new').addEventListener('click', openNew);
byId('theme').addEventListener('click', switchTheme);
byId('help').addEventListener('click', () => byId('keys').showModal());
byId('back').addEventListener('click', () => { document.body.dataset.pane = 'names'; });
document.querySelector('.switch').addEventListener('click', (event) => {
  const chosen = event.target.dataset.visibility;
  if (chosen && chosen !== visibility()) choose(chosen);
});
addEventListener('beforeunload', (event) => {
  if (editor.isChanged) event.preventDefault();
});
addEventListener('popstate', (event) => {
  const to = event.state?.at ?? 0;
  if (to === at) return; // come back from below
  if (!editor.mayLeave()) {
    history.go(at - to);
    return;
  }
  at = to;
  if (event.state?.place) openPlace(event.state.place, { moved: false });
  else showWelcome();
});

// --- Beginning

nameTheme();
look({});
const here = Object.fromEntries(new URLSearchParams(location.search));
const isPlace = here.name !== undefined || here.key !== undefined;
if (isPlace) {
  locate(here, { replace: true });
  openPlace(here, { moved: false });
}
tree.load(visibility()).then(() => here.name !== undefined && tree.reveal(here));

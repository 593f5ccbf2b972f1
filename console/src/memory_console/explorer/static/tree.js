// The tree of services and names: each folder asks for its names when it is unfolded.

import { get } from './fragments.js';

/** Where an item is: what the server is asked with. */
function place(item) {
  const { visibility, service, prefix } = item.dataset;
  return { visibility, service, prefix };
}

/** The list under a folder. */
function groupOf(item) {
  return item.nextElementSibling;
}

/** The folder that an item is in; none at the top. */
function parentOf(item) {
  const above = item.closest('ul').previousElementSibling;
  return above?.matches('[role="treeitem"]') ? above : undefined;
}

let groups = 0;

export class Tree {
  /**
   * @param {HTMLElement} root The element with role `tree`.
   * @param {(item: HTMLElement) => void} open Opens a value.
   * @param {(place: object) => void} scope Is told which folder is looked at.
   */
  constructor(root, open, scope) {
    this.root = root;
    this.open = open;
    this.scope = scope;
    root.addEventListener('click', (event) => this.#clicked(event));
    root.addEventListener('keydown', (event) => this.#pressed(event));
    root.addEventListener('focusin', (event) => this.#rove(event.target));
  }

  async load(visibility) {
    this.root.setAttribute('aria-busy', 'true');
    this.root.replaceChildren();
    try {
      const fragment = await get('/tree', { visibility });
      this.root.replaceChildren(fragment);
    } catch (refusal) {
      this.root.replaceChildren(problem(refusal));
    }
    this.root.removeAttribute('aria-busy');
    const first = this.root.querySelector('[role="treeitem"]');
    if (first) first.tabIndex = 0;
  }

  /** Marks the item of a value, or of what lies under a key, if it is there. */
  mark({ visibility, service, name, key }) {
    for (const item of this.root.querySelectorAll('[role="treeitem"]')) {
      const same = name === undefined ? key !== undefined && item.dataset.key === key
        : item.dataset.name === name && item.dataset.service === service && item.dataset.visibility === visibility;
      if (same) item.setAttribute('aria-selected', 'true');
      else item.removeAttribute('aria-selected');
    }
  }

  /** Unfolds what leads to a value, as far as it is among the first names of each folder. */
  async reveal(value) {
    const folders = value.name.split('/').slice(0, -1);
    const prefixes = ['', ...folders.map((_, index) => `${folders.slice(0, index + 1).join('/')}/`)];
    for (const prefix of prefixes) {
      const items = [...this.root.querySelectorAll('[data-kind="folder"]')];
      const item = items.find((one) => one.dataset.service === value.service && one.dataset.prefix === prefix);
      if (!item) break;
      await this.unfold(item);
    }
    this.mark(value);
    this.root.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }

  /** Asks again for the names of the folder that holds a name. */
  async refresh({ service, name }) {
    const folders = [...this.root.querySelectorAll('[data-kind="folder"][aria-expanded="true"]')];
    const holders = folders.filter((item) => item.dataset.service === service && name.startsWith(item.dataset.prefix));
    const holder = holders.at(-1);
    if (holder) await this.#fill(holder);
    else if (!this.root.querySelector(`[data-service="${CSS.escape(service)}"]`)) await this.load(this.visibility);
  }

  get visibility() {
    return document.querySelector('[data-visibility][aria-pressed="true"]').dataset.visibility;
  }

  async unfold(item) {
    item.setAttribute('aria-expanded', 'true');
    const group = groupOf(item);
    group.hidden = false;
    if (!group.id) {
      groups += 1;
      group.id = `group-${groups}`;
      item.setAttribute('aria-owns', group.id);
    }
    this.scope(place(item));
    if (!group.childElementCount) await this.#fill(item);
  }

  async #fill(item) {
    const group = groupOf(item);
    item.setAttribute('aria-busy', 'true');
    try {
      group.replaceChildren(await get('/tree', place(item)));
    } catch (refusal) {
      group.replaceChildren(problem(refusal));
    }
    item.removeAttribute('aria-busy');
  }

  #fold(item) {
    item.setAttribute('aria-expanded', 'false');
    groupOf(item).hidden = true;
  }

  async #more(item) {
    item.setAttribute('aria-busy', 'true');
    try {
      const fragment = await get('/tree', { ...place(item), token: item.dataset.token });
      const first = fragment.querySelector('[role="treeitem"]');
      item.parentElement.replaceWith(fragment);
      first?.focus();
    } catch (refusal) {
      item.parentElement.replaceWith(problem(refusal));
    }
  }

  async activate(item) {
    const { kind } = item.dataset;
    if (kind === 'value' || kind === 'object') this.open(item);
    else if (kind === 'more') await this.#more(item);
    else if (kind === 'folder' && item.getAttribute('aria-expanded') === 'true') this.#fold(item);
    else if (kind === 'folder') await this.unfold(item);
  }

  #clicked(event) {
    const item = event.target.closest('[role="treeitem"]');
    if (!item) return;
    item.focus();
    this.activate(item);
  }

  #rove(target) {
    const item = target.closest('[role="treeitem"]');
    if (!item) return;
    for (const other of this.root.querySelectorAll('[tabindex="0"]')) other.tabIndex = -1;
    item.tabIndex = 0;
  }

  #pressed(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const item = event.target.closest('[role="treeitem"]');
    const items = [...this.root.querySelectorAll('[role="treeitem"]')].filter((one) => !one.closest('ul[hidden]'));
    const at = items.indexOf(item);
    const expanded = item?.getAttribute('aria-expanded');
    const steps = {
      ArrowDown: () => items[at + 1]?.focus(),
      ArrowUp: () => items[at - 1]?.focus(),
      Home: () => items[0]?.focus(),
      End: () => items.at(-1)?.focus(),
      Enter: () => this.activate(item),
      ' ': () => this.activate(item),
      ArrowRight: () => {
        if (expanded === 'false') this.unfold(item);
        else if (expanded === 'true') items[at + 1]?.focus();
      },
      ArrowLeft: () => {
        if (expanded === 'true') this.#fold(item);
        else parentOf(item)?.focus();
      },
    };
    const step = item && steps[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    step();
  }
}

function problem(refusal) {
  const item = document.createElement('div');
  item.setAttribute('role', 'treeitem');
  item.tabIndex = -1;
  item.className = 'problem';
  item.textContent = refusal.message;
  const line = document.createElement('li');
  line.setAttribute('role', 'none');
  line.append(item);
  return line;
}

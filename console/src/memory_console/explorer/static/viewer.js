// The right side: a value, and what unfolds in it.

import { oneLine } from './escapes.js';
import { Refusal, get, post } from './fragments.js';

const TICK = 1000;

export class Viewer {
  /**
   * @param {HTMLElement} main Where the value is shown.
   * @param {object} events `edit`, `removed` and `say` are called with what happened.
   */
  constructor(main, events) {
    this.main = main;
    this.events = events;
    this.dialog = document.getElementById('confirm');
    this.turn = 0;
    main.addEventListener('click', (event) => this.#clicked(event));
    // `toggle` does not bubble.
    main.addEventListener('toggle', (event) => this.#unfolded(event.target), true);
    setInterval(() => this.#tick(), TICK);
  }

  /** What is shown: visibility, service, name, version, and the key of what is no value; none if it is nothing. */
  get shown() {
    const article = this.main.querySelector('article.value');
    if (!article) return undefined;
    const { visibility, service, name, version, key } = article.dataset;
    return { visibility, service, name, version, key };
  }

  /** The value that is shown, if it can be edited. */
  get editable() {
    return this.shown?.key === undefined ? this.shown : undefined;
  }

  /** Opens a value, or what lies under a key without being one; returns whether it is shown. */
  async open({ visibility, service, name, key }) {
    this.main.setAttribute('aria-busy', 'true');
    this.turn += 1;
    const { turn } = this;
    let fragment;
    try {
      fragment = name === undefined ? await get('/object', { key }) : await get('/value', { visibility, service, name });
    } catch (refusal) {
      fragment = refusal.fragment;
    }
    if (turn !== this.turn) return false; // something else is shown by now, in which somebody may be writing
    this.show(fragment);
    this.main.removeAttribute('aria-busy');
    return true;
  }

  /** Does not show what is still on its way. */
  forget() {
    this.turn += 1;
    this.main.removeAttribute('aria-busy');
  }

  show(fragment) {
    this.main.replaceChildren(fragment);
    this.main.scrollTop = 0;
    this.#tick();
  }

  async remove() {
    const { shown } = this;
    if (!shown) return;
    const edgeTtl = this.main.querySelector('article').dataset.edgeTtl;
    const whose = shown.name === undefined ? '' : `Of the ${shown.visibility} service ${shown.service}. `;
    document.getElementById('confirm-name').textContent = oneLine(shown.name ?? shown.key);
    document.getElementById('confirm-hint').textContent =
      oneLine(`${whose}Edges may serve their copies for up to ${edgeTtl || 'some'} seconds.`);
    this.dialog.returnValue = 'cancel';
    this.dialog.showModal();
    await new Promise((resolve) => { this.dialog.addEventListener('close', resolve, { once: true }); });
    if (this.dialog.returnValue !== 'remove') return;
    try {
      this.show(await post('/remove', {}, JSON.stringify(shown)));
      this.events.removed(shown);
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      this.main.querySelector('.notice')?.remove();
      this.main.prepend(refusal.fragment);
      if (refusal.code === 'conflict') this.#offerReload();
    }
  }

  #offerReload() {
    const button = document.createElement('button');
    button.type = 'button';
    button.dataset.action = 'reload';
    button.textContent = 'Show what is there now';
    this.main.querySelector('.notice').append(button);
    button.focus();
  }

  async #clicked(event) {
    const button = event.target.closest('[data-action]');
    if (!button) return;
    const { action, path, start } = button.dataset;
    if (action === 'edit') this.events.edit(this.shown);
    else if (action === 'remove') await this.remove();
    else if (action === 'reload') await this.open(this.shown);
    else if (action === 'more') await this.#replace(button, '/nodes', { path, start });
    else if (action === 'whole') await this.#replace(button.closest('.scalar'), '/whole', { path });
  }

  async #unfolded(details) {
    if (!details.open || !('folded' in details.dataset)) return;
    delete details.dataset.folded;
    const children = details.querySelector(':scope > .children');
    const waiting = document.createElement('span');
    children.append(waiting);
    await this.#replace(waiting, '/nodes', { path: details.dataset.path });
  }

  async #replace(element, where, query) {
    element.setAttribute('aria-busy', 'true');
    try {
      element.replaceWith(await get(where, { ...this.shown, ...query }));
    } catch (refusal) {
      element.replaceWith(refusal.fragment);
    }
  }

  #tick() {
    for (const badge of this.main.querySelectorAll('[data-expires].badge')) {
      badge.textContent = left((Number(badge.dataset.expires) - Date.now()) / 1000);
      badge.classList.toggle('over', badge.textContent === 'expired');
    }
  }
}

function left(seconds) {
  if (seconds <= 0) return 'expired';
  const units = [[86_400, 'd'], [3600, 'h'], [60, 'm'], [1, 's']];
  const parts = [];
  let rest = Math.floor(seconds);
  for (const [length, unit] of units) {
    const number = Math.floor(rest / length);
    rest %= length;
    if (number || (unit === 's' && !parts.length)) parts.push(`${number}${unit}`);
    else if (parts.length) break;
  }
  return `${parts.slice(0, 2).join(' ')} left`;
}

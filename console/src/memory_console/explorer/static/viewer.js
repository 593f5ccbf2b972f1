// The right side: a value, and what unfolds in it.

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
    main.addEventListener('click', (event) => this.#clicked(event));
    // `toggle` does not bubble.
    main.addEventListener('toggle', (event) => this.#unfolded(event.target), true);
    setInterval(() => this.#tick(), TICK);
  }

  /** The value that is shown: visibility, service, name, version; none if it is something else. */
  get shown() {
    const article = this.main.querySelector('article.value');
    if (!article) return undefined;
    const { visibility, service, name, version } = article.dataset;
    return { visibility, service, name, version };
  }

  async open({ visibility, service, name }) {
    this.main.setAttribute('aria-busy', 'true');
    try {
      this.show(await get('/value', { visibility, service, name }));
    } catch (refusal) {
      this.show(refusal.fragment);
    }
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
    document.getElementById('confirm-name').textContent = shown.name;
    document.getElementById('confirm-hint').textContent =
      `Of the ${shown.visibility} service ${shown.service}. Edges may serve their copies for up to ${edgeTtl || 'some'} seconds.`;
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

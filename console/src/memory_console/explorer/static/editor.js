// Storing: a form that holds for the version it was opened with.

import { get, post } from './fragments.js';

export class Editor {
  /**
   * @param {HTMLElement} main Where the form is shown.
   * @param {object} events `stored` gets the new value's fragment, `cancelled` the place of the old one.
   */
  constructor(main, events) {
    this.main = main;
    this.events = events;
    main.addEventListener('submit', (event) => {
      event.preventDefault();
      this.store();
    });
    main.addEventListener('click', (event) => this.#clicked(event));
    main.addEventListener('change', (event) => this.#changed(event));
  }

  get form() {
    return this.main.querySelector('#editor');
  }

  /** The place of the value in the form. */
  get place() {
    const { form } = this;
    const { service, name } = form.elements;
    return { visibility: form.dataset.visibility, service: service.value, name: name.value };
  }

  async open(query) {
    try {
      this.main.replaceChildren(await get('/editor', query));
    } catch (refusal) {
      this.main.replaceChildren(refusal.fragment);
      return;
    }
    const { elements } = this.form;
    const empty = [elements.service, elements.name].find((field) => field.type !== 'hidden' && !field.value);
    (empty ?? (elements.name.type === 'hidden' ? elements.text : elements.name)).focus();
    this.saved = this.#state();
  }

  /** Whether something would be lost. */
  get isChanged() {
    return Boolean(this.form) && this.saved !== this.#state();
  }

  #state() {
    return JSON.stringify([...new FormData(this.form)].map(([key, value]) => [key, value.name ?? value]));
  }

  async store() {
    const { form, place } = this;
    if (!form || form.ariaBusy === 'true') return;
    const { type, text, ttl, edge_ttl: edgeTtl, storage_class: storageClass, file } = form.elements;
    const fields = {
      ...place,
      type: type.value,
      version: form.dataset.version,
      expires_at: form.dataset.expires,
      ttl: ttl.value,
      edge_ttl: edgeTtl.value,
      storage_class: storageClass.value,
    };
    form.ariaBusy = 'true';
    try {
      const [chosen] = file.files;
      const answer = chosen
        ? await post('/upload', fields, chosen)
        : await post('/put', {}, JSON.stringify({ ...fields, text: text.value }));
      this.events.stored(answer, place);
    } catch (refusal) {
      form.querySelector('#problem').replaceChildren(refusal.fragment);
      form.querySelector('#problem').scrollIntoView({ block: 'nearest' });
    } finally {
      form.ariaBusy = null;
    }
  }

  /** Asks if something would be lost; the browser's own question is what people know. */
  mayLeave() {
    return !this.isChanged || confirm('Leave what you have written?');
  }

  async cancel() {
    if (!this.mayLeave()) return;
    this.events.cancelled(this.form.dataset.version ? this.place : undefined);
  }

  async #clicked(event) {
    const action = event.target.closest('[data-action]')?.dataset.action;
    if (!this.form || !action) return;
    if (action === 'cancel') await this.cancel();
    else if (action === 'theirs') this.events.cancelled(this.place);
    else if (action === 'overwrite') {
      this.form.dataset.version = event.target.closest('.notice').dataset.version;
      await this.store();
    }
  }

  #changed(event) {
    if (event.target.name !== 'file' || !event.target.files.length) return;
    const { type, text } = this.form.elements;
    const [file] = event.target.files;
    text.disabled = true;
    if (!/\.(json|txt)$/i.test(file.name)) type.value = 'bytes';
    else if (/\.txt$/i.test(file.name)) type.value = 'str';
  }
}

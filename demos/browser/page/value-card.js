/** One value on the page: what it is, how it came here, and a form that puts another. */

const ROWS = 12;
const BY_HAND = /^\s*(?:[[{"]|-?\d|true\s*$|false\s*$|null\s*$)/;

/** What somebody typed, as a value: JSON where it is some, else the text itself. */
export function typed(text) {
  if (BY_HAND.test(text)) {
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  }
  return text;
}

/** A value as a person reads it. */
export function written(value) {
  if (typeof value === 'bigint') {
    return String(value);
  }
  if (value instanceof Uint8Array) {
    return `${value.length} bytes`;
  }
  return JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? String(part) : part));
}

const seconds = (count) => (count === undefined ? '' : `${count} s`);

export class ValueCard {
  #name;
  #element;
  #parts;
  #service;
  #write;
  #watching;

  /** Makes the card of one visibility and name, from the template of the page. */
  constructor(template, { visibility, name, title, hint }) {
    this.#name = name;
    this.#element = template.content.firstElementChild.cloneNode(true);
    const part = (selector) => this.#element.querySelector(selector);
    this.#parts = {
      value: part('output'),
      about: part('small'),
      form: part('form'),
      read: part('[name=read]'),
      watch: part('[name=watch]'),
      failure: part('.failure'),
      rows: part('tbody'),
    };
    this.#element.id = visibility;
    part('h2').textContent = title;
    part('h2').id = `${visibility}-title`;
    this.#element.setAttribute('aria-labelledby', `${visibility}-title`);
    part('.hint').textContent = hint;
    this.#parts.form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#put(typed(this.#parts.form.elements.value.value));
    });
    this.#parts.read.addEventListener('click', () => this.#read());
    this.#parts.watch.addEventListener('change', () => this.#watch());
  }

  get element() {
    return this.#element;
  }

  /** Goes on with another service and write grant: those of new grants. */
  use(service, write) {
    this.#watching?.abort();
    this.#service?.close?.();
    this.#service = service;
    this.#write = write;
    this.#watch();
  }

  #watch() {
    this.#watching?.abort();
    if (!this.#parts.watch.checked || !this.#service) {
      return;
    }
    const watching = new AbortController();
    this.#watching = watching;
    const told = (entry, error) => {
      if (!watching.signal.aborted) {
        this.#show('watch', entry, error);
      }
    };
    this.#service.watch(this.#name, told, { signal: watching.signal });
  }

  async #read() {
    await this.#during(this.#parts.read, async () => {
      this.#show('read', await this.#service.getEntry(this.#name));
    });
  }

  async #put(value) {
    await this.#during(this.#parts.form.querySelector('[type=submit]'), async () => {
      const version = await this.#service.put(this.#name, value, { grant: this.#write });
      this.#parts.failure.textContent = '';
      this.#add({ by: 'put', source: '', age: '', version, value: written(value) });
      this.#parts.form.reset();
    });
  }

  async #during(button, act) {
    button.disabled = true;
    try {
      await act();
    } catch (error) {
      this.#show(button.name || 'put', undefined, error);
    } finally {
      button.disabled = false;
    }
  }

  #show(by, entry, error) {
    const { value, about, failure } = this.#parts;
    if (error) {
      failure.textContent = error.message;
      if (by !== 'put') {
        // What may not be read any more is not shown any longer either.
        value.textContent = '';
        about.textContent = '';
      }
      this.#add({ by, source: '', age: '', version: '', value: error.name, bad: true });
      return;
    }
    failure.textContent = '';
    if (!entry) {
      value.textContent = '';
      about.textContent = 'nothing is stored under this name';
      this.#add({ by, source: '', age: '', version: '', value: 'no value' });
      return;
    }
    const text = written(entry.value);
    value.textContent = text;
    about.textContent = `${entry.type}, from ${entry.source}, ${seconds(entry.age)} old, version ${entry.version}`;
    this.#add({ by, source: entry.source, age: seconds(entry.age), version: entry.version, value: text });
  }

  #add({ by, source, age, version, value, bad = false }) {
    const row = this.#parts.rows.insertRow(0);
    row.setAttribute('role', 'row'); // which rows that are laid out as a grid are no more by themselves
    const time = new Date().toLocaleTimeString([], { hour12: false });
    for (const text of [time, by, source, age, version, value]) {
      const cell = row.insertCell();
      cell.setAttribute('role', 'cell');
      cell.textContent = text;
      cell.title = text;
    }
    row.cells[3].className = 'number';
    row.cells[5].classList.toggle('bad', bad);
    while (this.#parts.rows.rows.length > ROWS) {
      this.#parts.rows.deleteRow(-1);
    }
  }
}

/** The grants of the page: asked for at the start, by hand, and before they end. */

const EARLY = 0.25; // of their life: new ones are asked for with so much of it left

export class Grants {
  #use;
  #parts;
  #ends;
  #asked = 0;
  #asking = false;

  /** Calls `use` with what the function answers, each time. */
  constructor(use, parts) {
    this.#use = use;
    this.#parts = parts;
    parts.renew.addEventListener('click', () => this.ask());
    setInterval(() => this.#tick(), 500);
  }

  /** Asks the function for new grants. */
  async ask() {
    if (this.#asking) {
      return;
    }
    this.#asking = true;
    this.#parts.renew.disabled = true;
    this.#asked = Date.now();
    try {
      const answer = await fetch('grants', { method: 'POST', cache: 'no-store' });
      const told = await answer.json();
      if (!answer.ok) {
        throw new Error(told.error);
      }
      this.#ends = Math.min(told.public.write.expires_at, told.private.write.expires_at);
      this.#parts.failure.textContent = '';
      this.#use(told);
    } catch (error) {
      this.#parts.failure.textContent = `No grants: ${error.message}`;
    } finally {
      this.#asking = false;
      this.#parts.renew.disabled = false;
      this.#tick();
    }
  }

  #tick() {
    if (this.#ends === undefined) {
      return;
    }
    const left = this.#ends - Date.now();
    this.#parts.state.textContent =
      left > 0 ? `They end in ${Math.ceil(left / 1000)} s.` : 'They have ended.';
    const life = this.#ends - this.#asked;
    if (this.#parts.renewing.checked && !document.hidden && left < life * EARLY) {
      this.ask();
    }
  }
}

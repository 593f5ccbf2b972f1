// Mends what the theme leaves out for people who do not see the page, or have no mouse. The search is drawn by a script, in a
// shadow root, and again whenever something changes: so is this.
(() => {
  const NAMES = ['Close the search', 'Show or hide filters'];

  /** @param {Element} label */
  function asButton(label) {
    if (label.getAttribute('role') === 'button') return;
    label.setAttribute('role', 'button');
    label.setAttribute('tabindex', '0');
    label.addEventListener('keydown', (event) => {
      const { key } = /** @type {KeyboardEvent} */ (event);
      if (key !== 'Enter' && key !== ' ') return;
      event.preventDefault();
      /** @type {HTMLElement} */ (label).click();
    });
  }

  /** @param {ShadowRoot} root */
  function mendSearch(root) {
    root.host.setAttribute('role', 'search');
    for (const heading of root.querySelectorAll('h3, h4')) heading.setAttribute('role', 'presentation');
    for (const input of root.querySelectorAll('input')) {
      input.removeAttribute('role'); // a combobox would have to say what it controls
      for (const name of ['aria-autocomplete', 'aria-expanded', 'aria-controls', 'aria-haspopup']) input.removeAttribute(name);
      if (!input.hasAttribute('aria-label')) input.setAttribute('aria-label', 'Search');
    }
    const unnamed = [...root.querySelectorAll('button')].filter((button) => !button.textContent?.trim());
    unnamed.forEach((button, number) => {
      const name = NAMES[number] ?? 'More';
      if (!button.hasAttribute('aria-label')) button.setAttribute('aria-label', name);
    });
    for (const box of root.querySelectorAll('div')) {
      if (box.hasAttribute('tabindex') || !/auto|scroll/.test(getComputedStyle(box).overflowY)) continue;
      box.setAttribute('tabindex', '0');
    }
  }

  /** @type {WeakSet<ShadowRoot>} */
  const known = new WeakSet();

  function mend() {
    for (const label of document.querySelectorAll('label.md-overlay[aria-label]')) label.removeAttribute('aria-label');
    for (const label of document.querySelectorAll('label[for][aria-label]')) asButton(label);
    for (const button of document.querySelectorAll('.md-version__current[aria-label="Select version"]')) {
      button.setAttribute('aria-label', `Select version: ${button.textContent?.trim()}`);
    }
    for (const nav of document.querySelectorAll('.md-nav--primary[aria-label="Navigation"]')) nav.setAttribute('aria-label', 'Pages');
    for (const nav of document.querySelectorAll('nav.md-code__nav')) nav.setAttribute('role', 'presentation');
    for (const box of document.querySelectorAll('.md-typeset__scrollwrap')) {
      if (box.scrollWidth > box.clientWidth) box.setAttribute('tabindex', '0');
    }
    for (const host of document.querySelectorAll('body > div')) {
      const root = host.shadowRoot;
      if (!root || known.has(root)) continue;
      known.add(root);
      mendSearch(root);
      new MutationObserver(() => mendSearch(root)).observe(root, { childList: true, subtree: true });
    }
  }

  new MutationObserver(mend).observe(document.documentElement, { childList: true, subtree: true });
  document.addEventListener('DOMContentLoaded', mend);
})();

/** Works out the formulas of offers.json, which formulas.py has read into trees. */

/** @typedef {number | string | any[]} Tree  a number, a name, or an operation's symbol with its operands */

/** @type {Record<string, (...operands: number[]) => any>} */
const OPERATIONS = {
  '<': (one, other) => one < other,
  '<=': (one, other) => one <= other,
  '>': (one, other) => one > other,
  '>=': (one, other) => one >= other,
  '+': (one, other) => one + other,
  '-': (one, other) => one - other,
  '*': (one, other) => one * other,
  '/': (one, other) => one / other,
  min: Math.min,
  max: Math.max,
  ceil: Math.ceil,
  ratio: (part, whole) => (whole ? part / whole : 0),
};

/** Names and what they mean: numbers, parts of the price list, and quantities worked out once when needed. */
export class Scope {
  /** @param {Record<string, any>} known @param {Record<string, Tree>} quantities */
  constructor(known, quantities) {
    this.known = known;
    this.quantities = quantities;
  }

  /** A scope within this one that knows more. @param {Record<string, any>} more */
  knowing(more) {
    return new Scope({ ...this.known, ...more }, this.quantities);
  }

  /** @param {Tree} tree @returns {any} */
  value(tree) {
    if (Array.isArray(tree)) return OPERATIONS[tree[0]](...tree.slice(1).map((operand) => this.value(operand)));
    return typeof tree === 'string' ? this.meaning(this.filled(tree)) : tree;
  }

  /** Fill in what stands in braces: texts as they are, numbers for people. @param {string} text @returns {string} */
  filled(text) {
    return text.replace(/\{([\w.]+)\}/g, (_, name) => {
      const value = this.meaning(name);
      return typeof value === 'string' ? value : value.toLocaleString('en-US', { maximumFractionDigits: 20 });
    });
  }

  /** @param {string} name @returns {any} */
  meaning(name) {
    if (Object.hasOwn(this.known, name)) return this.known[name];
    if (Object.hasOwn(this.quantities, name)) {
      this.known[name] = this.value(this.quantities[name]);
      return this.known[name];
    }
    const found = name.split('.').reduce((node, step) => node?.[step], /** @type {any} */ (this.known));
    if (found === undefined) throw new Error(`there is no ${name}`);
    return typeof found === 'object' ? found.usd ?? found.value : found;
  }
}

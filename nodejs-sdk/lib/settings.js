'use strict';

const { ConfigurationError } = require('./core/errors.js');

/** What of the environment decides where and how is asked (section 13 of the specification). */
const RELEVANT = /^(AWS_\w+|HOME|USERPROFILE|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|SSL_CERT_FILE|NODE_EXTRA_CA_CERTS|(https?|all|no)_proxy)$/i;

/** The environment and the profile it names, as one (END-10: what is empty is not set). */
class Settings {
  #environment;
  /** @type {import('./shared-files.js').SharedFiles | undefined} */
  #files;

  /** @param {Record<string, string | undefined>} environment */
  constructor(environment) {
    this.#environment = environment;
  }

  /** @param {string} name */
  variable(name) {
    return (Object.hasOwn(this.#environment, name) ? this.#environment[name] : undefined) || undefined;
  }

  /**
   * @param {string[]} names
   * @returns {{name: string, value: string} | undefined} the first that is set
   */
  firstOf(names) {
    for (const name of names) {
      const value = this.variable(name);
      if (value !== undefined) return { name, value };
    }
    return undefined;
  }

  /** AWS's shared files. */
  get files() {
    const { SharedFiles } = require('./shared-files.js');
    return (this.#files ??= new SharedFiles((name) => this.variable(name)));
  }

  /** The profile's settings. */
  get profile() {
    return this.files.profile(this.files.name);
  }

  /**
   * @param {string} name
   * @returns {string | undefined} a text of the profile
   */
  setting(name) {
    const value = this.profile.get(name);
    return typeof value === 'string' ? value || undefined : undefined;
  }

  /**
   * @param {string} variable
   * @param {string} setting
   * @returns {boolean} END-4
   * @throws {ConfigurationError}
   */
  flag(variable, setting) {
    const own = this.variable(variable);
    const value = own ?? this.setting(setting);
    const word = value?.trim().toLowerCase();
    if (word === undefined || word === 'false') return false;
    if (word === 'true') return true;
    throw new ConfigurationError(`${own === undefined ? setting : variable} must be true or false, not ${JSON.stringify(value)}.`);
  }

  /** @returns {{name: string, value: string} | undefined} the platform's Region, and who says so (END-1) */
  get regionGiven() {
    const given = this.firstOf(['AWS_REGION', 'AWS_DEFAULT_REGION']);
    const value = given ? undefined : this.setting('region');
    return given ?? (value === undefined ? undefined : { name: `region of the profile ${this.files.name}`, value });
  }

  /** @returns {Record<string, string | undefined>} the variables that count, for another thread */
  get relevant() {
    return Object.fromEntries(Object.entries(this.#environment).filter(([name]) => RELEVANT.test(name)));
  }
}

module.exports = { Settings };

'use strict';

const { readFileSync } = require('node:fs');
const path = require('node:path');

const { ConfigurationError } = require('./core/errors.js');

/** @typedef {Map<string, string | Map<string, string>>} Settings One section; a setting may have settings of its own. */
/** @typedef {Map<string, Settings>} Sections */

/**
 * The profile of the environment and what belongs to it, from AWS's shared files (END-7).
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
 */
class SharedFiles {
  #config;
  #credentials;

  /** The profile's name. */
  name;

  /**
   * @param {(variable: string) => string | undefined} variable
   * @throws {ConfigurationError} if a file is not of this form, or the profile that was named is in neither
   */
  constructor(variable) {
    const home = variable('HOME') ?? variable('USERPROFILE') ?? require('node:os').homedir();
    const place = (/** @type {string} */ file) => path.join(home, '.aws', file);
    this.#config = readSections('AWS_CONFIG_FILE', expand(variable('AWS_CONFIG_FILE'), home) ?? place('config'));
    this.#credentials = readSections('AWS_SHARED_CREDENTIALS_FILE', expand(variable('AWS_SHARED_CREDENTIALS_FILE'), home) ?? place('credentials'));
    const named = variable('AWS_PROFILE') ?? variable('AWS_DEFAULT_PROFILE');
    this.name = named ?? 'default';
    if (named !== undefined) this.profile(named, 'AWS_PROFILE');
  }

  /**
   * @param {string} name
   * @param {string} [who] names it: then it must be there
   * @returns {Settings} what both files have is taken from that of the credentials
   * @throws {ConfigurationError}
   */
  profile(name, who) {
    const inConfig = this.#config.get(name === 'default' && !this.#config.has('profile default') ? 'default' : `profile ${name}`);
    const inCredentials = this.#credentials.get(name);
    if (who !== undefined && !inConfig && !inCredentials) {
      throw new ConfigurationError(`${who} names the profile ${JSON.stringify(name)}, which is in neither of AWS's shared files.`);
    }
    return new Map([...(inConfig ?? []), ...(inCredentials ?? [])]);
  }

  /**
   * @param {string} name
   * @returns {Settings}
   * @throws {ConfigurationError} if there is no such section
   */
  services(name) {
    const section = this.#config.get(`services ${name}`);
    if (section) return section;
    throw new ConfigurationError(`The profile ${this.name} names services = ${name}, but there is no section [services ${name}].`);
  }
}

/**
 * @param {string | undefined} file
 * @param {string} home
 */
function expand(file, home) {
  return file?.replace(/^~(?=$|[/\\])/, () => home);
}

/**
 * @param {string} variable
 * @param {string} file
 * @returns {Sections} none if there is no such file
 */
function readSections(variable, file) {
  let text;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return new Map();
    throw new ConfigurationError(`The file ${file} (${variable}) cannot be read (${code}).`);
  }
  return parseSections(text, (line) => new ConfigurationError(`Line ${line} of ${file} (${variable}) is not of the form of AWS's shared files.`));
}

/**
 * @param {string} text
 * @param {(line: number) => Error} refusal
 * @returns {Sections}
 */
function parseSections(text, refusal) {
  /** @type {Sections} */
  const sections = new Map();
  /** @type {Settings | undefined} */
  let section;
  /** @type {Map<string, string> | undefined} The one whose own settings may follow, indented. */
  let nested;
  let lastKey = '';
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    if (/^\s*([#;]|$)/.test(line)) continue;
    const [, header] = /^\[([^\]]*)\]\s*([#;].*)?$/.exec(line) ?? [];
    const [, indent = '', key, value = ''] = /^(\s*)([^=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (header !== undefined) {
      const name = header.trim().replace(/\s+/g, ' ').replace(/^(\w[\w-]*) "(.*)"$/, '$1 $2');
      section = sections.get(name) ?? new Map();
      sections.set(name, section);
      nested = undefined;
    } else if (section && indent !== '' && lastKey !== '') {
      // Behind a setting without a value come its own; behind another, its value goes on.
      if (nested && key !== undefined) nested.set(key.toLowerCase(), value);
      else if (nested) throw refusal(index + 1);
      continue;
    } else if (section && key !== undefined && indent === '') {
      nested = value === '' ? new Map() : undefined;
      lastKey = key.toLowerCase();
      section.set(lastKey, nested ?? value.replace(/\s+[#;].*$/, ''));
    } else throw refusal(index + 1);
  }
  return sections;
}

module.exports = { SharedFiles, parseSections };

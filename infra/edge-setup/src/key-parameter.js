'use strict';

// A private key in SSM's Parameter Store. No message of SSM's own is passed on from here: it may quote the value that
// it refuses, and ours end up in logs and in the stack's events.

/**
 * What a parameter holds, as JSON. SDKs read the first two members (KEYS-2 in the specification).
 *
 * @typedef {object} Secret
 * @property {string} [public_key_id] missing until CloudFront has given one
 * @property {string} private_key PEM
 * @property {string} made_for what the public key is named after, which tells stacks apart
 * @property {number} [since] Unix time in seconds: when SDKs were given this key to sign with
 */

/**
 * Stores a secret under a name where there is none yet. Of several calls at the same time one stores its secret, and
 * all return that.
 *
 * @param {import('./cloud').Cloud['ssm']} ssm
 * @param {string} name
 * @param {Secret} secret
 * @param {string} stack what `made_for` begins with in all secrets of the stack
 * @returns {Promise<Secret>} what the parameter holds now
 * @throws {Error}
 */
async function create(ssm, name, secret, stack) {
  if (await put(ssm, name, secret, false)) return secret;
  const found = await read(ssm, name);
  if (found?.made_for?.startsWith(stack)) return found;
  await put(ssm, name, secret, true); // a former stack of the same name has left it, and others may know it
  return secret;
}

/**
 * @param {import('./cloud').Cloud['ssm']} ssm
 * @param {string} name
 * @param {Secret} secret
 * @returns {Promise<void>}
 * @throws {Error}
 */
async function replace(ssm, name, secret) {
  await put(ssm, name, secret, true);
}

/**
 * @param {import('./cloud').Cloud['ssm']} ssm
 * @param {string} name
 * @returns {Promise<Secret | undefined>} undefined if there is no such parameter, or no key in it
 * @throws {Error}
 */
async function read(ssm, name) {
  try {
    const { Parameter } = await ssm.getParameter({ Name: name, WithDecryption: true });
    return parse(Parameter.Value);
  } catch (/** @type {any} */ error) {
    if (error.name === 'ParameterNotFound') return undefined;
    // eslint-disable-next-line preserve-caught-error -- it may quote the value
    throw new Error(`the private key could not be read from the parameter ${name}: ${error.name}`);
  }
}

/**
 * Removes the parameter, if it is there.
 *
 * @param {import('./cloud').Cloud['ssm']} ssm
 * @param {string} name
 * @returns {Promise<void>}
 */
async function remove(ssm, name) {
  try {
    await ssm.deleteParameter({ Name: name });
  } catch (/** @type {any} */ error) {
    if (error.name !== 'ParameterNotFound') throw error;
  }
}

/**
 * @param {import('./cloud').Cloud['ssm']} ssm
 * @param {string} name
 * @param {Secret} secret
 * @param {boolean} overwrite
 * @returns {Promise<boolean>} false if the parameter exists and may not be overwritten
 */
async function put(ssm, name, secret, overwrite) {
  try {
    const Value = JSON.stringify(secret);
    await ssm.putParameter({ Name: name, Type: 'SecureString', Overwrite: overwrite, Value });
    return true;
  } catch (/** @type {any} */ error) {
    if (error.name === 'ParameterAlreadyExists') return false;
    // eslint-disable-next-line preserve-caught-error -- it may quote the value
    throw new Error(`the private key could not be stored in the parameter ${name}: ${error.name}`);
  }
}

/**
 * @param {string} text
 * @returns {Secret | undefined}
 */
function parse(text) {
  try {
    const found = JSON.parse(text);
    return typeof found?.private_key === 'string' ? found : undefined;
  } catch {
    return undefined;
  }
}

module.exports = { create, read, remove, replace };

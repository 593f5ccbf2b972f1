'use strict';

const { existsSync } = require('node:fs');
const path = require('node:path');

/**
 * What the worker runs: a text, so that a bundler has no file to lose. In a clone it is the file itself, which is what was
 * written last.
 *
 * @returns {{source: string, isText: boolean}}
 */
function workerEntry() {
  // A bundle has another name, and in the format of ES modules none.
  const isFile = typeof __filename === 'string' && path.basename(__filename) === 'worker-entry.js';
  if (isFile && existsSync(path.join(__dirname, '..', 'build.mjs'))) return { source: path.join(__dirname, 'worker.js'), isText: false };
  return { source: require('./worker-source.js'), isText: true };
}

module.exports = { workerEntry };

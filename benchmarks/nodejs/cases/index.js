'use strict';

/** Every case by name, each made by a function that sets it up and looks at its first result. @type {Record<string, import('./case.js').Make>} */
const CASES = {
  ...require('./edge.js').CASES,
  ...require('./hits.js').CASES,
  ...require('./puts.js').CASES,
  ...require('./many.js').CASES,
  ...require('./codec.js').CASES,
  ...require('./growth.js').CASES,
};

module.exports = { CASES };

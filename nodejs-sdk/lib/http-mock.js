'use strict';

/** Where the interceptors of nock and msw keep what they have replaced. */
const MARK = Symbol.for('client-request-interceptor');

/** @returns {boolean} whether a test has put something in the place of this thread's HTTP, which no other thread sees: nock and msw leave this mark */
function isHttpMocked() {
  return Reflect.get(globalThis, MARK) !== undefined;
}

module.exports = { isHttpMocked };

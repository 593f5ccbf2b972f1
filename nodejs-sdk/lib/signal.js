'use strict';

/** The cells of the memory that a SyncWorker and its thread share: a count of answers (the first: it has started), and whether the worker has ended. */
module.exports = { TURN: 0, GONE: 1 };

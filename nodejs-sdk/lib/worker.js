'use strict';

// The other end of `syncWorker.js`. The build bundles this file into the text that `worker-source.js` exports.

const { workerData } = require('node:worker_threads');

const { EffectHandler } = require('./effect-handler.js');
const { TURN, GONE } = require('./signal.js');

/** @type {{port: import('node:worker_threads').MessagePort, signal: Int32Array}} */
const { port, signal } = workerData;
const effectHandler = new EffectHandler();

const moveOn = () => {
  Atomics.add(signal, TURN, 1);
  Atomics.notify(signal, TURN);
};

port.on('message', async ({ id, effect, budget }) => {
  port.postMessage({ id, outcome: await effectHandler.perform(effect, budget) });
  moveOn();
});

process.on('exit', () => {
  Atomics.store(signal, GONE, 1);
  moveOn();
});

require('node:https'); // what every read wants: it is loaded while the syncWorker waits for this
moveOn();

'use strict';

// The other end of `sync-worker.js`. A package has this file and what it requires as the text of `worker-source.js`.

const { workerData } = require('node:worker_threads');

const { EffectHandler } = require('./effect-handler.js');
const { TURN, GONE } = require('./signal.js');

/** @type {{port: import('node:worker_threads').MessagePort, signal: Int32Array, isTls: boolean}} */
const { port, signal, isTls } = workerData;
const effectHandler = new EffectHandler();

const moveOn = () => {
  Atomics.add(signal, TURN, 1);
  Atomics.notify(signal, TURN);
};

port.on('message', async ({ id, effect, budget }) => {
  port.postMessage({ id, outcome: await ('deeds' in effect ? effectHandler.performAll(effect) : effectHandler.perform(effect, budget)) });
  moveOn();
});

process.on('exit', () => {
  Atomics.store(signal, GONE, 1);
  moveOn();
});

effectHandler.prepare(isTls); // what every read wants: it is loaded while the other thread loads the rest
moveOn();

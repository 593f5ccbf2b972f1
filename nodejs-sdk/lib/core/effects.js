'use strict';

/**
 * What this SDK does is written once, as generators: they yield an effect and are resumed with its outcome. One driver
 * awaits the outcome, the other blocks for it, and nothing else differs between `getAsync` and `get`.
 */

/**
 * @typedef {object} Request
 * @property {'GET' | 'PUT' | 'POST' | 'DELETE'} method
 * @property {string} url Where to connect, and what to ask for.
 * @property {Record<string, string>} headers in lower case
 * @property {Uint8Array | undefined} [body]
 * @property {number} maxBytes How much of the response's body to read.
 * @property {Route | undefined} [route] A proxy, or authorities of the environment's choice.
 * @property {number} [end] Unix time in milliseconds after which nothing more of it may be sent, not by the kernel either (CHG-13).
 * @property {boolean} [isSentOnce] whether it never goes out a second time as it is (CTAG-14)
 * @property {boolean} [isLong] whether its answer may take the whole time, without a sign of life (TIME-2)
 * @property {number} [reserve] The share of the call's whole time that must be left when this ends (TIME-3).
 */

/**
 * @typedef {object} Response
 * @property {number} status
 * @property {Record<string, string | undefined>} headers Those that somebody reads, by their names in lower case.
 * @property {Uint8Array} body
 * @property {boolean} cut whether the body goes on beyond `maxBytes`
 * @property {boolean} [isResent] whether this answers a second sending: what became of the first nobody knows
 */

/**
 * What became of a request that was not answered (WRITE-1): no connection was made; the other side ended it; this side
 * gave up waiting; or there was an answer that is no HTTP.
 *
 * @typedef {'unsent' | 'ended' | 'under way' | 'garbled'} Fate
 */

/** @typedef {{failure: {code: string, message: string, fate?: Fate}, isResent?: boolean}} Failure No response; nothing here is thrown. */

/** @typedef {{hostname: string, port: number, authorization: string | undefined}} Proxy */
/** @typedef {{files: string[]}} Authorities PEM files with all that are trusted. */

/**
 * How a connection is made, where the environment has a say in it (section 13.2 of the specification).
 *
 * @typedef {object} Route
 * @property {string} id Equal for routes that may share connections.
 * @property {Proxy | undefined} proxy
 * @property {Authorities | undefined} authorities undefined for the platform's own
 */

/**
 * Who signs, where the environment has no keys: see `credential-chain.js`.
 *
 * @typedef {object} CredentialsRequest
 * @property {Record<string, string | undefined>} environment
 * @property {string[]} places Folders in which the AWS SDK is looked for.
 * @property {number} [reserve]
 */

/** @typedef {{provider: string, reserve?: number}} ProviderRequest The file of the AWS SDK's credential provider. */
/** @typedef {{pause: number, reserve?: number}} Pause Milliseconds to wait. */

/**
 * @typedef {object} Credentials
 * @property {string} accessKeyId
 * @property {string} secretAccessKey
 * @property {string | undefined} [sessionToken]
 * @property {Date | undefined} [expiration]
 */

/** @typedef {{settled: Promise<boolean>, reserve?: number}} Wait For what another program does; one that blocks is told that it is alone. */

/**
 * Several deeds that are done at the same time, each in as many milliseconds.
 *
 * @typedef {{deeds: {deed: Deed, budget: number}[], reserve?: number}} Deeds
 */

/** @typedef {{programs: Program<any>[], reserve?: number}} Fork What runs at the same time; its outcome is an {@link Ended} of each. */
/** @typedef {{result: any} | {error: unknown}} Ended */

/** @typedef {Request | CredentialsRequest | ProviderRequest | Pause} Deed What is done elsewhere: in a worker, or by a double. */
/** @typedef {{settled: boolean} | {isAlone: true}} Waited */
/** @typedef {Deed | Wait} Step What is done for one program. */
/** @typedef {Step | Fork} Effect */
/** @typedef {Response | Failure | {credentials: Credentials} | {paused: true}} Outcome */
/** @typedef {{step: Step, left: number}} Task with the milliseconds that it may take */

/**
 * @template T
 * @typedef {Generator<Effect, T, any>} Program
 */

/** @typedef {(milliseconds: number) => Promise<void>} Sleep */

/**
 * Runs programs, each within milliseconds.
 *
 * @typedef {object} Runner
 * @property {<T>(program: Program<T>, budget: number, sleep?: Sleep) => Promise<T>} run
 * @property {<T>(program: Program<T>, budget: number) => T} runSync
 */

/** @type {Failure} */
const TOO_LATE = { failure: { code: 'timeout', message: 'the time of the call has ended', fate: 'unsent' } };

/** @type {{paused: true}} */
const PAUSED = { paused: true };

/**
 * @template T
 * @param {Program<T>} program
 * @param {(step: Step, budget: number) => Promise<Outcome | Waited>} perform
 * @param {number} budget milliseconds for all effects together
 * @param {number} [deadline] of `performance.now()`
 * @returns {Promise<T>}
 */
async function runAsync(program, perform, budget, deadline = performance.now() + budget) {
  let step = program.next();
  while (!step.done) {
    const effect = step.value;
    const end = deadline - reserveOf(effect, budget);
    if ('programs' in effect) {
      step = program.next(await Promise.all(effect.programs.map((one) => ended(runAsync(one, perform, budget, end)))));
    } else {
      const left = end - performance.now();
      step = program.next(left > 0 ? await perform(effect, left) : TOO_LATE);
    }
  }
  return step.value;
}

/**
 * @param {Promise<any>} outcome
 * @returns {Promise<Ended>}
 */
async function ended(outcome) {
  try {
    return { result: await outcome };
  } catch (error) {
    return { error };
  }
}

/**
 * @template T
 * @param {Program<T>} program
 * @param {(tasks: Task[]) => (Outcome | Waited)[]} perform Does all of them at the same time.
 * @param {number} budget milliseconds for all effects together
 * @returns {T}
 */
function runSync(program, perform, budget) {
  const [end] = runInStep([program], perform, budget, performance.now() + budget);
  return /** @type {T} */ (resultOf(/** @type {Ended} */ (end)));
}

/**
 * Run programs so that what they wait for next is done for all of them together, as often as one of them waits.
 *
 * @param {Program<any>[]} programs
 * @param {(tasks: Task[]) => (Outcome | Waited)[]} perform
 * @param {number} budget milliseconds
 * @param {number} deadline of `performance.now()`
 * @returns {Ended[]}
 */
function runInStep(programs, perform, budget, deadline) {
  /** @type {Ended[]} */
  const ends = [];
  /** @type {Map<number, Effect>} What each waits for. */
  const waiting = new Map();
  const go = (/** @type {number} */ at, /** @type {unknown} */ outcome) => {
    waiting.delete(at);
    try {
      const step = /** @type {Program<any>} */ (programs[at]).next(outcome);
      if (step.done) ends[at] = { result: step.value };
      else waiting.set(at, step.value);
    } catch (error) {
      ends[at] = { error };
    }
  };
  programs.forEach((_, at) => go(at, undefined));
  while (waiting.size > 0) {
    /** @type {(Task & {at: number})[]} */
    const tasks = [];
    for (const [at, effect] of [...waiting]) {
      const end = deadline - reserveOf(effect, budget);
      const left = end - performance.now();
      if ('programs' in effect) go(at, runInStep(effect.programs, perform, budget, end));
      else if (left > 0) tasks.push({ at, step: effect, left });
      else go(at, TOO_LATE);
    }
    const outcomes = tasks.length > 0 ? perform(tasks) : [];
    tasks.forEach(({ at }, index) => go(at, outcomes[index]));
  }
  return ends;
}

/**
 * @param {Ended} end
 * @returns {unknown}
 */
function resultOf(end) {
  if ('error' in end) throw end.error;
  return end.result;
}

/**
 * Run programs at the same time: those of one that blocks in as many rounds as the longest of them takes.
 *
 * @template T
 * @param {Program<T>[]} programs
 * @returns {Program<T[]>} what each has returned
 * @throws {unknown} what the first of them has thrown that failed, when all have ended
 */
function* together(programs) {
  const [first] = programs;
  if (first && programs.length === 1) return [yield* first];
  /** @type {Ended[]} */
  const ends = yield { programs };
  return /** @type {T[]} */ (ends.map(resultOf));
}

/**
 * @param {Effect} effect
 * @param {number} budget milliseconds
 */
function reserveOf({ reserve }, budget) {
  return reserve === undefined ? 0 : reserve * budget;
}

/**
 * Let a program end its effects in a share of the call's time: the rest is kept for what comes after (TIME-3).
 *
 * @template T
 * @param {number} share
 * @param {Program<T>} program
 * @returns {Program<T>}
 */
function* withinShare(share, program) {
  let step = program.next();
  while (!step.done) {
    step.value.reserve = 1 - share;
    step = program.next(yield step.value);
  }
  return step.value;
}

module.exports = { PAUSED, TOO_LATE, runAsync, runSync, together, withinShare };

'use strict';

const { Edge } = require('./edge.js');
const { SingleFlight } = require('./single-flight.js');
const { Local } = require('./local.js');
const { CoalescingReader } = require('./coalescing-reader.js');
const { Reader } = require('./reader.js');
const { Session } = require('./session.js');
const { Stats } = require('./stats.js');

/**
 * What a test may replace: the clock, in Unix milliseconds; a random number from 0 up to 1; a wait of milliseconds.
 *
 * @typedef {{clock: () => number, random: () => number, sleep: (milliseconds: number) => Promise<void>}} Seams
 */

/** The parts of one object and how they are joined. What only some calls need is loaded when it is needed. */
class Components {
  #config;
  #service;
  #seams;
  /** @type {import('./credentials.js').Identity | undefined} */
  #identity;
  /** @type {import('./origin.js').Origin | undefined} */
  #origin;
  /** @type {import('./store.js').Store | undefined} */
  #store;
  /** @type {import('./writer.js').Writer | undefined} */
  #writer;
  /** @type {import('./conditional.js').ConditionalWriter | undefined} */
  #conditional;
  /** @type {import('./updates.js').Updates | undefined} */
  #updates;
  /** @type {import('./invalidation.js').Invalidation | undefined} */
  #invalidation;

  /**
   * @param {import('./config.js').Config} config
   * @param {string} service
   * @param {Seams} seams
   * @param {import('./log.js').Log} log
   * @throws {import('./errors.js').ConfigurationError} if the service is private and its key is of no use
   */
  constructor(config, service, seams, log) {
    const { clock } = seams;
    this.#config = config;
    this.#service = service;
    this.#seams = seams;
    this.edge = new Edge(config, service, clock);
    this.session = new Session(clock);
    this.local = new Local(config);
    this.singleFlight = new SingleFlight();
    this.stats = new Stats();
    this.reader = new Reader(config, this, clock, log);
    this.coalescingReader = new CoalescingReader(this, config.deadline * 1000);
  }

  /** Who asks S3 and CloudFront's API. */
  get identity() {
    const { identityOf } = require('./credentials.js');
    return (this.#identity ??= identityOf(this.#config, this.#service, this.#seams.clock));
  }

  get origin() {
    const { Origin } = require('./origin.js');
    return (this.#origin ??= new Origin(this.#config, this.identity, this.#seams.clock));
  }

  get store() {
    const { Store } = require('./store.js');
    return (this.#store ??= new Store(this.#config, this.identity));
  }

  get writer() {
    const { Writer } = require('./writer.js');
    return (this.#writer ??= new Writer(this.#config, this, this.#seams.clock));
  }

  /** Load what only some calls need (CFG-6). */
  preload() {
    require('./aws.js').loadSigner();
    void [this.origin, this.writer, this.conditional, this.updates];
  }

  get conditional() {
    const { ConditionalWriter } = require('./conditional.js');
    return (this.#conditional ??= new ConditionalWriter(this, this.#seams));
  }

  get updates() {
    const { Updates } = require('./updates.js');
    return (this.#updates ??= new Updates(this, this.#seams));
  }

  get invalidation() {
    const { Invalidation } = require('./invalidation.js');
    return (this.#invalidation ??= new Invalidation(this.#config, this.identity));
  }

  /**
   * @param {{prefix: string} | {name: string}} what
   * @param {string} path of URLs that it opens: one, or what all begin with and a `*`
   * @param {number} ttl seconds
   * @returns {import('./effects.js').Program<import('./grant.js').Grant>}
   */
  *grant(what, path, ttl) {
    const { Grant } = require('./grant.js');
    const expires = Math.floor(this.#seams.clock() / 1000) + ttl;
    const signer = /** @type {import('./signing.js').Signer} */ (this.edge.signer);
    const query = yield* signer.queryFor(path, expires);
    return new Grant({ distribution: this.#config.distribution.host, service: this.#service, ...what }, expires, query);
  }
}

module.exports = { Components };

'use strict';

const { AwsClient } = require('./aws.js');
const { Circuit } = require('./core/circuit.js');
const { CoalescingReader } = require('./core/coalescing-reader.js');
const { Edge } = require('./core/edge.js');
const { Local } = require('./core/local.js');
const { placeOf } = require('./core/names.js');
const { Origin } = require('./core/origin.js');
const { FREE, Permit } = require('./core/permit.js');
const { Reader } = require('./core/reader.js');
const { Session } = require('./core/session.js');
const { SingleFlight } = require('./core/single-flight.js');
const { Stats } = require('./core/stats.js');
const { Store } = require('./core/store.js');
const { TagReader } = require('./core/tag-reader.js');
const { Writer } = require('./core/writer.js');
const { credentials } = require('./credential-source.js');
const { Endpoints } = require('./endpoints.js');

/** @typedef {import('./core/platform.js').Seams} Seams */

/** The parts of one object and how they are joined. What only some calls need is loaded when it is needed. */
class Components {
  #config;
  #service;
  #place;
  #seams;
  #client;
  #budget;
  /** @type {import('./core/announcer.js').Announcer | undefined} */
  #announcer;
  /** @type {import('./core/change-reader.js').ChangeReader | undefined} With a change record. */
  changeReader;
  /** @type {import('./core/conditional.js').ConditionalWriter | undefined} */
  #conditional;
  /** @type {import('./core/tag-writer.js').TagWriter | undefined} */
  #tagWriter;
  /** @type {import('./updates.js').Updates | undefined} */
  #updates;
  /** @type {import('./invalidation.js').Invalidation | undefined} */
  #invalidation;

  /**
   * @param {import('./core/config.js').Config} config
   * @param {string} service
   * @param {import('./settings.js').Settings} settings
   * @param {Seams} seams
   * @param {import('./core/log.js').Log} log
   * @throws {import('./core/errors.js').ConfigurationError} if the service is private and its key is of no use, or the environment
   *   says what is not followed
   */
  constructor(config, service, settings, seams, log) {
    const { clock, random, sleep } = seams;
    const endpoints = new Endpoints(settings);
    const own = new AwsClient(endpoints, () => credentials(settings, clock), random);
    this.#config = config;
    this.#service = service;
    this.#seams = seams;
    this.#client = config.roleArn === undefined ? own : this.#assume(config.roleArn, own);
    this.#budget = config.deadline * 1000;
    this.#place = placeOf(service, config);
    this.edge = new Edge(config, clock, { route: endpoints.routes.to(config.edge), signer: this.#signerFor(own) });
    this.origin = new Origin(config, this.#client, clock);
    this.store = new Store(config, this.#client);
    this.session = new Session(clock);
    this.local = new Local(config);
    this.singleFlight = new SingleFlight();
    this.stats = new Stats();
    this.circuit = new Circuit(clock);
    this.tagReader = new TagReader(config, this.#place, this, clock);
    if (config.changes) this.#watch(log);
    this.reader = new Reader(config, this, clock, log);
    this.coalescingReader = new CoalescingReader(this, { budget: this.#budget, failover: config.failover, sleep, clock });
    this.writer = new Writer(config, this, clock);
  }

  /**
   * @param {AwsClient} client What a key behind an ARN is read with.
   * @returns {import('./signing.js').Signer | undefined} of a private service
   */
  #signerFor(client) {
    if (this.#config.visibility === 'public') return undefined;
    const { Signer } = require('./signing.js'); // here, because public services need none of it
    return new Signer(this.#config, this.#place, this.#seams.clock, () => client);
  }

  /**
   * Keep the change record (section 14).
   *
   * @param {import('./core/log.js').Log} log
   */
  #watch(log) {
    const { Announcer } = require('./core/announcer.js'); // here, because most services have none
    const { ChangeReader } = require('./core/change-reader.js');
    const { clock, random } = this.#seams;
    this.changeReader = new ChangeReader(this.#config, this.#place, this, clock, log);
    this.#announcer = new Announcer(this.#config, this.#place, this, random);
  }

  /**
   * @param {import('./core/conditional.js').Run} run
   * @param {string[]} [names] all, unless given
   * @returns {import('./core/permit.js').Permission} for one call that writes them
   */
  permit(run, names) {
    return this.#announcer ? new Permit(this.#announcer, run, names) : FREE;
  }

  get conditional() {
    const { ConditionalWriter } = require('./core/conditional.js');
    return (this.#conditional ??= new ConditionalWriter(this, this.#seams, this.#budget));
  }

  get tagWriter() {
    const { TagWriter } = require('./core/tag-writer.js');
    return (this.#tagWriter ??= new TagWriter(this.#config, this, this.#seams));
  }

  get updates() {
    const { Updates } = require('./updates.js');
    return (this.#updates ??= new Updates(this, this.#seams));
  }

  get invalidation() {
    const { Invalidation } = require('./invalidation.js');
    return (this.#invalidation ??= new Invalidation(this.#config, this.#client));
  }

  /**
   * @param {string} arn
   * @param {AwsClient} own
   * @returns {AwsClient} which asks as that role (ROLE-1)
   */
  #assume(arn, own) {
    const { Role } = require('./role.js'); // here, because most have none
    const { clock, random } = this.#seams;
    const role = Role.at(arn, this.#service, own.endpoints.regionOfRoles(this.#config.region));
    return new AwsClient(own.endpoints, () => role.credentials(clock, own), random);
  }

  /**
   * @param {{prefix: string} | {name: string}} what
   * @param {string} path of URLs that it opens: one, or what all begin with and a `*`
   * @param {number} ttl seconds
   * @returns {import('./core/effects.js').Program<import('./core/grant.js').Grant>}
   */
  *grant(what, path, ttl) {
    const { Grant } = require('./core/grant.js');
    const expires = Math.floor(this.#seams.clock() / 1000) + ttl;
    const signer = /** @type {import('./core/edge.js').Signer} */ (this.edge.signer);
    const query = yield* signer.queryFor(path, expires);
    return new Grant({ distribution: this.#config.distribution.host, service: this.#place, ...what }, expires, query);
  }

  /**
   * @param {import('./core/conditional.js').Run} run
   * @param {import('./write-grant.js').Terms} terms
   * @returns {Promise<import('./write-grant.js').WriteGrant>} which is announced, where that has to be (CHG-21)
   */
  async writeGrant(run, terms) {
    const { signWriteGrant } = require('./write-grant.js');
    const { present } = require('./core/aws-clock.js');
    const endpoint = this.#client.endpoints.bucket(this.#config.bucket, this.#config.region);
    const keys = await run(this.#client.credentials());
    const tagging = await this.tagWriter.take(run, terms.options.tags);
    const now = this.#announcer ? await this.#announcer.announce(run, [], this.#budget, 0, terms.lifetime) : Math.floor(present() / 1000);
    return signWriteGrant(this.#config, { place: this.#place, endpoint, terms, generations: tagging?.generations, credentials: keys, now });
  }
}

module.exports = { Components };

'use strict';

/**
 * An account with CloudFront's and Parameter Store's rules as far as the setup depends on them: names are unique,
 * what is referenced cannot be deleted, changing and deleting need the present ETag, lists have pages, quotas.
 *
 * `calls` holds what was called, in order. `fail(method, name, times)` makes a method throw an error of that name;
 * `failCall(n, moment)` the n-th call of all, before it has had its effect or after it (its answer was lost).
 * `interrupt(n, action)` does something just before the n-th call. `scramble(random)` lets simultaneous calls overtake each other.
 */
class FakeCloud {
  #scheduler = async () => {};
  #failing;
  #interruption;

  constructor() {
    this.calls = [];
    this.pauses = [];
    this.accessControls = new Map();
    this.publicKeys = new Map();
    this.keyGroups = new Map();
    this.parameters = new Map();
    this.distribution = { Status: 'Deployed' };
    this.failures = new Map();
    this.nextId = 1;
    this.nextEtag = 1;
    this.seconds = 1_800_000_000;
    this.budget = Infinity;
    this.afterEachCall = () => {};
    this.cloudfront = this.#seam(this.#cloudfront());
    this.ssm = this.#seam(this.#ssm());
    this.pause = async (milliseconds) => void this.pauses.push(milliseconds);
    this.remaining = () => this.budget - this.pauses.reduce((sum, pause) => sum + pause, 0);
    this.now = () => this.seconds * 1000;
  }

  fail(method, name, times = Infinity, message = 'as the test wants it') {
    this.failures.set(method, { name, times, message });
  }

  failCall(number, moment) {
    this.calls.length = 0;
    this.#failing = { number, moment };
  }

  interrupt(number, action) {
    this.calls.length = 0;
    this.#interruption = { number, action };
  }

  scramble(random) {
    this.#scheduler = async () => {
      for (let ticks = Math.floor(random() * 4); ticks > 0; ticks -= 1) await null;
    };
  }

  /** What is left in the account. */
  left() {
    return [...this.accessControls.values(), ...this.publicKeys.values(), ...this.keyGroups.values()]
      .map(({ name }) => name)
      .concat([...this.parameters.keys()]);
  }

  secret(name) {
    const parameter = this.parameters.get(name);
    return parameter && JSON.parse(parameter.Value);
  }

  #seam(methods) {
    return new Proxy(methods, {
      get: (target, method) => async (input) => {
        this.calls.push(method);
        const isFailing = this.calls.length === this.#failing?.number;
        const moment = isFailing ? this.#failing.moment : undefined;
        if (isFailing) this.#failing = undefined;
        const interruption = this.#interruption;
        if (this.calls.length === interruption?.number) {
          this.#interruption = undefined;
          await interruption.action();
        }
        await this.#scheduler();
        if (moment === 'before') throw named('InternalError');
        const failure = this.failures.get(method);
        if (failure && failure.times > 0) {
          failure.times -= 1;
          throw named(failure.name, failure.message);
        }
        const answer = target[method](input);
        this.afterEachCall(method);
        await this.#scheduler();
        if (moment === 'after') throw named('InternalError');
        return answer;
      },
    });
  }

  #create(store, name, more, error) {
    if ([...store.values()].some((item) => item.name === name)) throw named(error);
    const id = `ID${this.nextId++}`;
    store.set(id, { id, name, etag: `etag${this.nextEtag++}`, ...more });
    return store.get(id);
  }

  #get(store, { Id, IfMatch }, error, changes = false) {
    if (!store.has(Id)) throw named(error);
    if (changes && IfMatch !== store.get(Id).etag) throw named('PreconditionFailed');
    return store.get(Id);
  }

  #delete(store, input, error) {
    this.#get(store, input, error, true);
    store.delete(input.Id);
  }

  /** Pages of one item: whoever forgets the marker finds only the first. */
  #page(store, Marker, shape) {
    const items = [...store.values()];
    const start = Number(Marker ?? 0);
    const more = start + 1 < items.length;
    return { Items: items.slice(start, start + 1).map(shape), NextMarker: more ? String(start + 1) : undefined };
  }

  #group({ id, name, items, changed }) {
    return { Id: id, LastModifiedTime: new Date(changed * 1000), KeyGroupConfig: { Name: name, Items: [...items] } };
  }

  #checkItems(items) {
    if (items.length > 5) throw named('TooManyPublicKeysInKeyGroup', 'Five at most.');
    if (items.length === 0 || !items.every((id) => this.publicKeys.has(id))) throw named('InvalidArgument');
  }

  #cloudfront() {
    return {
      createOriginAccessControl: ({ OriginAccessControlConfig: { Name } }) => {
        const { id } = this.#create(this.accessControls, Name, {}, 'OriginAccessControlAlreadyExists');
        return { OriginAccessControl: { Id: id } };
      },
      getOriginAccessControl: (input) => ({ ETag: this.#get(this.accessControls, input, 'NoSuchOriginAccessControl').etag }),
      deleteOriginAccessControl: (input) => this.#delete(this.accessControls, input, 'NoSuchOriginAccessControl'),
      listOriginAccessControls: ({ Marker }) => ({
        OriginAccessControlList: this.#page(this.accessControls, Marker, ({ id, name }) => ({ Id: id, Name: name })),
      }),
      createPublicKey: ({ PublicKeyConfig: { Name, EncodedKey } }) => {
        if (this.publicKeys.size >= 10) throw named('TooManyPublicKeys', 'Ten at most.');
        const { id } = this.#create(this.publicKeys, Name, { pem: EncodedKey }, 'PublicKeyAlreadyExists');
        return { PublicKey: { Id: id } };
      },
      getPublicKey: (input) => ({ ETag: this.#get(this.publicKeys, input, 'NoSuchPublicKey').etag }),
      deletePublicKey: (input) => {
        if ([...this.keyGroups.values()].some(({ items }) => items.includes(input.Id))) throw named('PublicKeyInUse');
        this.#delete(this.publicKeys, input, 'NoSuchPublicKey');
      },
      listPublicKeys: ({ Marker }) => ({
        PublicKeyList: this.#page(this.publicKeys, Marker, ({ id, name, pem }) => ({ Id: id, Name: name, EncodedKey: pem })),
      }),
      createKeyGroup: ({ KeyGroupConfig: { Name, Items } }) => {
        this.#checkItems(Items);
        const more = { items: Items, changed: this.seconds };
        return { KeyGroup: this.#group(this.#create(this.keyGroups, Name, more, 'KeyGroupAlreadyExists')) };
      },
      getKeyGroup: (input) => {
        const found = this.#get(this.keyGroups, input, 'NoSuchResource');
        return { KeyGroup: this.#group(found), ETag: found.etag };
      },
      updateKeyGroup: (input) => {
        const found = this.#get(this.keyGroups, input, 'NoSuchResource', true);
        this.#checkItems(input.KeyGroupConfig.Items);
        Object.assign(found, { items: input.KeyGroupConfig.Items, changed: this.seconds, etag: `etag${this.nextEtag++}` });
        return { KeyGroup: this.#group(found) };
      },
      deleteKeyGroup: (input) => this.#delete(this.keyGroups, input, 'NoSuchResource'),
      listKeyGroups: ({ Marker }) => ({
        KeyGroupList: this.#page(this.keyGroups, Marker, (item) => ({ KeyGroup: this.#group(item) })),
      }),
      getDistribution: () => ({ Distribution: this.distribution }),
    };
  }

  #ssm() {
    return {
      putParameter: ({ Name, Type, Value, Overwrite }) => {
        if (this.parameters.has(Name) && !Overwrite) throw named('ParameterAlreadyExists');
        this.parameters.set(Name, { Type, Value });
      },
      getParameter: ({ Name, WithDecryption }) => {
        if (!this.parameters.has(Name)) throw named('ParameterNotFound');
        return { Parameter: { Value: WithDecryption ? this.parameters.get(Name).Value : 'AQICAHh' } };
      },
      deleteParameter: ({ Name }) => {
        if (!this.parameters.delete(Name)) throw named('ParameterNotFound');
      },
    };
  }
}

function named(name, message = name) {
  return Object.assign(new Error(message), { name });
}

module.exports = { FakeCloud };

'use strict';

/**
 * An account with CloudFront's and Parameter Store's rules as far as the setup depends on them: names are unique,
 * what is referenced cannot be deleted, an ETag is needed to delete, lists have pages.
 *
 * `calls` holds what was called, in order. `fail(method, name, times)` makes a method throw an error of that name.
 */
class FakeCloud {
  constructor() {
    this.calls = [];
    this.pauses = [];
    this.accessControls = new Map();
    this.publicKeys = new Map();
    this.keyGroups = new Map();
    this.parameters = new Map();
    this.failures = new Map();
    this.nextId = 1;
    const seam = (object) =>
      new Proxy(object, {
        get: (target, method) => async (input) => {
          this.calls.push(method);
          const failure = this.failures.get(method);
          if (failure && failure.times > 0) {
            failure.times -= 1;
            throw named(failure.name, failure.message);
          }
          return target[method](input);
        },
      });
    this.cloudfront = seam(this.#cloudfront());
    this.ssm = seam(this.#ssm());
    this.pause = async (milliseconds) => void this.pauses.push(milliseconds);
  }

  fail(method, name, times = Infinity, message = 'as the test wants it') {
    this.failures.set(method, { name, times, message });
  }

  /** What is left in the account. */
  left() {
    return [...this.accessControls.values(), ...this.publicKeys.values(), ...this.keyGroups.values()]
      .map(({ name }) => name)
      .concat([...this.parameters.keys()]);
  }

  #create(store, name, more, error) {
    if ([...store.values()].some((item) => item.name === name)) throw named(error);
    const id = `ID${this.nextId++}`;
    store.set(id, { id, name, ...more });
    return id;
  }

  #delete(store, { Id, IfMatch }, error) {
    if (!store.has(Id)) throw named(error);
    if (IfMatch !== `etag-${Id}`) throw named('InvalidIfMatchVersion');
    store.delete(Id);
  }

  #get(store, { Id }, error) {
    if (!store.has(Id)) throw named(error);
    return { ETag: `etag-${Id}` };
  }

  /** Pages of one item: whoever forgets the marker finds only the first. */
  #page(store, Marker, shape) {
    const items = [...store.values()];
    const start = Number(Marker ?? 0);
    const more = start + 1 < items.length;
    return { Items: items.slice(start, start + 1).map(shape), NextMarker: more ? String(start + 1) : undefined };
  }

  #cloudfront() {
    const shapeGroup = ({ id, name, items }) => ({ Id: id, KeyGroupConfig: { Name: name, Items: items } });
    return {
      createOriginAccessControl: ({ OriginAccessControlConfig: { Name } }) => {
        const Id = this.#create(this.accessControls, Name, {}, 'OriginAccessControlAlreadyExists');
        return { OriginAccessControl: { Id } };
      },
      getOriginAccessControl: (input) => this.#get(this.accessControls, input, 'NoSuchOriginAccessControl'),
      deleteOriginAccessControl: (input) => this.#delete(this.accessControls, input, 'NoSuchOriginAccessControl'),
      listOriginAccessControls: ({ Marker }) => ({
        OriginAccessControlList: this.#page(this.accessControls, Marker, ({ id, name }) => ({ Id: id, Name: name })),
      }),
      createPublicKey: ({ PublicKeyConfig: { Name, EncodedKey } }) => {
        const Id = this.#create(this.publicKeys, Name, { pem: EncodedKey }, 'PublicKeyAlreadyExists');
        return { PublicKey: { Id } };
      },
      getPublicKey: (input) => this.#get(this.publicKeys, input, 'NoSuchPublicKey'),
      deletePublicKey: (input) => {
        if ([...this.keyGroups.values()].some(({ items }) => items.includes(input.Id))) throw named('PublicKeyInUse');
        this.#delete(this.publicKeys, input, 'NoSuchPublicKey');
      },
      listPublicKeys: ({ Marker }) => ({
        PublicKeyList: this.#page(this.publicKeys, Marker, ({ id, name }) => ({ Id: id, Name: name })),
      }),
      createKeyGroup: ({ KeyGroupConfig: { Name, Items } }) => {
        const Id = this.#create(this.keyGroups, Name, { items: Items }, 'KeyGroupAlreadyExists');
        return { KeyGroup: shapeGroup(this.keyGroups.get(Id)) };
      },
      getKeyGroup: (input) => this.#get(this.keyGroups, input, 'NoSuchResource'),
      deleteKeyGroup: (input) => this.#delete(this.keyGroups, input, 'NoSuchResource'),
      listKeyGroups: ({ Marker }) => ({
        KeyGroupList: this.#page(this.keyGroups, Marker, (item) => ({ KeyGroup: shapeGroup(item) })),
      }),
    };
  }

  #ssm() {
    return {
      putParameter: ({ Name, Type, Value }) => void this.parameters.set(Name, { Type, Value }),
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

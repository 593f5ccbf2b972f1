'use strict';

const assert = require('node:assert/strict');
const { createPrivateKey, createPublicKey } = require('node:crypto');
const { beforeEach, mock, test } = require('node:test');

const { rotate } = require('../src/rotation');
const { route } = require('../src/route');
const { FakeCloud } = require('./fake-cloud');
const { seeded } = require('./random');

const STACK = 'arn:aws:cloudformation:eu-central-1:123456789012:stack/memory/5b1d4a3e-8f0c-4a8f-9d0e-1f2a3b4c5d6e';
const NAME = 'memory-5b1d4a3e-8f0c-4a8f-9d0e-1f2a3b4c5d6e';
const PARAMETER = '/memory-service/memory/signing-key';
const NEXT = `${PARAMETER}-next`;
const PROPAGATION = 900;
const OVERLAP = 3600 + 7200 + 300; // an hour that SDKs keep the key, the plan's longest signature, the clocks' skew

for (const method of ['log', 'error']) mock.method(console, method, () => {});

let cloud;
let plan;
let oldKey;

async function newStack() {
  cloud = new FakeCloud();
  const { Data } = await send('Create');
  oldKey = Data.PublicKeyId;
  plan = {
    keyGroupId: Data.KeyGroupId,
    distributionId: 'E1',
    parameterName: PARAMETER,
    keyType: 'ECDSA-P256',
    longestSignature: 7200,
    days: 0,
  };
}
beforeEach(newStack);

function send(RequestType) {
  const ResourceProperties = { Kind: 'SigningKeys', ParameterName: PARAMETER, KeyType: 'ECDSA-P256' };
  return route(cloud, { RequestType, StackId: STACK, LogicalResourceId: 'SigningKeys', ResourceProperties });
}

function act(action = 'continue', more = {}) {
  return rotate(cloud, { ...plan, ...more }, action);
}

function group() {
  return cloud.keyGroups.get(plan.keyGroupId).items;
}

function signer() {
  return cloud.secret(PARAMETER).public_key_id;
}

function at(seconds) {
  return new Date(seconds * 1000).toISOString();
}

/** The one key there is, and nothing else. */
function assertDone(where) {
  assert.deepEqual(group(), [signer()], where);
  assert.notEqual(signer(), oldKey, where);
  assert.deepEqual([...cloud.publicKeys.keys()], [signer()], where);
  assert.deepEqual([...cloud.parameters.keys()], [PARAMETER], where);
  const pem = createPublicKey(cloud.secret(PARAMETER).private_key).export({ type: 'spki', format: 'pem' });
  assert.equal(cloud.publicKeys.get(signer()).pem, pem, where);
}

/** After no call at all may SDKs have a key to sign with that the edges do not know, or not for long enough. */
function watch() {
  const since = new Map(group().map((id) => [id, -Infinity]));
  cloud.afterEachCall = (method) => {
    for (const id of group()) if (!since.has(id)) since.set(id, cloud.seconds);
    for (const id of since.keys()) if (!group().includes(id)) since.delete(id);
    assert.ok(cloud.seconds - since.get(signer()) >= PROPAGATION, `${method} has left SDKs with a key that edges refuse`);
  };
}

test('without a rotation under way and none due, nothing changes', async () => {
  const before = cloud.left();
  assert.deepEqual(await act(), { phase: 'idle', publicKeyId: oldKey });
  assert.deepEqual(cloud.left(), before);
});

test('a rotation adds the new key, lets SDKs sign with it, and drops the old key', async () => {
  const start = cloud.seconds;
  watch();
  assert.deepEqual(await act('start'), { phase: 'propagating', publicKeyId: oldKey, until: at(start + PROPAGATION) });
  assert.equal(group().length, 2);
  assert.equal(signer(), oldKey);

  cloud.seconds += PROPAGATION;
  const overlapping = await act();
  assert.deepEqual(overlapping, { phase: 'overlapping', publicKeyId: group()[1], until: at(cloud.seconds + OVERLAP) });
  assert.equal(group()[0], oldKey);
  assert.equal(signer(), group()[1]);

  cloud.seconds += OVERLAP;
  assert.deepEqual(await act(), { phase: 'done', publicKeyId: signer() });
  assertDone();
  assert.deepEqual(await act(), { phase: 'idle', publicKeyId: signer() });
});

test('a call that comes too early changes nothing', async () => {
  await act('start');
  cloud.seconds += PROPAGATION - 1;
  assert.equal((await act()).phase, 'propagating');
  assert.equal(signer(), oldKey);
  cloud.seconds += 1;
  await act();
  cloud.seconds += OVERLAP - 1;
  assert.equal((await act()).phase, 'overlapping');
  assert.equal(group().length, 2);
});

test('a distribution that is being deployed keeps SDKs on the old key', async () => {
  await act('start');
  cloud.seconds += PROPAGATION;
  cloud.distribution.Status = 'InProgress';
  assert.equal((await act()).phase, 'propagating');
  assert.equal(signer(), oldKey);
  cloud.distribution.Status = 'Deployed';
  assert.equal((await act()).phase, 'overlapping');
});

test('starting twice makes one new key', async () => {
  await act('start');
  await act('start');
  assert.equal(group().length, 2);
  assert.equal(cloud.publicKeys.size, 2);
});

for (const [keyType, expected] of [
  ['RSA-2048', { modulusLength: 2048, publicExponent: 65_537n }],
  ['ECDSA-P256', { namedCurve: 'prime256v1' }],
]) {
  test(`a rotation makes a key of the type ${keyType}`, async () => {
    await act('start', { keyType });
    assert.deepEqual(createPrivateKey(cloud.secret(NEXT).private_key).asymmetricKeyDetails, expected);
  });
}

test('with a number of days a rotation starts by itself when the key is so old', async () => {
  const due = cloud.seconds + 90 * 86_400;
  assert.deepEqual(await act('continue', { days: 90 }), { phase: 'idle', publicKeyId: oldKey, until: at(due) });
  cloud.seconds = due;
  assert.equal((await act('continue', { days: 90 })).phase, 'propagating');
});

test('the next rotation counts from when SDKs got the key', async () => {
  await act('start');
  cloud.seconds += PROPAGATION;
  await act();
  const since = cloud.seconds;
  cloud.seconds += OVERLAP;
  await act();
  assert.equal((await act('continue', { days: 90 })).until, at(since + 90 * 86_400));
});

test('revoking drops the old key without waiting for what it signed', async () => {
  await act('start');
  cloud.seconds += PROPAGATION;
  assert.equal((await act('revoke')).phase, 'done');
  assertDone();
});

test('revoking waits until all edges know the new key', async () => {
  await act('start');
  assert.equal((await act('revoke')).phase, 'propagating');
  assert.equal(signer(), oldKey);
});

test('revoking without a rotation is refused, lest the only key be dropped or a second rotation begin', async () => {
  await assert.rejects(act('revoke'), /no rotation is under way/);
  assert.deepEqual(group(), [oldKey]);
});

test('keys that others have put into the group stay there', async () => {
  cloud.publicKeys.set('THEIRS', { id: 'THEIRS', name: 'theirs', pem: '', etag: 'x' });
  group().push('THEIRS');
  await act('start');
  cloud.seconds += PROPAGATION;
  await act('revoke');
  assert.deepEqual(group(), ['THEIRS', signer()]);
  assert.ok(cloud.publicKeys.has('THEIRS'));
  assert.equal((await send('Update')).Data.PublicKeyId, signer()); // and are not taken for the stack's
});

test('a group that is full is named, and left alone', async () => {
  for (let count = 0; count < 4; count += 1) {
    cloud.publicKeys.set(`K${count}`, { id: `K${count}`, name: `theirs${count}`, pem: '', etag: 'x' });
    group().push(`K${count}`);
  }
  const message = `Five at most. Take a key out of the key group ${plan.keyGroupId}.`;
  await assert.rejects(act('start'), { name: 'TooManyPublicKeysInKeyGroup', message });
  group().pop();
  assert.equal((await act()).phase, 'propagating'); // the next scheduled call goes on
});

test("somebody else's change of the group in between is not overwritten", async () => {
  cloud.publicKeys.set('THEIRS', { id: 'THEIRS', name: 'theirs', pem: '', etag: 'x' });
  let done = false;
  cloud.afterEachCall = (method) => {
    if (method !== 'getKeyGroup' || done || !cloud.parameters.has(NEXT)) return;
    done = true;
    const found = cloud.keyGroups.get(plan.keyGroupId);
    Object.assign(found, { items: [...found.items, 'THEIRS'], etag: 'theirs' });
  };
  await act('start');
  assert.ok(group().includes('THEIRS'));
  assert.equal(group().length, 3);
});

test('the next key that a former stack of the same name has left is not used', async () => {
  const theirs = JSON.stringify({ ...cloud.secret(PARAMETER), made_for: 'memory-another-stack-0a1b2c3d' });
  cloud.parameters.set(NEXT, { Type: 'SecureString', Value: theirs });
  assert.equal((await act()).phase, 'idle');
  await act('start');
  assert.notEqual(cloud.secret(NEXT).private_key, JSON.parse(theirs).private_key);
  assert.deepEqual([...cloud.publicKeys.values()].map(({ name }) => name.startsWith(NAME)), [true, true]);
});

test('a lost parameter is repaired by a rotation', async () => {
  cloud.parameters.clear();
  await act('start');
  cloud.seconds += PROPAGATION;
  await act();
  cloud.seconds += OVERLAP;
  await act();
  assertDone();
});

test('deleting the stack in any phase of a rotation leaves nothing', async () => {
  for (const pauses of [[], [PROPAGATION], [PROPAGATION, OVERLAP]]) {
    await newStack();
    await act('start');
    for (const pause of pauses) {
      cloud.seconds += pause;
      await act();
    }
    assert.equal((await send('Delete')).Status, 'SUCCESS');
    assert.deepEqual(cloud.left(), [], `after ${pauses.length} steps`);
  }
});

test('a rotation that the deletion of its stack overtakes leaves nothing either', async () => {
  for (let number = 1; ; number += 1) {
    await newStack();
    let isDeleted = false;
    cloud.interrupt(number, async () => {
      isDeleted = true;
      assert.equal((await send('Delete')).Status, 'SUCCESS');
    });
    await act('start').catch(() => {});
    if (!isDeleted) break;
    assert.deepEqual(cloud.left(), [], `the deletion came before call ${number}`);
  }
});

test('an Update of the custom resource during a rotation changes nothing', async () => {
  await act('start');
  const before = [...cloud.parameters.entries()];
  const { Status, Data } = await send('Update');
  assert.deepEqual([Status, Data.PublicKeyId], ['SUCCESS', oldKey]);
  assert.deepEqual([...cloud.parameters.entries()], before);
});

/** Runs a rotation to its end, each of its calls as often as `attempt` needs. */
async function toTheEnd(attempt) {
  await attempt('start');
  cloud.seconds += PROPAGATION;
  await attempt('continue');
  cloud.seconds += OVERLAP;
  await attempt('continue');
}

test('whatever fails in whatever step, the next call goes on, and SDKs never have a key that edges refuse', async () => {
  for (const moment of ['before', 'after']) {
    for (let number = 1; ; number += 1) {
      await newStack();
      watch();
      cloud.failCall(number, moment);
      await toTheEnd(async (action) => {
        try {
          await act(action);
        } catch (error) {
          assert.match(error.message, /InternalError/);
          await act(action);
        }
      });
      const isOver = cloud.calls.length < number;
      cloud.failCall(0);
      // A step that failed may have begun its wait anew.
      cloud.seconds += PROPAGATION + OVERLAP;
      await act();
      cloud.seconds += OVERLAP;
      await act();
      assertDone(`call ${number} failed ${moment} its effect`);
      if (isOver) break;
    }
  }
});

test('a last call that another one and the next rotation overtake does not undo what that has begun', async () => {
  for (let number = 1; ; number += 1) {
    await newStack();
    await act('start');
    cloud.seconds += PROPAGATION;
    await act();
    cloud.seconds += OVERLAP;
    watch();
    let isOvertaken = false;
    cloud.interrupt(number, async () => {
      assert.equal((await act()).phase, 'done');
      assert.equal((await act('start')).phase, 'propagating');
      isOvertaken = true;
    });
    const { phase } = await act();
    if (!isOvertaken) break;
    const where = `overtaken before call ${number}, ${phase}`;
    // Only between the last look and the removal can the next key be lost; then that rotation is as if never begun.
    if (!cloud.parameters.has(NEXT)) {
      assert.equal(cloud.calls[number - 1], 'deleteParameter', where);
      continue;
    }
    assert.equal(group().length, 2, where);
    cloud.seconds += PROPAGATION;
    await act();
    cloud.seconds += OVERLAP;
    await act();
    assertDone(where);
  }
});

test('calls at the same time make one rotation', async () => {
  for (let seed = 1; seed <= 50; seed += 1) {
    await newStack();
    watch();
    cloud.scramble(seeded(seed));
    const twice = (action) => Promise.all([act(action), act(action), act()]);
    await twice('start');
    assert.equal(group().length, 2, `seed ${seed}`);
    cloud.seconds += PROPAGATION;
    await twice('continue');
    assert.equal(cloud.publicKeys.size, 2, `seed ${seed}`);
    cloud.seconds += OVERLAP;
    await twice('continue');
    assertDone(`seed ${seed}`);
  }
});

test('neither a report nor an error holds key material', async () => {
  cloud.fail('putParameter', 'ValidationException', 1, "Value '-----BEGIN PRIVATE KEY-----' is bad");
  await assert.rejects(act('start'), (error) => {
    assert.equal(error.message, `the private key could not be stored in the parameter ${NEXT}: ValidationException`);
    assert.doesNotMatch(`${error.stack} ${error.cause}`, /BEGIN/);
    return true;
  });
  const reports = [await act('start')];
  cloud.seconds += PROPAGATION;
  reports.push(await act('revoke'));
  assert.doesNotMatch(JSON.stringify(reports), /PRIVATE|made_for/);
});

'use strict';
// Each call to AWS fails once, before or after its effect; then CloudFormation does what it does: it sends the same
// event again, or it deletes. Either way everything ends as if nothing had failed.

const assert = require('node:assert/strict');
const { createPublicKey } = require('node:crypto');
const { mock, test } = require('node:test');

const { route } = require('../src/route');
const { FakeCloud } = require('./fake-cloud');
const { seeded } = require('./random');

const STACK = 'arn:aws:cloudformation:eu-central-1:123456789012:stack/memory/5b1d4a3e-8f0c-4a8f-9d0e-1f2a3b4c5d6e';
const PARAMETER = '/memory-service/memory/signing-key';
const KINDS = ['AccessControl', 'SigningKeys'];

for (const method of ['log', 'error']) mock.method(console, method, () => {});

function send(cloud, RequestType, Kind) {
  const ResourceProperties = { Kind, ParameterName: PARAMETER, KeyType: 'ECDSA-P256' };
  return route(cloud, { RequestType, StackId: STACK, LogicalResourceId: Kind, ResourceProperties });
}

function assertWhole(cloud, { Status, Data }, where) {
  assert.equal(Status, 'SUCCESS', where);
  if (Data.OacId) {
    assert.deepEqual([...cloud.accessControls.keys()], [Data.OacId], where);
    return;
  }
  const { public_key_id, private_key } = cloud.secret(PARAMETER);
  assert.equal(public_key_id, Data.PublicKeyId, where);
  assert.deepEqual([...cloud.keyGroups.values()].map(({ id, items }) => [id, items]), [[Data.KeyGroupId, [public_key_id]]], where);
  const pem = createPublicKey(private_key).export({ type: 'spki', format: 'pem' });
  assert.deepEqual([...cloud.publicKeys.values()].map((key) => [key.id, key.pem]), [[public_key_id, pem]], where);
  assert.deepEqual([...cloud.parameters.keys()], [PARAMETER], where);
}

/** The cases in which one call of an event fails, each in an account of its own. */
async function* eachFailure(RequestType, kind) {
  for (const moment of ['before', 'after']) {
    for (let number = 1; ; number += 1) {
      const cloud = new FakeCloud();
      if (RequestType === 'Delete') await send(cloud, 'Create', kind);
      cloud.failCall(number, moment);
      const outcome = await send(cloud, RequestType, kind);
      if (cloud.calls.length < number) break;
      yield { cloud, outcome, where: `call ${number}, ${cloud.calls[number - 1]}, failed ${moment} its effect` };
    }
  }
}

for (const kind of KINDS) {
  test(`${kind}: whatever fails in a Create, the same Create again makes all of it, once`, async () => {
    let cases = 0;
    for await (const { cloud, where } of eachFailure('Create', kind)) {
      cases += 1;
      assertWhole(cloud, await send(cloud, 'Create', kind), where);
    }
    assert.ok(cases > 3);
  });

  test(`${kind}: whatever fails in a Create, it says so or all is there, and Delete leaves nothing`, async () => {
    for await (const { cloud, outcome, where } of eachFailure('Create', kind)) {
      if (outcome.Status === 'SUCCESS') assertWhole(cloud, outcome, where);
      assert.equal((await send(cloud, 'Delete', kind)).Status, 'SUCCESS', where);
      assert.deepEqual(cloud.left(), [], where);
    }
  });

  test(`${kind}: whatever fails in a Delete, the next Delete leaves nothing`, async () => {
    let cases = 0;
    for await (const { cloud, where } of eachFailure('Delete', kind)) {
      cases += 1;
      assert.equal((await send(cloud, 'Delete', kind)).Status, 'SUCCESS', where);
      assert.deepEqual(cloud.left(), [], where);
    }
    assert.ok(cases > 3);
  });

  test(`${kind}: an Update that fails changes nothing`, async () => {
    const cloud = new FakeCloud();
    const first = await send(cloud, 'Create', kind);
    for (let number = 1; ; number += 1) {
      cloud.failCall(number, 'before');
      const { Status } = await send(cloud, 'Update', kind);
      if (cloud.calls.length < number) break;
      assert.equal(Status, 'FAILED');
      assertWhole(cloud, first, `call ${number}`);
    }
    cloud.failCall(0);
    assert.deepEqual(await send(cloud, 'Update', kind), first);
  });

  test(`${kind}: a Create that Lambda runs twice at once makes one thing, and both runs say so`, async () => {
    for (let seed = 1; seed <= 100; seed += 1) {
      const cloud = new FakeCloud();
      cloud.scramble(seeded(seed));
      const [one, other] = await Promise.all([send(cloud, 'Create', kind), send(cloud, 'Create', kind)]);
      assert.deepEqual(one, other, `seed ${seed}`);
      assertWhole(cloud, one, `seed ${seed}`);
    }
  });

  test(`${kind}: a Create that another run overtakes at any call ends with what that one made`, async () => {
    for (let number = 1; ; number += 1) {
      const cloud = new FakeCloud();
      let first;
      cloud.interrupt(number, async () => {
        first = await send(cloud, 'Create', kind);
      });
      const second = await send(cloud, 'Create', kind);
      if (!first) break;
      assert.deepEqual(second, first, `overtaken before call ${number}`);
      assertWhole(cloud, second, `overtaken before call ${number}`);
    }
  });

  test(`${kind}: a Delete that Lambda runs twice at once leaves nothing, and both runs say so`, async () => {
    for (let seed = 1; seed <= 100; seed += 1) {
      const cloud = new FakeCloud();
      await send(cloud, 'Create', kind);
      cloud.scramble(seeded(seed));
      const both = await Promise.all([send(cloud, 'Delete', kind), send(cloud, 'Delete', kind)]);
      assert.deepEqual(both.map(({ Status }) => Status), ['SUCCESS', 'SUCCESS'], `seed ${seed}`);
      assert.deepEqual(cloud.left(), [], `seed ${seed}`);
    }
  });
}

'use strict';

const assert = require('node:assert/strict');
const { createPrivateKey, createPublicKey } = require('node:crypto');
const { beforeEach, mock, test } = require('node:test');

const { route } = require('../src/route');
const { FakeCloud } = require('./fake-cloud');

const UUID = '5b1d4a3e-8f0c-4a8f-9d0e-1f2a3b4c5d6e';
const STACK = `arn:aws:cloudformation:eu-central-1:123456789012:stack/memory/${UUID}`;
const NAME = `memory-${UUID}`;
const PARAMETER = '/memory-service/memory/signing-key';

const printed = [];
for (const method of ['log', 'error']) mock.method(console, method, (...words) => void printed.push(words.join(' ')));

let cloud;
beforeEach(() => {
  cloud = new FakeCloud();
  printed.length = 0;
});

function send(RequestType, Kind = 'SigningKeys', more = {}) {
  const ResourceProperties = { Kind, ParameterName: PARAMETER };
  return route(cloud, { RequestType, StackId: STACK, LogicalResourceId: Kind, ResourceProperties, ...more });
}

test('Create makes a key pair whose private half is in the parameter only', async () => {
  const { Status, Data } = await send('Create');
  assert.equal(Status, 'SUCCESS');
  assert.deepEqual(Object.keys(Data), ['KeyGroupId', 'PublicKeyId', 'KeyArn']);
  assert.equal(Data.KeyArn, `arn:aws:ssm:eu-central-1:123456789012:parameter${PARAMETER}`);
  assert.deepEqual(cloud.keyGroups.get(Data.KeyGroupId).items, [Data.PublicKeyId]);
  const { Type, Value } = cloud.parameters.get(PARAMETER);
  assert.equal(Type, 'SecureString');
  const secret = JSON.parse(Value);
  assert.deepEqual(Object.keys(secret), ['public_key_id', 'private_key']);
  assert.equal(secret.public_key_id, Data.PublicKeyId);
  const key = createPrivateKey(secret.private_key);
  assert.equal(key.asymmetricKeyDetails.modulusLength, 2048);
  const publicHalf = createPublicKey(key).export({ type: 'spki', format: 'pem' });
  assert.equal(cloud.publicKeys.get(Data.PublicKeyId).pem, publicHalf);
});

test('a name fits into 64 characters and still tells stacks apart', async () => {
  const StackId = STACK.replace('stack/memory/', `stack/${'long-'.repeat(25)}/`);
  const { PhysicalResourceId } = await send('Create', 'AccessControl', { StackId });
  assert.equal(PhysicalResourceId.length, 64);
  assert.ok(PhysicalResourceId.endsWith(UUID));
});

for (const kind of ['AccessControl', 'SigningKeys']) {
  test(`${kind}: Create, the same Create again, and Update give the same answer`, async () => {
    const first = await send('Create', kind);
    assert.equal(first.PhysicalResourceId, NAME);
    assert.deepEqual(await send('Create', kind), first);
    assert.deepEqual(await send('Update', kind, { PhysicalResourceId: NAME }), first);
  });

  test(`${kind}: what other stacks made is neither taken nor deleted`, async () => {
    const StackId = STACK.replace(UUID, '00000000-0000-4000-8000-000000000000');
    const other = await send('Create', kind, { StackId });
    const mine = await send('Create', kind);
    assert.notDeepEqual(mine.Data, other.Data);
    await send('Delete', kind);
    assert.deepEqual(cloud.left().filter((name) => name === NAME), []);
    assert.ok(cloud.left().includes(other.PhysicalResourceId));
  });

  test(`${kind}: Delete leaves nothing, and finds nothing to do the second time`, async () => {
    await send('Create', kind);
    assert.equal((await send('Delete', kind)).Status, 'SUCCESS');
    assert.deepEqual(cloud.left(), []);
    assert.deepEqual(await send('Delete', kind), { Status: 'SUCCESS', PhysicalResourceId: NAME, Data: undefined });
  });
}

test('Delete keeps the id that CloudFormation gave to a resource whose Create never answered', async () => {
  const { PhysicalResourceId } = await send('Delete', 'SigningKeys', { PhysicalResourceId: 'made-up' });
  assert.equal(PhysicalResourceId, 'made-up');
});

for (const method of ['createPublicKey', 'putParameter', 'createKeyGroup']) {
  test(`a Create that fails in ${method} undoes itself`, async () => {
    cloud.fail(method, 'AccessDenied');
    const { Status, PhysicalResourceId, Reason, Data } = await send('Create');
    assert.equal(Status, 'FAILED');
    assert.equal(PhysicalResourceId, NAME);
    assert.match(Reason, /AccessDenied/);
    assert.equal(Data, undefined);
    assert.deepEqual(cloud.left(), []);
  });
}

test('a Create that can be neither done nor undone says both', async () => {
  cloud.fail('createKeyGroup', 'TooManyKeyGroups', 1, 'You have ten.');
  cloud.fail('deletePublicKey', 'Throttling');
  const { Reason } = await send('Create');
  assert.equal(Reason, 'TooManyKeyGroups: You have ten. (what had been made could not be removed: Throttling)');
});

test('a Create that follows one that was cut off starts anew', async () => {
  await send('Create');
  cloud.keyGroups.clear(); // it is made last
  const [oldKey] = cloud.publicKeys.keys();
  const { Status, Data } = await send('Create');
  assert.equal(Status, 'SUCCESS');
  assert.deepEqual([...cloud.publicKeys.keys()], [Data.PublicKeyId]);
  assert.notEqual(Data.PublicKeyId, oldKey);
  assert.equal(JSON.parse(cloud.parameters.get(PARAMETER).Value).public_key_id, Data.PublicKeyId);
});

test('the key group is deleted before the public key in it', async () => {
  await send('Create');
  cloud.calls.length = 0;
  await send('Delete');
  const deletions = cloud.calls.filter((method) => method.startsWith('delete'));
  assert.deepEqual(deletions, ['deleteKeyGroup', 'deletePublicKey', 'deleteParameter']);
});

for (const [kind, method, error] of [
  ['AccessControl', 'deleteOriginAccessControl', 'OriginAccessControlInUse'],
  ['SigningKeys', 'deleteKeyGroup', 'ResourceInUse'],
  ['SigningKeys', 'deletePublicKey', 'PublicKeyInUse'],
]) {
  test(`${method} waits while CloudFront says ${error}`, async () => {
    await send('Create', kind);
    cloud.fail(method, error, 3);
    assert.equal((await send('Delete', kind)).Status, 'SUCCESS');
    assert.deepEqual(cloud.pauses, [1000, 2000, 4000]);
    assert.deepEqual(cloud.left(), []);
  });

  test(`${method} gives up on ${error} in time for the function to answer`, async () => {
    await send('Create', kind);
    cloud.fail(method, error);
    assert.deepEqual((await send('Delete', kind)).Status, 'FAILED');
    assert.ok(cloud.pauses.reduce((sum, pause) => sum + pause) < 40_000);
  });
}

test('something deleted by somebody else at the same moment is no error', async () => {
  await send('Create');
  cloud.fail('deleteKeyGroup', 'NoSuchResource', 1);
  cloud.fail('deletePublicKey', 'NoSuchPublicKey', 1);
  cloud.fail('deleteParameter', 'ParameterNotFound', 1);
  assert.equal((await send('Delete')).Status, 'SUCCESS');
});

test('an unknown kind is refused by name', async () => {
  const { Status, Reason } = await send('Create', 'Signpost');
  assert.equal(Status, 'FAILED');
  assert.equal(Reason, 'Error: Kind must be one of AccessControl, SigningKeys, not Signpost');
});

test('neither a reason nor a log line quotes what Parameter Store refused', async () => {
  cloud.fail('putParameter', 'ValidationException', 1, "Value '-----BEGIN PRIVATE KEY-----' is bad");
  const { Reason } = await send('Create');
  assert.equal(Reason, `Error: the private key could not be stored in the parameter ${PARAMETER}: ValidationException`);
  assert.equal(printed.length, 1);
  assert.doesNotMatch(printed.join(), /BEGIN/);
});

test('a reason is short enough for an answer of 4,096 bytes', async () => {
  cloud.fail('listKeyGroups', 'Verbose', 1, 'x'.repeat(5000));
  assert.equal((await send('Create')).Reason.length, 1000);
});

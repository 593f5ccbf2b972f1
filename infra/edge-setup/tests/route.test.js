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

function send(RequestType, Kind = 'SigningKeys', more = {}, properties = {}) {
  const ResourceProperties = { Kind, ParameterName: PARAMETER, KeyType: 'RSA-2048', ...properties };
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
  assert.deepEqual(Object.keys(secret), ['public_key_id', 'private_key', 'made_for', 'since']);
  assert.equal(secret.public_key_id, Data.PublicKeyId);
  assert.equal(secret.since, cloud.seconds);
  const key = createPrivateKey(secret.private_key);
  assert.equal(key.asymmetricKeyDetails.modulusLength, 2048);
  const publicHalf = createPublicKey(key).export({ type: 'spki', format: 'pem' });
  assert.equal(cloud.publicKeys.get(Data.PublicKeyId).pem, publicHalf);
});

test('KeyType ECDSA-P256 makes a key on that curve', async () => {
  assert.equal((await send('Create', 'SigningKeys', {}, { KeyType: 'ECDSA-P256' })).Status, 'SUCCESS');
  const key = createPrivateKey(cloud.secret(PARAMETER).private_key);
  assert.deepEqual([key.asymmetricKeyType, key.asymmetricKeyDetails.namedCurve], ['ec', 'prime256v1']);
});

test('an unknown KeyType is refused by name and leaves nothing', async () => {
  const { Status, Reason } = await send('Create', 'SigningKeys', {}, { KeyType: 'RSA-4096' });
  assert.equal(Status, 'FAILED');
  assert.equal(Reason, 'Error: KeyType must be one of RSA-2048, ECDSA-P256, not RSA-4096');
  assert.deepEqual(cloud.left(), []);
});

test('an Update with another KeyType keeps the key, for a rotation to change', async () => {
  const first = await send('Create');
  const secret = cloud.secret(PARAMETER);
  assert.deepEqual(await send('Update', 'SigningKeys', {}, { KeyType: 'ECDSA-P256' }), first);
  assert.deepEqual(cloud.secret(PARAMETER), secret);
});

test('a key that a former stack of the same name has left is replaced', async () => {
  const StackId = STACK.replace(UUID, '00000000-0000-4000-8000-000000000000');
  await send('Create', 'SigningKeys', { StackId });
  const { private_key } = cloud.secret(PARAMETER);
  assert.equal((await send('Create')).Status, 'SUCCESS');
  assert.notEqual(cloud.secret(PARAMETER).private_key, private_key);
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

test('a Create that follows one that was cut off goes on with its key', async () => {
  const first = await send('Create');
  cloud.keyGroups.clear(); // it is made last
  const { Status, Data } = await send('Create');
  assert.equal(Status, 'SUCCESS');
  assert.equal(Data.PublicKeyId, first.Data.PublicKeyId);
  assert.equal(cloud.publicKeys.size, 1);
});

test('a public key whose private half is lost is replaced', async () => {
  const first = await send('Create');
  cloud.keyGroups.clear();
  cloud.parameters.clear();
  const { Data } = await send('Create');
  assert.deepEqual([...cloud.publicKeys.keys()], [Data.PublicKeyId]);
  assert.notEqual(Data.PublicKeyId, first.Data.PublicKeyId);
  const publicHalf = createPublicKey(cloud.secret(PARAMETER).private_key).export({ type: 'spki', format: 'pem' });
  assert.equal(cloud.publicKeys.get(Data.PublicKeyId).pem, publicHalf);
});

test('the key group is deleted before the public key in it', async () => {
  await send('Create');
  cloud.calls.length = 0;
  await send('Delete');
  const deletions = cloud.calls.filter((method) => method.startsWith('delete'));
  assert.deepEqual(deletions, ['deleteKeyGroup', 'deletePublicKey', 'deleteParameter', 'deleteParameter']);
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
    cloud.budget = 70_000;
    assert.deepEqual((await send('Delete', kind)).Status, 'FAILED');
    assert.deepEqual(cloud.pauses, [1000, 2000, 4000, 8000, 16_000]);
    assert.ok(cloud.remaining() > 15_000);
  });
}

test('what changes between the look at it and its deletion is looked at again', async () => {
  await send('Create');
  for (const method of ['deleteKeyGroup', 'deletePublicKey']) cloud.fail(method, 'PreconditionFailed', 1);
  assert.equal((await send('Delete')).Status, 'SUCCESS');
  assert.deepEqual(cloud.left(), []);
});

test('a Create that fails leaves alone what another run has completed meanwhile', async () => {
  await send('Create');
  const number = cloud.calls.indexOf('createKeyGroup') + 1;
  cloud = new FakeCloud();
  let other;
  cloud.interrupt(number, async () => {
    other = await send('Create');
    cloud.fail('createKeyGroup', 'Throttling', 1);
  });
  assert.equal((await send('Create')).Status, 'FAILED');
  assert.deepEqual(cloud.keyGroups.get(other.Data.KeyGroupId).items, [other.Data.PublicKeyId]);
  assert.equal(cloud.secret(PARAMETER).public_key_id, other.Data.PublicKeyId);
});

test('something deleted by somebody else at the same moment is no error', async () => {
  await send('Create');
  cloud.fail('deleteKeyGroup', 'NoSuchResource', 1);
  cloud.fail('deletePublicKey', 'NoSuchPublicKey', 1);
  cloud.fail('deleteParameter', 'ParameterNotFound', 2);
  assert.equal((await send('Delete')).Status, 'SUCCESS');
});

test('an unknown kind is refused by name', async () => {
  const { Status, Reason } = await send('Create', 'Signpost');
  assert.equal(Status, 'FAILED');
  assert.equal(Reason, 'Error: Kind must be one of AccessControl, SigningKeys, not Signpost');
});

test('deleting what is of an unknown kind is done at once, else the stack could not roll back', async () => {
  assert.equal((await send('Delete', 'Signpost')).Status, 'SUCCESS');
});

test('a quota that is used up is named, with what to do', async () => {
  for (let count = 0; count < 10; count += 1) cloud.publicKeys.set(`K${count}`, { id: `K${count}`, name: `theirs${count}`, pem: '' });
  const { Reason } = await send('Create');
  assert.equal(Reason, 'TooManyPublicKeys: Ten at most. Delete a public key that no key group needs.');
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

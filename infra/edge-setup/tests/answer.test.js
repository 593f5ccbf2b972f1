'use strict';

const assert = require('node:assert/strict');
const { createServer } = require('node:http');
const { after, before, test } = require('node:test');

const { answer } = require('../src/answer');

const requests = [];
const statuses = [];
const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const { method, headers } = request;
    requests.push({ method, headers, body: JSON.parse(Buffer.concat(chunks).toString()) });
    response.writeHead(statuses.shift() ?? 200).end();
  });
});

let event;
before(async () => {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const ResponseURL = `http://127.0.0.1:${server.address().port}/answer?Signature=secret`;
  event = { ResponseURL, StackId: 'stack', RequestId: 'request', LogicalResourceId: 'Keys' };
});
after(() => server.close());

test('the outcome is put with the ids that CloudFormation wants back', async () => {
  requests.length = 0;
  await answer(event, { Status: 'SUCCESS', PhysicalResourceId: 'id', Data: { KeyArn: 'arn' } });
  const [{ method, headers, body }] = requests;
  assert.equal(method, 'PUT');
  assert.equal(headers['content-type'], '');
  assert.ok(Number(headers['content-length']) > 0);
  const ids = { StackId: 'stack', RequestId: 'request', LogicalResourceId: 'Keys' };
  assert.deepEqual(body, { Status: 'SUCCESS', PhysicalResourceId: 'id', Data: { KeyArn: 'arn' }, ...ids });
});

test('an answer that was not taken is sent again', async () => {
  requests.length = 0;
  statuses.push(503, 500);
  await answer(event, { Status: 'FAILED', PhysicalResourceId: 'id', Reason: 'why' });
  assert.equal(requests.length, 3);
});

test('an answer that nobody takes fails the function, without naming the URL', async () => {
  statuses.push(403, 403, 403);
  const expected = { message: 'CloudFormation did not take the answer for Keys: status 403' };
  await assert.rejects(answer(event, { Status: 'SUCCESS', PhysicalResourceId: 'id' }), expected);
});

for (const [ResponseURL, trouble] of [
  ['http://127.0.0.1:9/?Signature=secret', /: (ECONNREFUSED|Error|TypeError)$/],
  ['no url, but Signature=secret', /: ERR_INVALID_URL$/],
]) {
  test(`the error for ${ResponseURL.slice(0, 16)} does not hold the URL`, async () => {
    await assert.rejects(answer({ ...event, ResponseURL }, { Status: 'SUCCESS', PhysicalResourceId: 'id' }), (error) => {
      assert.match(error.message, trouble);
      assert.doesNotMatch(`${error.stack} ${error.cause}`, /secret/);
      return true;
    });
  });
}

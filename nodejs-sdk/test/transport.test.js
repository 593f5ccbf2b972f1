'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const { suite, test } = require('node:test');

const { Transport } = require('../lib/transport.js');
const { serve, TCP } = require('./server.js');

function start(context, limits = { connect: 300, read: 150 }) {
  const transport = new Transport(limits);
  context.after(() => transport.close());
  return (url, { budget = 5000, maxBytes = 1000, ...request } = {}) =>
    transport.send({ method: 'GET', url, headers: {}, maxBytes, ...request }, budget);
}

const textOf = (response) => Buffer.from(response.body).toString();

suite('trouble is a failure, in time', () => {
  const cases = [
    ['a server that never answers', `() => {}`, 'timeout'],
    ['a server that hangs up', `(socket) => socket.end()`, 'ECONNRESET'],
    ['a server that resets', `(socket) => socket.once('data', () => socket.resetAndDestroy())`, 'ECONNRESET'],
    ['garbage', `(socket) => socket.end('garbage\\r\\n\\r\\n')`, 'HPE_INVALID_CONSTANT'],
    ['a body cut short', `(socket) => socket.end('HTTP/1.1 200 OK\\r\\nContent-Length: 9\\r\\n\\r\\nok')`, 'cut'],
    ['a body that stops', `(socket) => socket.write('HTTP/1.1 200 OK\\r\\nContent-Length: 9\\r\\n\\r\\nok')`, 'timeout'],
    ['a header that never ends', `(socket) => socket.write('HTTP/1.1 200 OK\\r\\nX: ')`, 'timeout'],
    ['endless headers', `(socket) => socket.write('HTTP/1.1 200 OK\\r\\n' + 'X: y\\r\\n'.repeat(100000))`, 'HPE_HEADER_OVERFLOW'],
  ];
  for (const [title, handler, code] of cases) {
    test(title, async (context) => {
      const { url } = await serve(context, handler, TCP);
      const { failure } = await start(context)(url);
      assert.equal(failure.code, code);
    });
  }

  test('a slow drip ends with the budget', async (context) => {
    const drip = `(socket) => {
      socket.write('HTTP/1.1 200 OK\\r\\nContent-Length: 999\\r\\n\\r\\n');
      const timer = setInterval(() => socket.write('x'), 20);
      socket.on('close', () => clearInterval(timer));
    }`;
    const { url } = await serve(context, drip, TCP);
    const { failure } = await start(context)(url, { budget: 300 });
    assert.equal(failure.code, 'timeout');
    assert.match(failure.message, /300 ms/);
  });

  test('a refused connection, and a name that does not exist', async (context) => {
    const send = start(context);
    assert.equal((await send('http://127.0.0.1:1')).failure.code, 'ECONNREFUSED');
    assert.match((await send('http://nothing.invalid')).failure.code, /ENOTFOUND|EAI_AGAIN|timeout/);
  });

  test('no budget', async (context) => {
    const { url } = await serve(context, `() => {}`, TCP);
    assert.equal((await start(context)(url, { budget: -1 })).failure.code, 'timeout');
  });
});

test('a body is read up to the limit', async (context) => {
  const { url } = await serve(context, `(request, response) => response.end('x'.repeat(1001))`);
  const send = start(context);
  const over = await send(url);
  assert.deepEqual([over.status, over.body.length, over.cut], [200, 1000, true]);
  const exact = await send(url, { maxBytes: 1001 });
  assert.deepEqual([exact.body.length, exact.cut], [1001, false]);
});

test('a body is sent', async (context) => {
  const { url } = await serve(context, `(request, response, body) => response.end(body)`);
  const response = await start(context)(url, { method: 'PUT', body: Buffer.from('abc') });
  assert.equal(textOf(response), 'abc');
});

test('of the headers those are kept that are read, by their name in lower case, and what came twice is a list', async (context) => {
  const head = 'HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\neTAG: "a"\\r\\nX-Other: b\\r\\nCache-Control: public\\r\\nCache-Control: max-age=5\\r\\n\\r\\n';
  const { url } = await serve(context, `(socket) => socket.write('${head}')`, TCP);
  const { headers } = await start(context)(url);
  assert.deepEqual(headers, { etag: '"a"', 'cache-control': 'public, max-age=5' });
});

suite('connections', () => {
  const counting = (death) => `(socket, state) => {
    state.connections = (state.connections ?? 0) + 1;
    const isFirst = state.connections === 1;
    let requests = 0;
    socket.on('data', () => {
      if (isFirst && ++requests > 1) { ${death}; return; }
      socket.write('HTTP/1.1 200 OK\\r\\nContent-Length: 1\\r\\n\\r\\n' + state.connections);
    });
  }`;

  test('are kept', async (context) => {
    const { url } = await serve(context, `(socket, state) => {
      const number = (state.connections = (state.connections ?? 0) + 1);
      socket.on('data', () => socket.write('HTTP/1.1 200 OK\\r\\nContent-Length: 1\\r\\n\\r\\n' + number));
    }`, TCP);
    const send = start(context);
    assert.deepEqual([textOf(await send(url)), textOf(await send(url))], ['1', '1']);
  });

  test('that are kept let the process end', async (context) => {
    const { url } = await serve(context, `(socket) => {
      socket.on('data', () => socket.write('HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n'));
    }`, TCP);
    const request = JSON.stringify({ method: 'GET', url, headers: {}, maxBytes: 1 });
    const module = JSON.stringify(require.resolve('../lib/transport.js'));
    const script = `new (require(${module}).Transport)().send(${request}, 5000).then(({ status }) => console.log(status))`;
    const { status, stdout } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8', timeout: 10_000 });
    assert.deepEqual([stdout, status], ['200\n', 0]);
  });

  const deaths = { 'end it': 'socket.end()', 'reset it': 'socket.resetAndDestroy()', 'swallow the request': '' };
  for (const [title, death] of Object.entries(deaths)) {
    test(`that died are replaced once: ${title}`, async (context) => {
      const { url } = await serve(context, counting(death), TCP);
      const send = start(context);
      assert.equal(textOf(await send(url)), '1');
      assert.equal(textOf(await send(url)), '2');
    });
  }

  test('are not tried twice when new', async (context) => {
    const { url, log } = await serve(context, `(request, response) => request.socket.destroy()`);
    assert.equal((await start(context)(url)).failure.code, 'ECONNRESET');
    assert.equal((await log()).length, 1);
  });

  test('that idled for long on the wall clock are dropped, also when the clock went back', async (context) => {
    const { url } = await serve(context, `(socket, state) => {
      const number = (state.connections = (state.connections ?? 0) + 1);
      socket.on('data', () => socket.write('HTTP/1.1 200 OK\\r\\nContent-Length: 1\\r\\n\\r\\n' + number));
    }`, TCP);
    const send = start(context);
    let now = Date.now();
    context.mock.method(Date, 'now', () => now);
    assert.equal(textOf(await send(url)), '1');
    now += 3999;
    assert.equal(textOf(await send(url)), '1');
    now += 4001;
    assert.equal(textOf(await send(url)), '2');
    now -= 1;
    assert.equal(textOf(await send(url)), '3');
  });
});

test('a thread blocked beyond the deadline reads the answer before it gives up', async (context) => {
  const { url, log } = await serve(context, `(request, response) => response.end('ok')`);
  const send = start(context, { connect: 300, read: 50 });
  await send(url);
  const pending = send(url);
  await new Promise(setImmediate); // the request is on its way
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 150);
  assert.equal(textOf(await pending), 'ok');
  assert.equal((await log()).length, 2); // a spurious timeout would have been hidden by a second attempt
});

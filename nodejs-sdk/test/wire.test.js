'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const { suite, test } = require('node:test');

const { Wire } = require('../lib/wire.js');
const { serve, TCP } = require('./server.js');

function start(context, limits = { connect: 300, silence: 150 }, lookUp = undefined) {
  const wire = new Wire({ limits, ...(lookUp && { lookUp }) });
  context.after(() => wire.close());
  return (url, { budget = 5000, maxBytes = 1000, ...request } = {}) =>
    wire.send({ method: 'GET', url, headers: {}, maxBytes, ...request }, budget);
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
    ['an upgrade', `(socket) => socket.once('data', () => socket.write('HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: x\\r\\nConnection: upgrade\\r\\n\\r\\n'))`, 'garbled'],
    ['a length of 5,000 digits', `(socket) => socket.write('HTTP/1.1 200 OK\\r\\nContent-Length: ' + '9'.repeat(5000) + '\\r\\n\\r\\n')`, 'HPE_INVALID_CONTENT_LENGTH'],
    ['a length of 19 digits', `(socket) => socket.write('HTTP/1.1 200 OK\\r\\nContent-Length: ' + '1'.repeat(19) + '\\r\\n\\r\\n')`, 'garbled'],
    ['a transfer coding that nobody knows', `(socket) => socket.write('HTTP/1.1 200 OK\\r\\nTransfer-Encoding: br\\r\\n\\r\\n')`, 'garbled'],
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

test('a hint is not the answer, and a row of hints ends with the time', async (context) => {
  const hint = 'HTTP/1.1 103 Early Hints\\r\\nLink: <x>\\r\\n\\r\\n';
  const one = await serve(context, `(socket) => socket.once('data', () => socket.write('${hint}HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok'))`, TCP);
  assert.equal(textOf(await start(context)(one.url)), 'ok');
  const many = await serve(context, `(socket) => { const timer = setInterval(() => socket.write('${hint}'), 20); socket.on('close', () => clearInterval(timer)); }`, TCP);
  const { failure } = await start(context)(many.url, { budget: 400 });
  assert.match(failure.message, /400 ms/);
});

suite('connecting', () => {
  /** A port of 127.0.0.1 at which nobody accepts, and the queue is full. */
  async function blackHole(context) {
    const source = `
      const { workerData, parentPort } = require('node:worker_threads');
      const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
        parentPort.postMessage(server.address().port);
        setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0), 10);
      });`;
    const worker = new (require('node:worker_threads').Worker)(source, { eval: true });
    context.after(() => worker.terminate());
    const port = await new Promise((resolve) => worker.once('message', resolve));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const fill = Array.from({ length: 8 }, () => require('node:net').connect(port, '127.0.0.1').on('error', () => {}));
    context.after(() => fill.forEach((socket) => socket.destroy()));
    await new Promise((resolve) => setTimeout(resolve, 50));
    return port;
  }
  const addresses = (...ends) => async () => ends.map((end) => ({ address: `127.0.0.${end}`, family: 4 }));

  test('to all addresses together ends in time, though all are black holes', async (context) => {
    const port = await blackHole(context);
    const send = start(context, { connect: 400, silence: 150 }, addresses(...Array(12).fill(1)));
    const since = performance.now();
    const { failure } = await send(`http://many.example:${port}`);
    assert.deepEqual([failure.code, failure.fate], ['timeout', 'unsent']);
    assert.ok(performance.now() - since < 2000);
  });

  test('finds the one address of eight that answers', async (context) => {
    const port = await blackHole(context);
    const { createServer } = require('node:http');
    const server = createServer((request, response) => response.end('ok'));
    await new Promise((resolve) => server.listen(port, '127.0.0.9', resolve));
    context.after(() => (server.closeAllConnections(), server.close()));
    const send = start(context, { connect: 2000, silence: 2000 }, addresses(1, 1, 1, 1, 1, 1, 1, 9));
    assert.equal(textOf(await send(`http://many.example:${port}`)), 'ok');
  });

  test('ends in time while the look-up is silent', async (context) => {
    const send = start(context, { connect: 200, silence: 150 }, () => new Promise(() => {}));
    const { failure } = await send('http://silent.example');
    assert.deepEqual([failure.code, failure.fate], ['timeout', 'unsent']);
    assert.match(failure.message, /connecting took more than 200 ms/);
  });
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
    const module = JSON.stringify(require.resolve('../lib/wire.js'));
    const script = `new (require(${module}).Wire)().send(${request}, 5000).then(({ status }) => console.log(status))`;
    const { status, stdout } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8', timeout: 10_000 });
    assert.deepEqual([stdout, status], ['200\n', 0]);
  });

  const deaths = { 'end it': 'socket.end()', 'reset it': 'socket.resetAndDestroy()' };
  for (const [title, death] of Object.entries(deaths)) {
    test(`that died are replaced once: ${title}`, async (context) => {
      const { url } = await serve(context, counting(death), TCP);
      const send = start(context);
      assert.equal(textOf(await send(url)), '1');
      assert.equal(textOf(await send(url)), '2');
    });
  }

  test('that died are not, for what may be sent once', async (context) => {
    const { url } = await serve(context, counting('socket.end()'), TCP);
    const send = start(context);
    assert.equal(textOf(await send(url)), '1');
    assert.equal((await send(url, { isSentOnce: true })).failure.fate, 'ended');
  });

  test('that swallow a request are not: it may be under way', async (context) => {
    const { url } = await serve(context, counting(''), TCP);
    const send = start(context);
    assert.equal(textOf(await send(url)), '1');
    assert.equal((await send(url)).failure.fate, 'under way');
  });

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

test('no more than 64 connections are open to one origin, and who comes later waits', async (context) => {
  const { url, log } = await serve(context, `(request, response, body, state) => {
    state.open = (state.open ?? 0) + 1;
    state.most = Math.max(state.most ?? 0, state.open);
    setTimeout(() => { state.open--; response.end(String(state.most)); }, 20);
  }`);
  const send = start(context, { connect: 20_000, silence: 20_000 });
  const answers = await Promise.all(Array.from({ length: 300 }, () => send(url, { budget: 60_000 })));
  assert.ok(answers.every((answer) => answer.status === 200));
  const most = Math.max(...answers.map((answer) => Number(textOf(answer))));
  assert.ok(most > 8 && most <= 64, `${most} at once`);
  assert.equal((await log()).length, 300);
});

test('a large body is sent as long as some of it goes on', async (context) => {
  const { url } = await serve(context, `(socket) => {
    let length = 0;
    socket.pause();
    const timer = setInterval(() => { const chunk = socket.read(); length += chunk?.length ?? 0; if (length > 16e6) { clearInterval(timer); socket.end('HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n'); } }, 5);
  }`, TCP);
  const { status } = await start(context, { connect: 5000, silence: 3000 })(url, { method: 'PUT', body: Buffer.alloc(16e6), budget: 60_000, headers: { 'content-length': '16000000' } });
  assert.equal(status, 200);
});

test('a thread blocked beyond the deadline reads the answer before it gives up', async (context) => {
  const { url, log } = await serve(context, `(request, response) => response.end('ok')`);
  const send = start(context, { connect: 300, silence: 50 });
  await send(url);
  const pending = send(url);
  await new Promise(setImmediate); // the request is on its way
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 150);
  assert.equal(textOf(await pending), 'ok');
  assert.equal((await log()).length, 2); // a spurious timeout would have been hidden by a second attempt
});

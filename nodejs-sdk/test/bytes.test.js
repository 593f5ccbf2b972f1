'use strict';

// Bytes come back as the type that is documented, in memory that is theirs alone.

const assert = require('node:assert/strict');
const { suite, test } = require('node:test');

const { scene, WAYS } = require('./scene.js');

const CONF = { memory: {}, 'S3 alone': { LOCAL_MAX_ITEMS: 0 } };

suite('bytes', () => {
  for (const [where, conf] of Object.entries(CONF)) {
    for (const [way, read] of Object.entries(WAYS)) {
      for (const size of [0, 3, 100_000]) {
        test(`${size} of them, from ${where} by ${way}, are a Uint8Array of their own`, async (context) => {
          const { mem } = await scene(context, conf, true);
          const bytes = new Uint8Array(size).fill(7);
          for (const stored of [bytes, Buffer.from(bytes), new Uint8Array(new ArrayBuffer(size + 8), 4, size).fill(7)]) {
            await mem.put('a', stored);
            await mem.put('b', { list: [stored] });
            for (const consistent of [true, false]) {
              const { value } = await read(mem, 'a', { consistent });
              const [inner] = (await read(mem, 'b', { consistent })).value.list;
              for (const found of [value, inner]) {
                assert.deepStrictEqual(found, bytes);
                assert.deepStrictEqual(found.buffer, bytes.buffer);
              }
            }
          }
        });
      }
    }
  }

  test('of an update, a factory and a batch are the same', async (context) => {
    const { mem } = await scene(context, {}, true);
    const bytes = Uint8Array.of(1, 2);
    await mem.put('a', Buffer.from(bytes));
    const found = [
      await mem.update('a', (old) => old),
      await mem.getOrPut('b', () => Buffer.from(bytes)),
      (await mem.getMany(['a'])).get('a'),
      await mem.update('a', (old) => void old.reverse()),
    ];
    assert.deepStrictEqual(found, [bytes, bytes, bytes, Uint8Array.of(2, 1)]);
    for (const { buffer } of found) assert.equal(buffer.byteLength, 2);
  });
});

// What users' programs see of the declarations: this has to compile.

import MemoryService, { ConfigurationError, type Entry, type Grant, type WriteGrant } from '../index.js';
import { MemoryService as ReadOnly } from '../read.js';

declare const grant: Grant;
declare const writeGrant: WriteGrant;

const mem = new MemoryService({ DISTRIBUTION: 'd111111abcdef8.cloudfront.net' }, 'shop');
const own = new ReadOnly({ grant, DEADLINE: 2 });

export async function everything(): Promise<void> {
  const price: number | undefined = await mem.get<number>('price', { signal: AbortSignal.timeout(1000) });
  const entry: Entry<string> | undefined = await own.getEntry<string>('note');
  const some: Map<string, number> = await mem.getMany<number>(['a', 'b']);
  const version: string = await mem.put('cart/7', { price, some: [...some], note: entry?.value ?? null }, { grant: writeGrant });
  const stop: () => void = mem.watch<number>('price', (told, error) => {
    if (error instanceof ConfigurationError) console.log(error.code, told?.value.toFixed(2), version);
  });
  stop();
  // @ts-expect-error -- what only reads cannot put
  own.put('a', 1, { grant: writeGrant });
  // @ts-expect-error -- a public service has a name
  new MemoryService({ DISTRIBUTION: 'd111111abcdef8.cloudfront.net' });
}

// What the compiler takes of users' programs, and what it must not. `npm run types` compiles it; nobody runs it.

import MemoryService from '../index.mjs';

interface User {
  name: string;
  visits: number;
  mail?: string;
  tags: readonly string[];
  boss?: User;
}
interface Tree {
  value: number;
  children: Tree[];
}
type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
enum Level {
  Low,
  High,
}
class Point {
  x = 1;
  norm() {
    return Math.abs(this.x);
  }
}

declare const mem: MemoryService;
declare const user: User;
declare const tree: Tree;
declare const json: Json;
declare const unknown: unknown;
declare const frozen: Readonly<User>;
declare const maybe: { a?: number; b: { c?: string | undefined } };
declare const users: Record<string, User>;
declare const optional: User | undefined;
declare const branded: string & { readonly brand: 'id' };
declare const pair: readonly [number, 'x'];

export async function taken() {
  const values = [user, tree, json, frozen, maybe, users, branded, pair, [user], { user, level: Level.High, bytes: new Uint8Array(1) }];
  await mem.put('a', user);
  await mem.put('a', tree);
  await mem.put('a', json);
  await mem.put('a', frozen);
  await mem.put('a', maybe);
  await mem.put('a', users);
  await mem.put('a', branded);
  await mem.put('a', pair);
  await mem.put('a', [user, null]);
  await mem.put('a', {} as Partial<User>);
  await mem.put('a', { user, level: Level.High, big: 2n ** 60n, bytes: Buffer.from('') });
  await mem.put('a', { kind: 'x', list: [1, 2] } as const);
  await mem.put('a', JSON.parse('{}'));
  await mem.putMany({ a: user, b: 5 });
  await mem.putMany([['a', user], ['b', 1]]);
  await mem.putMany(new Map([['a', user]]));
  await mem.putMany(users);
  await mem.putMany([]);
  await mem.putMany({});
  return values;
}

export async function typed() {
  const one: User = await mem.getOrPut('a', () => user);
  const later: User | null = await mem.getOrPut('a', async () => (user.visits ? user : null));
  const made: { a: number; b: string[] } = await mem.getOrPut('a', async () => ({ a: 1, b: ['x'] }));
  const updated: User = await mem.update('a', (old: User) => ({ ...old, visits: old.visits + 1 }), { default: user });
  const inPlace: any = await mem.update('a', (cart: string[]) => void cart.push('tea'), { default: [], ttlIfNewSeconds: 60 });
  const load = mem.cached(async (id: string, options?: User): Promise<User> => (options ? user : { ...user, name: id }), { name: 'load' });
  const loaded: User = await load('a');
  const name: string = load.cacheName('a', user);
  const many = mem.cached((a: number, ...rest: readonly string[]) => [a, ...rest], { name: 'many', ttlSeconds: 5 });
  const list: (number | string)[] = await many(1, 'a', 'b');
  const touched: string | undefined = await mem.touch('a', 60, { invalidate: true });
  await mem.touch('a', null);
  await mem.put('a', user, { tags: ['users'] });
  await mem.update('a', (old: User) => old, { default: user, tags: ['users'] as const });
  await mem.getOrPut('a', () => user, { tags: user.tags });
  await mem.invalidateTags(['users'], { invalidate: true });
  const tags: string[] | undefined = mem.getEntry('a')?.tags;
  const page = mem.cached(async (id: number, lang: string) => `${id} ${lang}`, { name: 'page', tags: (id, lang) => [`page/${id.toFixed()}`, lang] });
  const text: string = await page(1, 'en');
  const fixed = mem.cached((id: number) => id, { name: 'fixed', tags: () => ['numbers'] });
  const number: number = await fixed(7);
  const named = mem.cached((id: number) => id, { name: 'named', tags: ['numbers'] });
  await named(7);
  return { one, later, made, updated, inPlace, loaded, name, list, touched, tags, text, number };
}

export function refused() {
  // @ts-expect-error a Date would not come back as one
  void mem.put('a', new Date());
  // @ts-expect-error nor would a Map
  void mem.put('a', new Map());
  // @ts-expect-error nor other views of memory
  void mem.put('a', new Int8Array(1));
  // @ts-expect-error nor instances with methods
  void mem.put('a', new Point());
  // @ts-expect-error nor functions
  void mem.put('a', { f() {} });
  // @ts-expect-error nor symbols
  void mem.put('a', Symbol('a'));
  // @ts-expect-error undefined is no value
  void mem.put('a', optional);
  // @ts-expect-error nor in a list
  void mem.put('a', [undefined]);
  // @ts-expect-error nor as a member that has to be there
  void mem.put('a', { a: undefined });
  // @ts-expect-error what may be anything may be none
  void mem.put('a', unknown);
  // @ts-expect-error one of many
  void mem.putMany({ a: 1, b: new Date() });
  // @ts-expect-error one of many
  void mem.putMany([['a', new Date()]]);
  // @ts-expect-error what a factory makes is stored
  void mem.getOrPut('a', () => new Set());
  // @ts-expect-error and so is what its promise gives
  void mem.getOrPut('a', async () => optional);
  // @ts-expect-error what a factory makes is what it gives
  const text: Promise<string> = mem.getOrPut('a', () => 5);
  // @ts-expect-error what an update makes is stored
  void mem.update('a', () => new Date());
  // @ts-expect-error bundlers rename functions
  mem.cached(async () => 1, { ttlSeconds: 5 });
  // @ts-expect-error what a function gives is stored
  mem.cached(async () => new Date(), { name: 'a' });
  // @ts-expect-error the arguments are a part of the name
  mem.cached(async (when: Date) => when.getTime(), { name: 'a' });
  // @ts-expect-error a cached function takes what the function takes
  void mem.cached((a: number) => a, { name: 'a' })('1');
  // @ts-expect-error tags are several
  void mem.put('a', 1, { tags: 'users' });
  // @ts-expect-error and strings
  void mem.invalidateTags([7]);
  // @ts-expect-error of a put they are no function
  void mem.put('a', 1, { tags: () => ['users'] });
  // @ts-expect-error they are given the arguments of the function
  mem.cached((id: number) => id, { name: 'a', tags: (id: Date) => [String(id)] });
  // @ts-expect-error for how long must be said
  void mem.touch('a');
  // @ts-expect-error how large must be said
  void mem.grantPut('a', 60);
  // @ts-expect-error the ttl of the values has another name
  void mem.grantPut('a', 60, 1000, { ttlSeconds: 60 });
  return text;
}

import type { Mutant } from './mutant.ts';

/** Ways to lose sight of the cluster. */
export const WATCHING_MUTANTS: readonly Mutant[] = [
  {
    name: 'watch-never-looks-back',
    breaks: 'A watch that ended early goes on from where it was, although the API server is not as far any more.',
    rules: ['B3'],
    toldBy: ['says-what-the-spec-says'],
    file: 'src/kube/reflector.ts',
    find: 'if (Number(now) >= Number(resourceVersion)) cursor.resourceVersion = resourceVersion;',
    replace: 'void now; cursor.resourceVersion = resourceVersion;',
  },
  {
    name: 'place-kept-while-unsaid',
    breaks: 'Whoever got no answer how far the API server is goes on from where the watch was, once there is one.',
    rules: ['B3'],
    toldBy: ['says-what-the-spec-says'],
    file: 'src/kube/reflector.ts',
    find: `cursor.resourceVersion = undefined;
    const now = await client.revision(target.resource, target, signal);`,
    replace: `const now = await client.revision(target.resource, target, signal);
    cursor.resourceVersion = undefined;`,
  },
  {
    name: 'store-never-behind',
    breaks: 'However often a write is refused, what the watch has told is believed.',
    rules: ['D2'],
    toldBy: ['comes-to-rest'],
    file: 'src/kube/store.ts',
    find: 'isBehind: () => [...refusals.values()].some((count) => count >= MOST_REFUSALS),',
    replace: 'isBehind: () => false,',
  },
  {
    name: 'silence-keeps-its-place',
    breaks: 'After a watch that fell silent the store is not filled anew.',
    rules: ['B3'],
    toldBy: ['says-what-the-spec-says'],
    file: 'src/kube/watch-failure.ts',
    find: "case 'expired':\n    case 'silent':\n      return { kind, message, position: 'lost', waitMs: backoff.next() };",
    replace:
      "case 'expired':\n      return { kind, message, position: 'lost', waitMs: backoff.next() };\n    case 'silent':",
  },
  {
    name: 'events-of-a-filling-lost',
    breaks: 'What a filling shows no more stays in the store.',
    rules: ['B3'],
    toldBy: ['no-twins-and-no-strays'],
    file: 'src/kube/reflector.ts',
    find: 'store.replace(objects);',
    replace: 'for (const object of objects) store.set(object);',
  },
];

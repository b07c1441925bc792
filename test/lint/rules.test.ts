import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';

const ROOT = resolve(import.meta.dirname, '../..');

/** One line of code at one path, and what the linter must say of it. */
interface Plant {
  readonly path: string;
  readonly code: string;
  /** Rule, or a word of the message where the rule is a plugin of ours. */
  readonly caught: string;
}

const ARROW = 'lint/style/noRestrictedImports';

/** `path` may import none of these. */
function forbids(path: string, ...sources: readonly string[]): readonly Plant[] {
  return sources.map((source) => ({ path, code: `export type { X } from '${source}';`, caught: ARROW }));
}

/** What must not happen in `path`, with the sentence of the plugin that says so. */
function plugin(path: string, caught: string, ...lines: readonly string[]): readonly Plant[] {
  return lines.map((code) => ({ path, code, caught }));
}

/** `path` may import `what` from `source`. */
function uses(path: string, what: string, source: string): readonly Omit<Plant, 'caught'>[] {
  const [name = what, type] = what.split(' ').toReversed();
  const code =
    type === 'type'
      ? `import type { ${name} } from '${source}';\nexport const used: ${name}[] = [];`
      : `import { ${name} } from '${source}';\nexport const used = ${name};`;
  return [{ path, code }];
}

const ARROWS: readonly Plant[] = [
  ...forbids('src/credentials.ts', './api/names.ts', './runtime/clock.ts'),
  ...forbids('src/seals.ts', './kube/client.ts', './application/plan/plan.ts', './operator.ts'),
  ...forbids('src/config.ts', './kube/client.ts', './operator.ts', './idp/registry.ts'),
  ...forbids('src/flags/x.ts', '../config.ts', '../kube/client.ts', '../idp/registry.ts'),
  ...forbids('src/main.ts', '../dev/generate.ts', '../test/support/manifests.ts'),
  ...forbids('src/operator.ts', '../dev/emulators/logi/server.ts'),
  ...forbids('src/api/x.ts', '../runtime/clock.ts', '../credentials.ts', '../kube/client.ts', 'undici', 'node:fs'),
  ...forbids('src/api/application/x.ts', '../../runtime/clock.ts', '../../credentials.ts', 'node:fs'),
  ...forbids('src/runtime/x.ts', '../api/names.ts', '../credentials.ts', '../telemetry/log.ts', 'undici', 'zod'),
  ...['application', 'provider'].flatMap((folder) =>
    forbids(
      `src/${folder}/x.ts`,
      '../kube/client.ts',
      '../idp/logi/provider.ts',
      '../idp/registry.ts',
      '../idp/wire.ts',
      '../telemetry/log.ts',
      '../config.ts',
      '../operator.ts',
      'undici',
      'pino',
      'node:crypto',
    ),
  ),
  ...forbids('src/application/x.ts', '../api/../kube/client.ts', '../provider/access.ts'),
  ...forbids('src/application/plan/x.ts', '../ports/ports.ts', '../act/act.ts', '../pass.ts', '../../runtime/clock.ts'),
  ...forbids(
    'src/application/ports/x.ts',
    '../pass.ts',
    '../act/act.ts',
    '../../kube/client.ts',
    '../../idp/fields.ts',
    '../../idp/errors.ts',
  ),
  ...forbids(
    'src/application/act/x.ts',
    '../observe/observe.ts',
    '../plan/plan.ts',
    '../../kube/client.ts',
    '../../provider/access.ts',
    'undici',
    'node:fs',
  ),
  ...forbids('src/provider/x.ts', '../application/plan/plan.ts'),
  ...forbids('src/kube/x.ts', '../application/plan/plan.ts', '../provider/access.ts', '../idp/provider.ts', 'pino'),
  ...forbids(
    'src/idp/x.ts',
    './logi/provider.ts',
    '../api/names.ts',
    '../application/ports/ports.ts',
    '../kube/client.ts',
  ),
  ...forbids('src/idp/registry.ts', './logi/client.ts', '../kube/client.ts', '../application/ports/ports.ts'),
  ...forbids(
    'src/idp/logi/x.ts',
    '../other/provider.ts',
    '../registry.ts',
    '../wire.ts',
    '../../kube/client.ts',
    '../../application/ports/ports.ts',
    '../../api/names.ts',
    'undici',
    'node:crypto',
  ),
  ...forbids('src/telemetry/x.ts', '../kube/client.ts', '../idp/logi/provider.ts', '../application/plan/plan.ts'),
  ...forbids('dev/emulators/logi/x.ts', '../../../src/idp/logi/wire.ts', '../../../src/idp/errors.ts'),
  {
    path: 'src/application/x.ts',
    code: "export const later = import('../kube/client.ts');",
    caught: ARROW,
  },
  ...plugin(
    'src/application/x.ts',
    'where the import rules see it',
    "export type X = import('../kube/client.ts').Client;",
    'export const wait = globalThis.setTimeout;',
    "import { createRequire } from 'node:module';",
  ),
];

const TIME = 'take a Clock';
const CHANCE = 'take a Chance';
const WIRE = 'Sockets are opened';
const SETTING = 'take a setting';

const INJECTED: readonly Plant[] = [
  ...plugin(
    'src/kube/x.ts',
    TIME,
    'setTimeout(run, 1);',
    'setInterval(run, 1);',
    'setImmediate(run);',
    'export const wait = setTimeout;',
    'export const at = Date.now();',
    'export const now = Date.now;',
    'export const at = performance.now();',
    'export const at = new Date();',
    'export const at = new Date;',
    'export const at = Date();',
    'export const soon = AbortSignal.timeout(1);',
    'export const at = process.hrtime.bigint();',
    "import { setTimeout as wait } from 'node:timers/promises';",
    "import { performance as clock } from 'node:perf_hooks';",
  ),
  ...plugin(
    'src/kube/x.ts',
    CHANCE,
    'export const roll = Math.random();',
    'export const roll = Math.random;',
    'export const id = crypto.randomUUID();',
    "import { randomBytes } from 'node:crypto';",
    "import { createHash, randomUUID as id } from 'node:crypto';",
    "import crypto from 'node:crypto';",
    "import * as all from 'crypto';",
  ),
  ...plugin(
    'src/kube/x.ts',
    WIRE,
    "export const answer = fetch('https://example.com');",
    'export const call = fetch;',
    "import { request } from 'undici';",
    "import { get } from 'node:https';",
    "import { connect } from 'node:net';",
    "export const lazy = import('undici');",
  ),
  ...plugin(
    'src/kube/x.ts',
    SETTING,
    'export const level = process.env.LEVEL;',
    "export const level = process.env['LEVEL'];",
    'const { env } = process;',
    "import { env } from 'node:process';",
  ),
  ...plugin('src/runtime/clock.ts', CHANCE, 'export const roll = Math.random();'),
  ...plugin('src/runtime/chance.ts', TIME, 'export const at = Date.now();'),
  ...plugin('src/kube/dispatchers.ts', TIME, 'setTimeout(run, 1);'),
  ...plugin('src/idp/wire.ts', TIME, 'export const soon = AbortSignal.timeout(1);'),
  ...plugin('src/config.ts', TIME, 'export const at = Date.now();'),
  ...plugin('test/kube/x.test.ts', 'Modules are not mocked', "vi.mock('./x.ts');", "vi.doMock('./x.ts', () => ({}));"),
];

const STRICTNESS: readonly Plant[] = [
  { code: 'export const x: any = 1;', caught: 'noExplicitAny' },
  { code: 'export const x = [1].at(0)!;', caught: 'noNonNullAssertion' },
  { code: 'export default function f() {}', caught: 'noDefaultExport' },
  { code: 'export enum E { A }', caught: 'noEnum' },
  { code: 'export namespace N { export const x = 1; }', caught: 'noNamespace' },
  { code: 'export class C { constructor(private readonly x: string) {} }', caught: 'noParameterProperties' },
  { code: "export * from './y.ts';", caught: 'noReExportAll' },
  { code: "import { Y } from './y.ts';\nexport const x: Y = 1;", caught: 'useImportType' },
  { code: 'console.log(1);', caught: 'noConsole' },
  { code: 'async function f() {}\nexport function g() { f(); }', caught: 'noFloatingPromises' },
  { code: 'export async function f(x: Promise<string>) { if (x) return 1; return 2; }', caught: 'noMisusedPromises' },
  {
    code: "type T = 'a' | 'b';\nexport function f(t: T) { switch (t) { case 'a': return 1; } return 2; }",
    caught: 'useExhaustiveSwitchCases',
  },
  { code: "throw 'text';", caught: 'useThrowOnlyError' },
  {
    code: 'export function f(a: 1, b: 1, c: 1, d: 1, e: 1, g: 1) { return a + b + c + d + e + g; }',
    caught: 'useMaxParams',
  },
].map((each) => ({ path: 'src/kube/x.ts', ...each }));

/** What each folder is there to do, and the linter must therefore let it do. */
const ALLOWED: readonly Omit<Plant, 'caught'>[] = [
  { path: 'src/runtime/clock.ts', code: 'export const now = () => Date.now();' },
  { path: 'src/config.ts', code: 'export const environment = process.env;' },
  { path: 'src/application/seal.ts', code: 'export const at = (ms: number) => new Date(ms).toISOString();' },
  { path: 'src/application/names.ts', code: 'export const prefetch = 1;\nexport const cryptography = prefetch;' },
  { path: 'vitest.config.ts', code: 'export default {};' },
  ...uses('src/runtime/chance.ts', 'randomBytes', 'node:crypto'),
  ...uses('src/kube/dispatchers.ts', 'Pool', 'undici'),
  ...uses('src/kube/exchange.ts', 'type Dispatcher', 'undici'),
  ...uses('src/kube/hash.ts', 'createHmac', 'node:crypto'),
  ...uses('src/kube/ports.ts', 'type Ports', '../application/ports/ports.ts'),
  ...uses('src/idp/wire.ts', 'request', 'undici'),
  ...uses('src/idp/port.ts', 'type Options', '../api/application/options.ts'),
  ...uses('src/idp/logi/shown.ts', 'foundValue', '../fields.ts'),
  ...uses('src/idp/logi/marks.ts', 'UNMARKED', '../owner-mark.ts'),
  ...uses('src/application/marked.ts', 'type OwnerMark', '../idp/owner-mark.ts'),
  ...uses('src/application/ports/marked.ts', 'type OwnerMark', '../../idp/owner-mark.ts'),
  ...uses('src/idp/registry.ts', 'logiProvider', './logi/provider.ts'),
  ...uses('src/idp/logi/answers.ts', 'ProviderError', '../errors.ts'),
  ...uses('src/telemetry/server.ts', 'createServer', 'node:http'),
  ...uses('src/api/schema.ts', 'z', 'zod'),
  ...uses('src/api/application/spec.ts', 'text', '../schema.ts'),
  ...uses('src/kube/config.ts', 'readFile', 'node:fs/promises'),
  ...uses('src/application/pass.ts', 'type IdentityProvider', '../idp/provider.ts'),
  ...uses('src/provider/pass.ts', 'NAMES', '../api/names.ts'),
  ...uses('src/operator.ts', 'logiProvider', './idp/logi/provider.ts'),
];

const Report = z.object({
  summary: z.object({ errors: z.number() }),
  diagnostics: z.array(
    z.object({ category: z.string().nullable(), message: z.string(), location: z.object({ path: z.string() }) }),
  ),
});
type Diagnostics = z.infer<typeof Report>['diagnostics'];

/** What the linter said of each planted file, by the file's place. One run serves all: the linter starts slowly. */
const said = new Map<string, string[]>();
let workplace = '';

/** A project of its own for each plant, since many stand at one path. */
function placeOf(index: number, path: string): string {
  return join(`plant-${index}`, path);
}

const PLANTS = [...ARROWS, ...INJECTED, ...STRICTNESS];

beforeAll(() => {
  workplace = mkdtempSync(join(tmpdir(), 'oauthapp-lint-'));
  for (const [index, { path, code }] of [...PLANTS, ...ALLOWED].entries()) plant(placeOf(index, path), code);
  cpSync(join(ROOT, 'lint'), join(workplace, 'lint'), { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(workplace, 'package.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(workplace, 'node_modules'));
  writeFileSync(join(workplace, 'biome.json'), configurationForPlants());
  for (const { location, category, message } of lint()) {
    const about = said.get(location.path) ?? [];
    said.set(location.path, [...about, `${category} ${message}`]);
  }
});

afterAll(() => rmSync(workplace, { recursive: true, force: true }));

test('every plugin of ours runs without an error of its own', () => {
  expect([...said.values()].flat().filter((message) => message.includes('errored'))).toEqual([]);
});

describe('the linter catches', () => {
  test.each(PLANTS.map((each, index) => ({ ...each, index })))('$code in $path', ({ path, index, caught }) => {
    expect(said.get(placeOf(index, path)) ?? []).toContainEqual(expect.stringContaining(caught));
  });
});

describe('the linter allows', () => {
  test.each(ALLOWED.map((each, index) => ({ ...each, index: PLANTS.length + index })))(
    '$code in $path',
    ({ path, index }) => {
      expect(said.get(placeOf(index, path)) ?? []).toEqual([]);
    },
  );
});

function plant(place: string, code: string): void {
  const file = join(workplace, place);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${code}\n`);
}

/** Our configuration, its globs moved below the folder that each plant has for itself. */
function configurationForPlants(): string {
  return readFileSync(join(ROOT, 'biome.json'), 'utf8').replaceAll(
    /"(src|dev|test|\*\.config\.ts)(?=[/"])/g,
    '"plant-*/$1',
  );
}

function lint(): Diagnostics {
  const { stdout, stderr } = spawnSync(
    join(ROOT, 'node_modules/.bin/biome'),
    ['lint', '--reporter=json', '--max-diagnostics=none', '.'],
    { cwd: workplace, encoding: 'utf8', maxBuffer: 64 * 2 ** 20 },
  );
  if (!stdout.startsWith('{')) throw new Error(`the linter did not run: ${stderr}`);
  return Report.parse(JSON.parse(stdout)).diagnostics;
}

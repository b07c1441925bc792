import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Distortion } from '../../dev/emulators/faults.ts';
import { conditionOf } from '../support/namespace-world.ts';
import { until } from '../support/until.ts';
import { createWorld, keptUnder, logsIn, type World, web } from '../support/world.ts';

let world: World;

beforeAll(async () => {
  world = await createWorld();
  await world.startOperator();
});

afterAll(() => world[Symbol.asyncDispose]());

const MIB = 1024 * 1024;

const BAD_ANSWERS: readonly { readonly what: string; readonly answer: Distortion }[] = [
  { what: 'is no JSON', answer: { type: 'garbage' } },
  { what: 'is a page of HTML', answer: { type: 'html' } },
  { what: 'is 20 MB', answer: { type: 'oversize', bytes: 20 * MIB } },
  { what: 'never ends', answer: { type: 'slow-body', everyMs: 1_000 } },
  { what: 'never comes', answer: { type: 'timeout' } },
  { what: 'ends in the middle', answer: { type: 'truncate' } },
  { what: 'is a reset connection', answer: { type: 'reset' } },
];

test.for(BAD_ANSWERS)(
  'a registration whose answer $what is found again, and is the only one',
  async ({ answer }, ctx) => {
    const name = `lost-${answer.type}`;
    const fault = world.emulator.fault({ operation: 'create', when: 'after', ...answer });
    await world.apply(web(name));
    await world.ready(name);
    ctx.expect(fault.hits).toBe(1);
    ctx.expect(await logsIn(world, `${name}-oauth`)).toBe(true);
    ctx.expect(everUnder(name)).toMatchObject([{ softDeleted: false }]);
  },
);

test.for(BAD_ANSWERS.slice(0, 4))(
  'a listing whose answer $what makes the provider unready, and heals',
  async ({ answer }, ctx) => {
    const fault = world.emulator.fault({ operation: 'list', when: 'after', times: 'always', ...answer });
    await world.askForListing();
    const provider = await until(
      'the provider is unready',
      () => world.provider(),
      (shown) => conditionOf(shown, 'Ready')?.status === 'False',
    );
    ctx.expect(conditionOf(provider, 'Reconciling')?.reason).toMatch(/^(MalformedAnswer|ProviderUnavailable)$/);
    fault.remove();
    await until(
      'the provider is ready',
      () => world.provider(),
      (shown) => conditionOf(shown, 'Ready')?.status === 'True',
    );
  },
);

test('a registration that is refused names the field, and is made once that is corrected', async () => {
  const refusal = world.emulator.fault({
    operation: 'create',
    when: 'before',
    type: 'status',
    status: 422,
    body: '{"error":"invalid_redirect_uri","error_description":"Redirect URI host is not allowed"}',
    times: 'always',
  });
  await world.apply(web('unlucky'));
  const ready = await world.reason('unlucky', 'Rejected');
  expect(ready.message).toContain('Redirect URI host is not allowed');
  refusal.remove();
  await world.apply(web('unlucky', { redirectUris: ['https://other.example.com/'] }));
  await world.ready('unlucky');
  expect(keptUnder(world, 'unlucky')).toHaveLength(1);
});

/** Deleted ones included: a twin that was made and removed again is one create too many. */
function everUnder(displayName: string) {
  return world.emulator.applications().filter(({ name }) => name.startsWith(displayName));
}

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { Redacted } from '../../src/credentials.ts';
import type { Log, LogLevel } from '../../src/telemetry/log.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { manualClock } from '../support/manual-clock.ts';

const PLANTED = 'hunter2-planted-secret';

function logToMemory(level: LogLevel = 'debug'): { log: Log; text(): string; lines(): Record<string, unknown>[] } {
  let text = '';
  const log = createLog(level, manualClock(Date.UTC(2026, 10, 22, 12)), {
    write: (line) => {
      text += line;
    },
  });
  return {
    log,
    text: () => text,
    // Each line is an object: that is what is tested here.
    lines: () =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

describe('a line', () => {
  test('is one JSON object with level, time, message and fields', () => {
    const { log, lines } = logToMemory();
    log.info('registration created', { application: 'store/shop', attempts: 2, first: true, none: undefined });
    expect(lines()).toEqual([
      {
        level: 'info',
        time: '2026-11-22T12:00:00.000Z',
        message: 'registration created',
        application: 'store/shop',
        attempts: 2,
        first: true,
      },
    ]);
  });

  test('below the level is not written', () => {
    const { log, lines } = logToMemory('warn');
    log.debug('a');
    log.info('b');
    log.warn('d');
    log.error('e');
    expect(lines().map(({ message }) => message)).toEqual(['d', 'e']);
  });

  test('stays one line whatever is in it', () => {
    const { log, lines } = logToMemory();
    log.info('forged', { text: 'a\n{"level":"error","message":"forged"}\r\n\u2028' });
    expect(lines().length).toBe(1);
  });
});

describe('an error', () => {
  test('shows name, code, message, stack and its causes', () => {
    const { log, lines } = logToMemory();
    const cause = Object.assign(new TypeError('inner'), { code: 'ECONNRESET' });
    log.error('pass failed', { err: new Error('outer', { cause: new AggregateError([cause], 'several') }) });
    expect(lines()[0]).toMatchObject({
      err: {
        name: 'Error',
        message: 'outer',
        stack: expect.stringContaining('log.test.ts'),
        cause: { name: 'AggregateError', errors: [{ name: 'TypeError', code: 'ECONNRESET', message: 'inner' }] },
      },
    });
  });

  test('shows nothing else that hangs on it', () => {
    const { log, text } = logToMemory();
    const err = Object.assign(new Error('refused'), {
      body: PLANTED,
      response: { text: PLANTED },
      options: [PLANTED],
      request: PLANTED,
    });
    log.error('call failed', { err, nested: { deep: [err] } });
    expect(text()).toContain('refused');
    expect(text()).not.toContain(PLANTED);
  });
});

describe('a secret is not written', () => {
  const secret = new Redacted(PLANTED);
  const cases: { why: string; fields: Record<string, unknown> }[] = [
    { why: 'as a field', fields: { value: secret } },
    { why: 'nested in objects and arrays', fields: { a: { b: [{ c: secret }] } } },
    { why: 'in the text of an error', fields: { err: new Error(`refused: ${secret}`) } },
    { why: 'as the cause of a cause', fields: { err: new Error('a', { cause: new Error('b', { cause: secret }) }) } },
    { why: 'in the text of a cause', fields: { err: new Error('a', { cause: new Error(`b ${secret}`) }) } },
    {
      why: 'among the errors of an aggregate',
      fields: { err: new AggregateError([new Error(`${secret}`), secret], 'several') },
    },
    { why: 'as the code of an error', fields: { err: Object.assign(new Error('a'), { code: secret }) } },
    { why: 'in credentials', fields: { credentials: { clientId: 'id', clientSecret: secret } } },
    { why: 'as plain text under clientSecret', fields: { credentials: { clientSecret: PLANTED } } },
    { why: 'as plain text under client_secret', fields: { answer: { client_secret: PLANTED } } },
    { why: 'as plain text under registration_access_token', fields: { registration_access_token: PLANTED } },
    { why: 'as plain text under apiKey', fields: { apiKey: PLANTED } },
    { why: 'as plain text under X-API-Key', fields: { answer: { 'X-API-Key': PLANTED } } },
    { why: 'as plain text under Set-Cookie', fields: { answer: { 'Set-Cookie': [PLANTED] } } },
    { why: 'in headers', fields: { request: { headers: { authorization: `Bearer ${PLANTED}` } } } },
    { why: 'in a body', fields: { body: `{"a":"${PLANTED}"}` } },
    { why: 'in the data of a Secret', fields: { object: { kind: 'Secret', data: { a: PLANTED } } } },
    { why: 'in what toJSON gives', fields: { value: { toJSON: () => ({ password: PLANTED }) } } },
  ];

  test.each(cases)('$why', ({ fields }) => {
    const { log, text, lines } = logToMemory();
    log.info('line', fields);
    expect(lines().map(({ message }) => message)).toEqual(['line']);
    expect(text()).toContain('[redacted]');
    expect(text()).not.toContain(PLANTED);
  });
});

describe('whatever is logged, logging does not throw', () => {
  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  const selfCaused = new Error('a');
  selfCaused.cause = selfCaused;
  const thicket: unknown[] = [];
  for (let i = 0; i < 100; i += 1) thicket.push({ thicket });
  const cases: { why: string; value: unknown }[] = [
    { why: 'a cycle', value: cyclic },
    { why: 'an error that is its own cause', value: selfCaused },
    { why: 'a bigint', value: 2n ** 64n },
    { why: 'a symbol', value: Symbol('s') },
    { why: 'a function', value: () => undefined },
    { why: 'a number that JSON has not', value: Number.NaN },
    {
      why: 'a getter that throws',
      value: {
        get broken(): never {
          throw new Error('no');
        },
      },
    },
    {
      why: 'a proxy that throws at everything',
      value: new Proxy(
        {},
        {
          getPrototypeOf() {
            throw new Error('no');
          },
          ownKeys() {
            throw new Error('no');
          },
        },
      ),
    },
    {
      why: 'ten thousand items of a thousand characters',
      value: Array.from({ length: 10_000 }, () => 'x'.repeat(1_000)),
    },
    { why: 'a graph that unfolds without end', value: thicket },
    { why: 'a date that is none', value: new Date(Number.NaN) },
  ];

  test.each(cases)('$why', ({ value }) => {
    const { log, text, lines } = logToMemory();
    log.info('odd', { value });
    expect(lines()).toMatchObject([{ message: 'odd' }]);
    expect(text().length).toBeLessThan(100_000);
  });

  test('a cycle is cut after a few turns', () => {
    const { log, text } = logToMemory();
    log.info('odd', { cyclic });
    expect(text()).toContain('[cut]');
    expect(text().length).toBeLessThan(500);
  });

  test('a getter that throws, among the fields themselves', () => {
    const { log, lines } = logToMemory();
    log.info('odd', {
      get broken(): never {
        throw new Error('no');
      },
    });
    expect(lines()).toMatchObject([{ message: 'odd' }]);
  });
});

test('the last line before an exit reaches standard output', async () => {
  const program = `
    import { createLog } from './src/telemetry/log.ts';
    import { systemClock } from './src/runtime/clock.ts';
    const log = createLog('info', systemClock);
    for (let i = 0; i < 1_000; i += 1) log.info('line', { i });
    log.error('leadership lost');
    process.exit(3);
  `;
  const root = new URL('../..', import.meta.url);
  const child = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: root,
  }).catch((error: { code: number; stdout: string }) => error);
  expect(child).toHaveProperty('code', 3);
  const lines = child.stdout.trimEnd().split('\n');
  expect(lines.length).toBe(1_001);
  expect(lines.at(-1)).toContain('leadership lost');
});

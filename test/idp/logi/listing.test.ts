import { describe, expect, test } from 'vitest';
import { failureOf, verdictOf } from '../failure.ts';
import { always, type Script, scriptedServer } from '../scripted-server.ts';
import { NEVER, openLogi, startLogi } from './logi.ts';

function application(id: number) {
  return { id, client_id: `logi_${id}`, name: `App ${id}` };
}

function applications(count: number, first = 1) {
  return Array.from({ length: count }, (_, at) => application(first + at));
}

/** The ids of an inventory, and how many requests it took. */
async function inventoried(script: Script): Promise<{ readonly ids: readonly string[]; readonly requests: number }> {
  await using server = await scriptedServer(script);
  await using logi = openLogi(server.url);
  const { registrations } = await logi.provider.inventory(NEVER);
  return { ids: registrations.map(({ id }) => id), requests: server.arrivals.length };
}

async function inventoryVerdict(script: Script): Promise<string> {
  await using server = await scriptedServer(script);
  await using logi = openLogi(server.url);
  return await verdictOf(logi.provider.inventory(NEVER));
}

type Pager = (all: readonly ReturnType<typeof application>[], query: URLSearchParams, path: string) => Paged;
interface Paged {
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Pages of two, whatever size is asked for. */
const PAGERS: Readonly<Record<string, Pager>> = {
  'a Link header': (all, query, path) => {
    const page = Number(query.get('page') ?? 1);
    const link = `<https://elsewhere.example/prev?page=0>; rel="prev", <${path}?page=${page + 1}>; rel="next"`;
    return { body: cut(all, page), headers: page * 2 < all.length ? { link } : {} };
  },
  'meta.next_page': (all, query) => {
    const page = Number(query.get('page') ?? 1);
    return { body: { data: cut(all, page), meta: { next_page: page * 2 < all.length ? page + 1 : null } } };
  },
  'next_cursor and has_more': (all, query) => {
    const rest = all.filter(({ id }) => id > Number(query.get('cursor') ?? 0));
    const page = rest.slice(0, 2);
    return { body: { applications: page, has_more: rest.length > 2, next_cursor: page.at(-1)?.id ?? null } };
  },
  'a total alone': (all, query) => {
    return { body: { applications: cut(all, Number(query.get('page') ?? 1)), total: all.length } };
  },
  'a header with the total': (all, query) => {
    const headers = { 'x-total-count': String(all.length) };
    return { body: cut(all, Number(query.get('page') ?? 1)), headers };
  },
};

function cut<Item>(all: readonly Item[], page: number): readonly Item[] {
  return all.slice((page - 1) * 2, page * 2);
}

function paged(pager: Pager, all: (request: number) => ReturnType<typeof applications>): Script {
  let requests = 0;
  return ({ path }, response) => {
    requests += 1;
    const url = new URL(path, 'http://logi.invalid');
    const { body, headers } = pager(all(requests), url.searchParams, url.pathname);
    always(200, body, headers)({ method: 'GET', path, headers: {}, body: '' }, response);
  };
}

describe('a list in one piece', () => {
  test.each([
    { form: 'an array', body: applications(3) },
    { form: 'an object with applications', body: { applications: applications(3) } },
    { form: 'an object with data', body: { data: applications(3), meta: { count: 3 } } },
    { form: 'wrapped elements', body: applications(3).map((inner) => ({ application: inner })) },
    { form: 'a page that says it is the last', body: { data: applications(3), has_more: false, next_cursor: 3 } },
  ])('is read with one call: $form', async ({ body }) => {
    expect(await inventoried(always(200, body))).toEqual({ ids: ['1', '2', '3'], requests: 1 });
  });

  test.each([
    ['an empty cursor', { next_cursor: '' }],
    ['an empty page', { next_page: '' }],
    ['page 0', { next_page: 0 }],
    ["page '0'", { next_page: '0' }],
    ['a cursor of false', { next_cursor: false }],
    ['no page', { next_page: null }],
    ['both', { next_page: 0, next_cursor: '' }],
  ])('has no further page by %s', async (_, sign) => {
    const all = applications(3);
    const expected = { ids: ['1', '2', '3'], requests: 1 };
    expect(await inventoried(always(200, { applications: all, ...sign }))).toEqual(expected);
    expect(await inventoried(always(200, { data: all, meta: sign })), 'under meta').toEqual(expected);
  });

  test('of a round length is whole when a second page brings nothing new', async () => {
    const { ids, requests } = await inventoried(always(200, applications(20)));
    expect({ count: ids.length, requests }).toEqual({ count: 20, requests: 2 });
  });

  test('keeps an element of which it knows the ids alone', async () => {
    await using server = await scriptedServer(
      always(200, [{ id: '7', client_id: 'logi_7', name: 7, redirect_uris: { a: 1 }, status: ['x'], organization: 1 }]),
    );
    await using logi = openLogi(server.url);
    expect((await logi.provider.inventory(NEVER)).registrations).toMatchObject([
      { id: '7', name: undefined, redirectUris: undefined, approval: 'unknown' },
    ]);
  });

  test.each([
    { why: 'an element has no id', body: [...applications(2), { name: 'Odd', client_id: 'logi_3' }] },
    { why: 'an element is no object', body: [...applications(2), null] },
    { why: 'there is no list', body: { status: 'ok' } },
    { why: 'there is a text', body: '"applications"' },
  ])('is malformed when $why', async ({ body }) => {
    expect(await inventoryVerdict(always(200, body))).toBe('malformed, unknown');
  });
});

describe('a list in pages', () => {
  test.each(Object.entries(PAGERS))('is read twice to its end, by %s', async (_, pager) => {
    const { ids, requests } = await inventoried(paged(pager, () => applications(5)));
    expect({ ids, requests }).toEqual({ ids: ['1', '2', '3', '4', '5'], requests: 6 });
  });

  test.each(Object.entries(PAGERS))('that changes meanwhile is not believed, by %s', async (_, pager) => {
    const growing = paged(pager, (request) => applications(request > 3 ? 6 : 5));
    expect(await inventoryVerdict(growing)).toBe('unavailable, unknown');
  });

  test('takes the cursor as since where it does not know it by its own name', async () => {
    const bySince: Pager = (all, query) => {
      const page = all.filter(({ id }) => id > Number(query.get('since') ?? 0)).slice(0, 2);
      return {
        body: { applications: page, has_more: page.at(-1)?.id !== all.at(-1)?.id, next_cursor: page.at(-1)?.id },
      };
    };
    const { ids, requests } = await inventoried(paged(bySince, () => applications(5)));
    expect({ ids, requests }).toEqual({ ids: ['1', '2', '3', '4', '5'], requests: 8 });
  });

  test('without any sign is found by its round length', async () => {
    const silent: Script = ({ path }, response) => {
      const page = Number(new URL(path, 'http://logi.invalid').searchParams.get('page') ?? 1);
      always(200, applications(25).slice((page - 1) * 10, page * 10))(
        { method: '', path, headers: {}, body: '' },
        response,
      );
    };
    expect((await inventoried(silent)).ids).toHaveLength(25);
  });

  test.each([
    { why: 'it says has_more for ever and gives the same page', body: { data: applications(2), has_more: true } },
    { why: 'its total is larger than what it gives', body: { data: applications(2), total: 3 } },
  ])('is malformed when $why', async ({ body }) => {
    expect(await inventoryVerdict(always(200, body))).toBe('malformed, unknown');
  });

  test('that brings nothing new is not read on', async () => {
    await using server = await scriptedServer(always(200, { data: applications(2), has_more: true }));
    await using logi = openLogi(server.url);
    await failureOf(logi.provider.inventory(NEVER));
    expect(server.arrivals).toHaveLength(2);
  });

  test('that never ends is given up', async () => {
    let id = 0;
    const endless: Script = (arrival, response) => {
      id += 1;
      always(200, { data: [application(id)], next_cursor: id })(arrival, response);
    };
    expect(await inventoryVerdict(endless)).toBe('malformed, unknown');
  });

  test.each([
    { why: 'in one piece', size: 20_001, requests: 1 },
    { why: 'in pages', size: 5000, requests: 5 },
  ])('is read no further than 20,000 applications: $why', async ({ size, requests }) => {
    let last = 0;
    await using server = await scriptedServer((arrival, response) => {
      const data = applications(size, last + 1);
      last += size;
      always(200, { data, next_cursor: last })(arrival, response);
    });
    await using logi = openLogi(server.url);
    expect(await failureOf(logi.provider.inventory(NEVER))).toMatchObject({
      code: 'malformed',
      message: 'logi lists more than 20,000 applications.',
      details: { effect: 'unknown' },
    });
    expect(server.arrivals).toHaveLength(requests);
  });

  test('is read no further either when it repeats the same for ever beside a new one', async () => {
    let id = 10_000;
    await using server = await scriptedServer((arrival, response) => {
      id += 1;
      always(200, { data: [...applications(4999), application(id)], next_cursor: id })(arrival, response);
    });
    await using logi = openLogi(server.url);
    expect((await failureOf(logi.provider.inventory(NEVER))).message).toBe('logi lists more than 20,000 applications.');
    expect(server.arrivals).toHaveLength(5);
  });

  test.each<[what: string, link: string]>([
    ['a query without an end', `<?${'x'.repeat(15_000)}`],
    ['many beginnings of a query', `<${'?'.repeat(15_000)}`],
    ['many fragments', `<?${'#'.repeat(15_000)}`],
    ['many parameters', `<?>;${' rel="x'.repeat(2_000)}`],
    ['many spaces', `<?>${' '.repeat(15_000)}x`],
  ])('takes no time to speak of for links of %s', async (_, link) => {
    const all = applications(60);
    const script = paged(
      (some, query) => {
        const page = Number(query.get('page') ?? 1);
        return { body: { applications: cut(some, page), total: some.length }, headers: { link } };
      },
      () => all,
    );
    const began = process.cpuUsage();
    expect(await inventoried(script)).toMatchObject({ requests: 60 });
    expect(process.cpuUsage(began).user / 1_000, 'ms').toBeLessThan(2_000);
  });

  test.each<[link: string, path: string]>([
    ['</list?page=7>; rel="next"', 'page=7'],
    ['</list?page=7#part?of=it>; rel="next"', 'page=7'],
    ['</list?page=7#>; title="b"; rel=next', 'page=7'],
    ['</list?page=6#x>; rel="prev", </list?page=7#y>; rel="next"', 'page=7'],
    ['</list?page=7#x#y>; rel="last"', 'per_page=1000&limit=1000&page=2'],
  ])('goes on by what a link says before its fragment: %s', async (link, query) => {
    await using server = await scriptedServer(always(200, { applications: applications(1), total: 2 }, { link }));
    await using logi = openLogi(server.url);
    await failureOf(logi.provider.inventory(NEVER));
    expect(server.arrivals[1]?.path.split('?')[1]).toBe(query);
  });

  test('never has the key go where a link points', async () => {
    await using elsewhere = await scriptedServer(always(200, []));
    await using server = await scriptedServer(
      always(200, applications(1), { link: `<${elsewhere.url}/steal?page=2>; rel="next"` }),
    );
    await using logi = openLogi(server.url);
    await failureOf(logi.provider.inventory(NEVER));
    expect(elsewhere.arrivals).toEqual([]);
    expect(new Set(server.arrivals.map(({ path }) => path.split('?')[0]))).toEqual(new Set(['/api/v1/applications']));
  });
});

describe('a server that refuses the size of the pages', () => {
  const refusal = { error: 'invalid_pagination' };

  const page = { 'content-type': 'text/html' };
  const plain = { 'content-type': 'text/plain' };

  test.each([
    [400, refusal, {}],
    [400, '', {}],
    [400, 'Bad Request', plain],
    [400, '<html>', page],
    [414, '<html>', page],
    [422, refusal, {}],
    [422, '', {}],
    [422, { message: 'no' }, {}],
  ])('is asked without one, after a %i %j', async (status, body, headers) => {
    const whole: Script = (arrival, response) =>
      arrival.path.includes('per_page')
        ? always(status, body, headers)(arrival, response)
        : always(200, applications(3))(arrival, response);
    expect(await inventoried(whole)).toEqual({ ids: ['1', '2', '3'], requests: 2 });
  });

  test.each([
    {
      status: 422,
      body: refusal,
      verdict: 'rejected, refused',
      requests: 2,
      why: 'it is asked twice, and no third time',
    },
    {
      status: 400,
      body: '',
      verdict: 'unavailable, unknown',
      requests: 2,
      why: 'it is asked twice, and no third time',
    },
    { status: 403, body: '', verdict: 'forbidden, unknown', requests: 1, why: 'no size is refused' },
    { status: 429, body: '', verdict: 'throttled, unknown', requests: 1, why: 'no size is refused' },
    { status: 503, body: '', verdict: 'unavailable, unknown', requests: 1, why: 'no size is refused' },
  ])('that goes on with $status $body is $verdict: $why', async ({ status, body, verdict, requests }) => {
    await using server = await scriptedServer(always(status, body));
    await using logi = openLogi(server.url);
    expect(await verdictOf(logi.provider.inventory(NEVER))).toBe(verdict);
    expect(server.arrivals).toHaveLength(requests);
  });
});

test('a registration that the list does not show yet is still found by its id', async () => {
  await using logi = await startLogi({ listLagMs: 3_600_000 });
  const { application: late } = logi.emulator.createByHand('Late');
  expect(await logi.provider.inventory(NEVER)).toEqual({ registrations: [] });
  expect(await logi.provider.get(String(late.id), NEVER)).toMatchObject({ name: 'Late' });
});

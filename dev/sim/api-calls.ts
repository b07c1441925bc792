import type { ApiRequest, ApiResponse } from '../../src/kube/transport.ts';
import type { CallName, Misanswer } from './blows.ts';

const VERBS = { GET: 'get', POST: 'create', PUT: 'replace', PATCH: 'patch', DELETE: 'delete' } as const;

/** What says what a request is about. */
type Asked = Pick<ApiRequest, 'method' | 'path'>;

/** What an error of the server, or of something in front of it, looks like; the tests compare all but the first to real ones. */
const ERRORS = {
  unavailable: { code: 503, reason: 'ServiceUnavailable' },
  failed: { code: 500, reason: 'InternalError', details: saidBy('webhook') },
  unauthorized: { code: 401, reason: 'Unauthorized' },
  denied: { code: 403, reason: 'Forbidden', details: saidBy('policy') },
  forbidden: { code: 403, reason: 'Forbidden' },
  full: { code: 403, reason: 'Forbidden' },
  unprocessable: { code: 422, reason: 'Invalid', details: saidBy('policy') },
} as const;

/** Who watches over admission gives a cause that is nothing but prose. */
function saidBy(message: string) {
  return { causes: [{ message }] };
}

/** The path without its query. */
export function pathOf({ path }: Pick<ApiRequest, 'path'>): string {
  return path.split('?', 1)[0] ?? '';
}

const PATH = /^\/(?:api|apis\/[^/]+)\/v[^/]*\/(?:namespaces\/([^/]+)\/)?([^/?]+)(?:\/([^/?]+))?(?:\/([^/?]+))?/;

/** The parts of `/api/v1/…` and `/apis/GROUP/VERSION/…`. */
export function partsOf({ path }: Pick<ApiRequest, 'path'>): {
  readonly namespace: string | undefined;
  readonly plural: string;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
} {
  const [, namespace, plural = '', name, subresource] = PATH.exec(path) ?? [];
  return { namespace, plural, name, subresource };
}

/** `create secrets`, `replace oauthapplications/status`, `list oauthapplications`, `watch secrets`, `dry-run secrets`. */
export function callOf(request: ApiRequest): CallName {
  return { side: 'api', kind: kindOf(request) };
}

/** The same in words alone. */
export function kindOf(request: Asked): string {
  const { plural, name, subresource } = partsOf(request);
  const what = subresource === undefined ? plural : `${plural}/${subresource}`;
  return `${verbOf(request, name)} ${what}`;
}

function verbOf({ method, path }: Asked, name: string | undefined): string {
  if (path.includes('watch=true')) return 'watch';
  if (path.includes('dryRun=')) return 'dry-run';
  return method === 'GET' && name === undefined ? 'list' : VERBS[method];
}

/** An answer that is not the server's, or not about what was asked. */
export function misanswerOf(as: Misanswer, answer: ApiResponse | undefined): ApiResponse {
  switch (as) {
    case 'throttled':
      return { status: 429, headers: { 'retry-after': '1' }, body: Buffer.from('Too many requests\n') };
    case 'unavailable':
    case 'failed':
    case 'unauthorized':
    case 'denied':
    case 'forbidden':
    case 'full':
    case 'unprocessable': {
      const { code, ...told } = ERRORS[as];
      const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: as, ...told, code };
      return { status: code, headers: {}, body: Buffer.from(JSON.stringify(status)) };
    }
    case 'html':
      return { status: 502, headers: {}, body: Buffer.from('<html><body>Bad Gateway</body></html>') };
    case 'garbage':
    case 'truncated':
    case 'oversize': {
      const whole = answer?.body ?? Buffer.from('{"kind":"Status"}');
      return { status: answer?.status ?? 200, headers: {}, body: whole.subarray(0, whole.length >> 1) };
    }
  }
}

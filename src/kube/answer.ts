import type { Clock } from '../runtime/clock.ts';
import type { Verb } from './errors.ts';
import { apiError, TransportError } from './errors.ts';
import type { ApiResponse } from './transport.ts';

/**
 * The body of a successful answer as JSON.
 *
 * @throws ApiError for every other answer, TransportError `malformed` for a success that is no JSON
 */
export function jsonOf(verb: Verb, resource: string, answer: ApiResponse, clock: Clock): unknown {
  const { status, headers, body } = answer;
  const json = parse(body);
  if (status < 200 || status >= 300) {
    throw apiError(verb, resource, { status, retryAfterMs: retryAfterOf(headers, clock), json });
  }
  if (json === undefined) throw new TransportError('malformed', `${verb} ${resource}: ${status} without JSON`);
  return json;
}

/** Milliseconds from now in `Retry-After` (RFC 9110 section 10.2.3), in seconds or as a date. */
export function retryAfterOf(headers: Readonly<Record<string, string>>, clock: Clock): number | undefined {
  const value = headers['retry-after']?.trim();
  if (value === undefined || value === '') return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - clock.now());
}

/** `Accept` for whole objects, or for their metadata alone (`kind` names the form of the answer). */
export function acceptOf(
  representation: 'full' | 'metadata',
  kind: 'PartialObjectMetadata' | 'PartialObjectMetadataList',
): string {
  return representation === 'full' ? 'application/json' : `application/json;as=${kind};g=meta.k8s.io;v=v1`;
}

/** `undefined` for anything that is no JSON. The parser's own error quotes what it read, so it ends here. */
function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
  } catch {
    return undefined;
  }
}

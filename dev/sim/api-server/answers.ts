import type { ApiResponse } from '../../../src/kube/transport.ts';
import type { ApiObject, Form } from './objects.ts';
import { partialOf, Stored } from './objects.ts';
import type { Refusal } from './refusal.ts';

/** Makes answers, each with the server's time in its `date`. */
export interface Answers {
  json(status: number, json: string | Buffer): ApiResponse;
  /** An object that is stored as it is, or one that is not stored, such as that of a dry run. */
  object(status: number, object: ApiObject | Stored, form: Form): ApiResponse;
  refusal(refusal: Refusal): ApiResponse;
  noSuchPath(): ApiResponse;
}

/** Answers by a clock. */
export function answers(now: () => number): Answers {
  /** The header of the present second. */
  let dated = { second: Number.NaN, headers: {} };

  return {
    json,
    object,
    refusal: (refusal) => json(refusal.details.code, JSON.stringify(refusal.status())),
    noSuchPath: () => ({
      status: 404,
      headers: { ...headersNow(), 'content-type': 'text/plain; charset=utf-8' },
      body: Buffer.from('404 page not found\n'),
    }),
  };

  function json(status: number, body: string | Buffer): ApiResponse {
    return { status, headers: headersNow(), body: typeof body === 'string' ? Buffer.from(body) : body };
  }

  function object(status: number, given: ApiObject | Stored, form: Form): ApiResponse {
    if (given instanceof Stored) return json(status, form === 'full' ? given.bytes() : given.json('metadata'));
    const { resourceVersion, ...metadata } = given.metadata;
    const named = { ...given, metadata: resourceVersion === '' ? metadata : given.metadata };
    return json(status, form === 'full' ? JSON.stringify(named) : partialOf(named as ApiObject));
  }

  function headersNow(): Readonly<Record<string, string>> {
    const second = Math.floor(now() / 1000);
    if (second !== dated.second) {
      const date = new Date(second * 1000).toUTCString();
      dated = { second, headers: { 'content-type': 'application/json', date } };
    }
    return dated.headers;
  }
}

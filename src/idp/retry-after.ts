/** Who asks for less, or for a time that has passed, would be asked again without end. */
const SHORTEST_MS = 1_000;

/** No provider has reason to ask for more; a longer wait is a mistake or an attack. Few calls wait even this long. */
const LONGEST_MS = 24 * 60 * 60 * 1000;

const SECONDS = /^\d{1,15}$/;

/** The three forms of RFC 9110 section 5.6.7: IMF-fixdate, RFC 850, asctime. All of them are in GMT. */
const HTTP_DATES = [
  /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]{5,8}, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/,
];

/**
 * Milliseconds that a `Retry-After` header asks us to wait, from a second to one day; `undefined` where it is missing, says
 * nothing that can be read, or asks for no pause.
 *
 * A date is measured against the answer's own `Date`, so that a clock that is wrong here does not count; without one,
 * against `nowMs` (milliseconds since the epoch).
 *
 * @see RFC 9110 section 10.2.3
 */
export function retryAfterMs(value: string | undefined, date: string | undefined, nowMs: number): number | undefined {
  const ms = askedMs(value?.trim() ?? '', date, nowMs);
  return ms === undefined || ms < SHORTEST_MS ? undefined : Math.min(ms, LONGEST_MS);
}

function askedMs(text: string, date: string | undefined, nowMs: number): number | undefined {
  if (SECONDS.test(text)) return Number(text) * 1000;
  const until = httpDateMs(text);
  return until && until - (httpDateMs(date?.trim() ?? '') ?? nowMs);
}

function httpDateMs(text: string): number | undefined {
  if (!HTTP_DATES.some((form) => form.test(text))) return undefined;
  const ms = Date.parse(text.endsWith(' GMT') ? text : `${text} GMT`);
  return Number.isNaN(ms) ? undefined : ms;
}

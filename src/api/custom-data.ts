/** What `customData` may have as JSON. The definition cannot say so: CEL knows no size of a value, so that a pass does. */
export const MAX_CUSTOM_DATA_BYTES = 16 * 1024;

/** As much over the limit as what it stands for, so that it is refused in the same words; one for all objects. */
const OVER_LIMIT = { 'left out': 'x'.repeat(MAX_CUSTOM_DATA_BYTES) };

type Fields = Readonly<Record<string, unknown>>;

/**
 * The spec of an OAuthApplication, not decoded yet, with a stand-in for `customData` that is over its limit: an object may
 * bring 1.5 MiB of it, and what is over the limit is refused whatever it says.
 */
export function withinCustomData(spec: unknown): unknown {
  const logto = isFields(spec) ? spec['logto'] : undefined;
  if (!isFields(spec) || !isFields(logto) || !isOverLimit(logto['customData'])) return spec;
  return { ...spec, logto: { ...logto, customData: OVER_LIMIT } };
}

function isOverLimit(data: unknown): boolean {
  if (!isFields(data)) return false;
  try {
    return new TextEncoder().encode(JSON.stringify(data)).length > MAX_CUSTOM_DATA_BYTES;
  } catch {
    // Nested so deep that nothing could be made of it later either.
    return true;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { ProviderError } from '../../src/idp/errors.ts';
import { WireError } from '../../src/idp/http.ts';

/** The ProviderError that `work` ends with. Anything else that it does fails the test. */
export async function failureOf(work: Promise<unknown>): Promise<ProviderError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ProviderError) return error;
    throw new Error('it threw something else than a ProviderError', { cause: error });
  }
  throw new Error('it did not fail');
}

/** The WireError that `work` ends with. Anything else that it does fails the test. */
export async function wireFailure(work: Promise<unknown>): Promise<WireError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof WireError) return error;
    throw new Error('it threw something else than a WireError', { cause: error });
  }
  throw new Error('it did not fail');
}

/** What the plan decides upon in a ProviderError. */
export async function verdictOf(work: Promise<unknown>): Promise<string> {
  const { code, details } = await failureOf(work);
  return `${code}, ${details.effect}`;
}

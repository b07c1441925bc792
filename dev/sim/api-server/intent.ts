import type { ApiRequest } from '../../../src/kube/transport.ts';

/** How a write is meant, by its query and headers. */
export interface Intent {
  readonly effect: 'stored' | 'dry-run';
  /** Who owns the fields that it changes. */
  readonly manager: string;
  /** What becomes of fields that nobody knows. */
  readonly unknownFields: 'refused' | 'dropped';
}

/** The intent of a request. */
export function intentOf({ headers }: Pick<ApiRequest, 'headers'>, query: URLSearchParams): Intent {
  const agent = headers['user-agent']?.split('/')[0];
  return {
    effect: query.get('dryRun') === 'All' ? 'dry-run' : 'stored',
    manager: query.get('fieldManager') ?? agent ?? 'unknown',
    unknownFields: query.get('fieldValidation') === 'Strict' ? 'refused' : 'dropped',
  };
}

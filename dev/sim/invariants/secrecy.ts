import type { Invariant } from './invariant.ts';

export const secrecy: Invariant = {
  name: 'secrets-nowhere-else',
  promise: 'No secret value stands in a status, an Event, a log line or a metric.',
  rules: ['S1'],
  attend: () => ({}),
};

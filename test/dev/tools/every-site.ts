import type { ReleaseSites } from '../../../dev/tools/download.ts';

/** Every project's release site, at one address. */
export function everySite(url: string): ReleaseSites {
  return { kubernetes: url, etcd: url, helm: url, coredns: url, prometheus: url, actionlint: url };
}

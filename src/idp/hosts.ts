import { type AddressClass, addressClass } from './addresses.ts';

/** Hosts that may be called, as whoever installs the operator lists them. */
export interface HostPattern {
  /** As {@link hostOf} gives it. */
  readonly host: string;
  readonly covers: 'itself' | 'subdomains';
  /** `undefined`: any. */
  readonly port: number | undefined;
}

/**
 * How far calls for a provider object may go.
 *
 * - `anywhere`: to every address.
 * - `public`: to addresses of the internet, which is what a tenant could call by itself.
 * - `listed`: to the hosts of the list, whatever their addresses.
 */
export type Reach =
  | { readonly type: 'anywhere' }
  | { readonly type: 'public' }
  | { readonly type: 'listed'; readonly hosts: readonly HostPattern[] };

/** Whose address it is. */
export type Party = 'provider' | 'proxy';

const PORT =
  '0{0,4}[1-9]|0{0,3}[1-9][0-9]|0{0,2}[1-9][0-9]{2}|0?[1-9][0-9]{3}|[1-5][0-9]{4}|6(?:[0-4][0-9]{3}|5(?:[0-4][0-9]{2}|5(?:[0-2][0-9]|3[0-5])))';
const IN_NO_HOST = '\\s:/?#@\\\\*\\[\\]%,<>^|';

/**
 * How a host is written: `*.` for every name below, a name or an IPv4 address or an IPv6 address in brackets, and a port.
 * Whether it is a name or an address, {@link hostPattern} says.
 */
export const HOST_PATTERN = new RegExp(
  `^(\\*\\.)?([^${IN_NO_HOST}.][^${IN_NO_HOST}]*|\\[[0-9A-Fa-f:.]+\\])(?::(${PORT}))?$`,
);

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/** Reads `host` or `*.domain`, each with or without a port; an IPv6 address stands in brackets. `undefined` for anything else. */
export function hostPattern(text: string): HostPattern | undefined {
  const [, star, name, digits] = HOST_PATTERN.exec(text) ?? [];
  if (name === undefined) return undefined;
  const port = digits === undefined ? undefined : Number(digits);
  if (!URL.canParse(`http://${name}/`)) return undefined;
  const host = hostOf(new URL(`http://${name}/`));
  if (star !== undefined && addressClass(host) !== undefined) return undefined;
  return { host, covers: star === undefined ? 'itself' : 'subdomains', port };
}

/** The host of a URL, as a resolver is asked for it: lower case, no brackets, no dot at the end. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$|\.$/g, '').toLowerCase();
}

/** Why this URL may not be called, as a sentence; `undefined` when nothing but the addresses of a name can forbid it. */
export function refusalOfUrl(reach: Reach, url: URL, party: Party): string | undefined {
  const host = hostOf(url);
  switch (reach.type) {
    case 'anywhere':
      return undefined;
    case 'listed':
      return isListed(reach.hosts, host, Number(url.port || DEFAULT_PORTS[url.protocol]))
        ? undefined
        : sentence(party, `${url.host} is not among its --provider-hosts`);
    case 'public':
      return refusalOfAddress(host, addressClass(host) ?? 'public', party);
  }
}

/** Why a name may not be called that has these addresses; `undefined` when it may. One forbidden address is enough. */
export function refusalOfAddresses(
  reach: Reach,
  host: string,
  addresses: readonly string[],
  party: Party,
): string | undefined {
  if (reach.type !== 'public') return undefined;
  const classes = addresses.map((address) => addressClass(address) ?? 'reserved');
  return refusalOfAddress(host, classes.find((name) => name !== 'public') ?? 'public', party);
}

function refusalOfAddress(host: string, name: AddressClass, party: Party): string | undefined {
  if (name === 'public') return undefined;
  return sentence(
    party,
    `${host} has an address that is not public (${name}), which an OAuthProvider may call only if --provider-hosts names the host`,
  );
}

function isListed(patterns: readonly HostPattern[], host: string, port: number): boolean {
  return patterns.some(
    (each) =>
      (each.port === undefined || each.port === port) &&
      (each.covers === 'itself' ? host === each.host : host.endsWith(`.${each.host}`)),
  );
}

function sentence(party: Party, why: string): string {
  return `The address of the ${party} is not one that this installation may call: ${why}`;
}

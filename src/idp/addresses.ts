/** What an IP address is for. All but `public` are outside the internet, or lead back into a network of our own. */
export type AddressClass =
  | 'public'
  | 'unspecified'
  | 'loopback'
  | 'private'
  | 'shared'
  | 'link-local'
  | 'platform'
  | 'multicast'
  | 'broadcast'
  | 'documentation'
  | 'reserved';

type Family = 4 | 6;

interface Address {
  readonly family: Family;
  readonly bits: bigint;
}

/** `network/prefix`, and what the addresses in it are for. */
type Row = readonly [network: string, name: AddressClass];

interface Block extends Address {
  /** How many bits of an address stand behind the prefix. */
  readonly behind: bigint;
  readonly name: AddressClass;
}

const LENGTH = { 4: 32n, 6: 128n } as const satisfies Record<Family, bigint>;
const GROUPS = 8;
const QUAD = /^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?!$)|$)){4}$/;
const GROUP = /^[0-9a-f]{1,4}$/;

/** The first that matches counts. */
const BLOCKS: readonly Block[] = (
  [
    // IANA's registries of special-purpose addresses (RFC 6890).
    ['0.0.0.0/8', 'unspecified'],
    ['10.0.0.0/8', 'private'],
    ['100.64.0.0/10', 'shared'],
    ['127.0.0.0/8', 'loopback'],
    // Azure's host agent: it tells secrets to the machine that asks, and nothing to the internet.
    ['168.63.129.16/32', 'platform'],
    ['169.254.0.0/16', 'link-local'],
    ['172.16.0.0/12', 'private'],
    ['192.0.0.0/24', 'reserved'],
    ['192.0.2.0/24', 'documentation'],
    ['192.88.99.0/24', 'reserved'],
    ['192.168.0.0/16', 'private'],
    ['198.18.0.0/15', 'reserved'],
    ['198.51.100.0/24', 'documentation'],
    ['203.0.113.0/24', 'documentation'],
    ['224.0.0.0/4', 'multicast'],
    ['255.255.255.255/32', 'broadcast'],
    ['240.0.0.0/4', 'reserved'],
    ['0.0.0.0/0', 'public'],
    ['::/128', 'unspecified'],
    ['::1/128', 'loopback'],
    ['fc00::/7', 'private'],
    ['fe80::/10', 'link-local'],
    ['fec0::/10', 'private'],
    ['ff00::/8', 'multicast'],
    ['2001::/23', 'reserved'],
    ['2001:db8::/32', 'documentation'],
    ['3fff::/20', 'documentation'],
    // All that was ever given to anybody (RFC 4291 section 2.4).
    ['2000::/3', 'public'],
  ] as const satisfies readonly Row[]
).map(blockOf);

/** IPv6 addresses that lead to an IPv4 address, and how many bits stand behind that. */
const EMBEDDINGS = [
  { block: blockOf(['::ffff:0:0/96', 'reserved']), behind: 0n }, // IPv4-mapped (RFC 4291 section 2.5.5.2)
  { block: blockOf(['64:ff9b::/96', 'reserved']), behind: 0n }, // NAT64 (RFC 6052 section 2.1)
  { block: blockOf(['2002::/16', 'reserved']), behind: 80n }, // 6to4 (RFC 3056 section 2)
] as const;

/**
 * What the IP address `text` is for; `undefined` when it is none, but a name. Pure.
 *
 * An IPv6 address that stands for an IPv4 one is what that one is. What no registry names is `reserved`.
 */
export function addressClass(text: string): AddressClass | undefined {
  const address = addressOf(text);
  return address && classOf(address);
}

function classOf(address: Address): AddressClass {
  const embedding = EMBEDDINGS.find(({ block }) => isWithin(block, address));
  if (embedding !== undefined) {
    return classOf({ family: 4, bits: BigInt.asUintN(32, address.bits >> embedding.behind) });
  }
  return BLOCKS.find((block) => isWithin(block, address))?.name ?? 'reserved';
}

function isWithin({ family, bits, behind }: Block, address: Address): boolean {
  return family === address.family && bits >> behind === address.bits >> behind;
}

function blockOf([network, name]: Row): Block {
  const [text = '', prefix = ''] = network.split('/');
  const address = addressOf(text);
  if (address === undefined) throw new Error(`${network} is no network`);
  return { ...address, behind: LENGTH[address.family] - BigInt(prefix), name };
}

/** Reads an address in text form (RFC 4291 section 2.2), with or without a zone (RFC 4007 section 11). */
function addressOf(text: string): Address | undefined {
  if (QUAD.test(text)) return { family: 4, bits: joined(text.split('.').map(BigInt), 8n) };
  const [address = ''] = text.toLowerCase().split('%', 1);
  const [head = [], tail, ...more] = address.split('::').map(groupsOf);
  const missing = GROUPS - head.length - (tail?.length ?? 0);
  if (more.length > 0 || missing < 0 || (missing === 0) !== (tail === undefined)) return undefined;
  const groups = [...head, ...Array<string>(missing).fill('0'), ...(tail ?? [])];
  if (!groups.every((group) => GROUP.test(group))) return undefined;
  return {
    family: 6,
    bits: joined(
      groups.map((group) => BigInt(`0x${group}`)),
      16n,
    ),
  };
}

/** The groups of one side of `::`, with an IPv4 address at the end as two of them. */
function groupsOf(side: string): readonly string[] {
  if (side === '') return [];
  return side.split(':').flatMap((group) => {
    if (!QUAD.test(group)) return [group];
    const bits = joined(group.split('.').map(BigInt), 8n);
    return [(bits >> 16n).toString(16), BigInt.asUintN(16, bits).toString(16)];
  });
}

function joined(parts: readonly bigint[], width: bigint): bigint {
  return parts.reduce((bits, part) => (bits << width) | part, 0n);
}

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, mkdtemp, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import type { Tool } from './versions.ts';
import { PLATFORM } from './versions.ts';

/** Base URLs of the official release sites. */
export interface ReleaseSites {
  readonly kubernetes: string;
  readonly etcd: string;
  readonly prometheus: string;
  readonly actionlint: string;
  readonly helm: string;
  readonly coredns: string;
}

/** What came of a try. Not having downloaded is no error: there are other ways to get a tool. */
export type Download = { readonly type: 'downloaded' } | { readonly type: 'unavailable'; readonly why: string };

/**
 * Where the projects publish their releases.
 *
 * @see https://kubernetes.io/releases/download/
 * @see https://github.com/etcd-io/etcd/releases
 * @see https://get.helm.sh
 * @see https://github.com/coredns/coredns/releases
 * @see https://github.com/prometheus/prometheus/releases
 * @see https://github.com/rhysd/actionlint/releases
 */
export const OFFICIAL_SITES: ReleaseSites = {
  kubernetes: 'https://dl.k8s.io',
  etcd: 'https://github.com/etcd-io/etcd/releases/download',
  prometheus: 'https://github.com/prometheus/prometheus/releases/download',
  actionlint: 'https://github.com/rhysd/actionlint/releases/download',
  helm: 'https://get.helm.sh',
  coredns: 'https://github.com/coredns/coredns/releases/download',
};

/** How long a site may take to hand out a checksum before we go on without it. */
const PROBE_TIMEOUT_MS = 3_000;

/** How long a download may stand still. */
const STALL_TIMEOUT_MS = 15_000;

/** A published file, and how to find its SHA-256 and the tool in it. */
interface Release {
  readonly file: string;
  readonly checksums: string;
  /** Path of the tool in an archive; none where the file is the tool. */
  readonly inside: string | undefined;
}

/**
 * Tries to put `tool` at `target`, complete and of the published SHA-256, or not at all. Never rejects for what a
 * network or a site does, and asks a site that did not answer only once.
 */
export function downloader(sites: ReleaseSites): (tool: Tool, target: string) => Promise<Download> {
  const silent = new Map<string, string>();

  return async (tool, target) => {
    const { project } = tool;
    if (project === 'buildkit') return { type: 'unavailable', why: 'its releases have no checksums' };
    const site = sites[project];
    const earlier = silent.get(site);
    if (earlier !== undefined) return { type: 'unavailable', why: earlier };

    const release = releaseOf(project, tool, site);
    const checksum = await publishedChecksum(release).catch((error: unknown) => {
      silent.set(site, `${site} does not answer: ${reasonOf(error)}`);
      return undefined;
    });
    if (checksum === undefined) {
      return { type: 'unavailable', why: silent.get(site) ?? `${site} has no checksum for ${basename(release.file)}` };
    }

    const partial = `${target}.download`;
    try {
      await fetchChecked(release.file, checksum, partial);
      await unpack(release, partial, target);
      return { type: 'downloaded' };
    } catch (error) {
      return { type: 'unavailable', why: reasonOf(error) };
    } finally {
      await rm(partial, { force: true });
    }
  };
}

function releaseOf(project: keyof ReleaseSites, { name, version }: Tool, site: string): Release {
  const { os, arch } = PLATFORM;
  const folder = `${site}/v${version}`;
  switch (project) {
    case 'kubernetes': {
      const file = `${folder}/bin/${os}/${arch}/${name}`;
      return { file, checksums: `${file}.sha256`, inside: undefined };
    }
    case 'etcd': {
      const whole = `${name}-v${version}-${os}-${arch}`;
      return { file: `${folder}/${whole}.tar.gz`, checksums: `${folder}/SHA256SUMS`, inside: `${whole}/${name}` };
    }
    case 'prometheus': {
      const whole = `${project}-${version}.${os}-${arch}`;
      return { file: `${folder}/${whole}.tar.gz`, checksums: `${folder}/sha256sums.txt`, inside: `${whole}/${name}` };
    }
    case 'actionlint': {
      const whole = `${name}_${version}`;
      const file = `${folder}/${whole}_${os}_${arch}.tar.gz`;
      return { file, checksums: `${folder}/${whole}_checksums.txt`, inside: name };
    }
    case 'helm': {
      const file = `${site}/${name}-v${version}-${os}-${arch}.tar.gz`;
      return { file, checksums: `${file}.sha256sum`, inside: `${os}-${arch}/${name}` };
    }
    case 'coredns': {
      const file = `${folder}/${name}_${version}_${os}_${arch}.tgz`;
      return { file, checksums: `${file}.sha256`, inside: name };
    }
  }
}

/** Reads both forms: a bare sum, and lines of sum and file name. Undefined when the site has none for this file. */
async function publishedChecksum({ file, checksums }: Release): Promise<string | undefined> {
  const response = await fetch(checksums, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
  const text = await response.text();
  if (!response.ok) return undefined;

  const lines = text.split('\n').map((line) => line.trim().split(/\s+/));
  const named = lines.find(([, name]) => name === basename(file));
  const bare = lines.find((words) => words.length === 1);
  return (named ?? bare)?.[0]?.match(/^[0-9a-f]{64}$/)?.[0];
}

async function fetchChecked(url: string, checksum: string, partial: string): Promise<void> {
  const stalled = new AbortController();
  const timer = setTimeout(() => stalled.abort(new Error(`${url} stands still`)), STALL_TIMEOUT_MS);
  const hash = createHash('sha256');
  const watched = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      timer.refresh();
      hash.update(chunk);
      done(null, chunk);
    },
  });
  try {
    const response = await fetch(url, { signal: stalled.signal });
    if (!response.ok || response.body === null) throw new Error(`${url} answered ${response.status}`);
    await pipeline(Readable.fromWeb(response.body), watched, createWriteStream(partial));
  } finally {
    clearTimeout(timer);
  }
  if (hash.digest('hex') !== checksum) throw new Error(`${url} does not match its published SHA-256`);
}

async function unpack({ inside }: Release, partial: string, target: string): Promise<void> {
  if (inside !== undefined) {
    const folder = await mkdtemp(`${target}.unpack-`);
    try {
      await promisify(execFile)('tar', ['-xzf', partial, '-C', folder, inside]);
      await rename(join(folder, inside), target);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    return;
  }
  await chmod(partial, 0o755);
  await rename(partial, target);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}

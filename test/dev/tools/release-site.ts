import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  COREDNS_VERSION,
  ETCD_VERSION,
  HELM_VERSION,
  KUBERNETES_VERSION,
  PLATFORM,
  TOOLS,
} from '../../../dev/tools/versions.ts';
import { emptyFolder } from '../folder.ts';

/** A release site on loopback. It answers by path and keeps every path that it was asked for. */
export interface ReleaseSite {
  readonly url: string;
  readonly asked: readonly string[];
}

/** What the site gives out at a path: a body, or a way not to answer. */
type Answers = Readonly<Record<string, string | Buffer | ((response: ServerResponse) => void)>>;

export const KUBECTL_PATH = `/v${KUBERNETES_VERSION}/bin/${PLATFORM.os}/${PLATFORM.arch}/kubectl`;

const ETCD_RELEASE = `etcd-v${ETCD_VERSION}-${PLATFORM.os}-${PLATFORM.arch}`;

/** Serves `answers` until the test is over; 404 for the rest. */
export async function startReleaseSite(answers: Answers): Promise<ReleaseSite> {
  const asked: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    asked.push(url);
    const answer = answers[url];
    if (typeof answer === 'function') answer(response);
    else response.writeHead(answer === undefined ? 404 : 200).end(answer);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server without a port');
  return { url: `http://127.0.0.1:${address.port}`, asked };
}

/** kubectl as Kubernetes publishes it. */
export function kubectlRelease(binary: string, checksum: string = sha256(binary)): Answers {
  return { [KUBECTL_PATH]: binary, [`${KUBECTL_PATH}.sha256`]: checksum };
}

/** etcd as its project publishes it: an archive, and one file with the checksums of all archives. */
export async function etcdRelease(binary: string): Promise<Answers> {
  const archive = await packed(ETCD_RELEASE, { etcd: binary, etcdctl: 'not wanted' });
  return amongOthers(`/v${ETCD_VERSION}`, `${ETCD_RELEASE}.tar.gz`, archive, 'SHA256SUMS');
}

/** Helm as its project publishes it: an archive, and a file with its checksum and name. */
export async function helmRelease(binary: string): Promise<Answers> {
  const { os, arch } = PLATFORM;
  const file = `helm-v${HELM_VERSION}-${os}-${arch}.tar.gz`;
  const archive = await packed(`${os}-${arch}`, { helm: binary, LICENSE: 'not wanted' });
  return { [`/${file}`]: archive, [`/${file}.sha256sum`]: `${sha256(archive)}  ${file}\n` };
}

/** CoreDNS as its project publishes it: an archive of one file, and a file with its checksum and name. */
export async function coreDnsRelease(binary: string): Promise<Answers> {
  const file = `coredns_${COREDNS_VERSION}_${PLATFORM.os}_${PLATFORM.arch}.tgz`;
  const archive = await packed('.', { coredns: binary }, 'coredns');
  const path = `/v${COREDNS_VERSION}/${file}`;
  return { [path]: archive, [`${path}.sha256`]: `${sha256(archive)}  ${file}\n` };
}

/** promtool as Prometheus publishes it: with the server, in one archive. */
export async function promtoolRelease(binary: string): Promise<Answers> {
  const { version } = TOOLS.promtool;
  const name = `prometheus-${version}.${PLATFORM.os}-${PLATFORM.arch}`;
  const archive = await packed(name, { promtool: binary, prometheus: 'not wanted' });
  return amongOthers(`/v${version}`, `${name}.tar.gz`, archive, 'sha256sums.txt');
}

/** actionlint as its project publishes it: an archive without a folder. */
export async function actionlintRelease(binary: string): Promise<Answers> {
  const { version } = TOOLS.actionlint;
  const archive = await packed('.', { actionlint: binary, README: 'not wanted' }, 'actionlint', 'README');
  const name = `actionlint_${version}_${PLATFORM.os}_${PLATFORM.arch}.tar.gz`;
  return amongOthers(`/v${version}`, name, archive, `actionlint_${version}_checksums.txt`);
}

/** A file below `path`, with its checksum among those of others. */
function amongOthers(path: string, file: string, archive: Buffer, checksums: string): Answers {
  const sums = [`${'0'.repeat(64)}  another.tar.gz`, `${sha256(archive)}  ${file}`];
  return { [`${path}/${file}`]: archive, [`${path}/${checksums}`]: `${sums.join('\n')}\n` };
}

/** `files` in a folder called `name`; `members` says what goes into the archive, the folder where nothing is said. */
async function packed(
  name: string,
  files: Readonly<Record<string, string>>,
  ...members: readonly string[]
): Promise<Buffer> {
  const folder = await emptyFolder();
  mkdirSync(join(folder, name), { recursive: true });
  for (const [file, content] of Object.entries(files)) {
    writeFileSync(join(folder, name, file), content, { mode: 0o755 });
  }
  return execFileSync('tar', ['-czf', '-', '-C', folder, ...(members.length === 0 ? [name] : members)]);
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

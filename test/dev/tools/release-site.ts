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
export function etcdRelease(binary: string): Promise<Answers> {
  return archiveRelease(`/v${ETCD_VERSION}`, ETCD_RELEASE, 'SHA256SUMS', { etcd: binary, etcdctl: 'not wanted' });
}

/** promtool as Prometheus publishes it: with the server, in one archive. */
export function promtoolRelease(binary: string): Promise<Answers> {
  const { version } = TOOLS.promtool;
  const name = `prometheus-${version}.${PLATFORM.os}-${PLATFORM.arch}`;
  return archiveRelease(`/v${version}`, name, 'sha256sums.txt', { promtool: binary, prometheus: 'not wanted' });
}

/** actionlint as its project publishes it: an archive without a folder. */
export async function actionlintRelease(binary: string): Promise<Answers> {
  const { version } = TOOLS.actionlint;
  const folder = await emptyFolder();
  writeFileSync(join(folder, 'actionlint'), binary, { mode: 0o755 });
  const archive = execFileSync('tar', ['-czf', '-', '-C', folder, 'actionlint']);
  const name = `actionlint_${version}_${PLATFORM.os}_${PLATFORM.arch}.tar.gz`;
  return {
    [`/v${version}/${name}`]: archive,
    [`/v${version}/actionlint_${version}_checksums.txt`]: `${sha256(archive)}  ${name}\n`,
  };
}

/** A folder called `name` in an archive of that name, and a file with the checksums of all archives. */
async function archiveRelease(
  path: string,
  name: string,
  checksums: string,
  programs: Readonly<Record<string, string>>,
): Promise<Answers> {
  const archive = await packed(name, programs);
  const sums = [`${'0'.repeat(64)}  ${name}-plan9.tar.gz`, `${sha256(archive)}  ${name}.tar.gz`];
  return { [`${path}/${name}.tar.gz`]: archive, [`${path}/${checksums}`]: `${sums.join('\n')}\n` };
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
  const { os, arch } = PLATFORM;
  const file = `coredns_${COREDNS_VERSION}_${os}_${arch}.tgz`;
  const folder = await emptyFolder();
  writeFileSync(join(folder, 'coredns'), binary, { mode: 0o755 });
  const archive = execFileSync('tar', ['-czf', '-', '-C', folder, 'coredns']);
  const path = `/v${COREDNS_VERSION}/${file}`;
  return { [path]: archive, [`${path}.sha256`]: `${sha256(archive)}  ${file}\n` };
}

async function packed(name: string, files: Readonly<Record<string, string>>): Promise<Buffer> {
  const folder = await emptyFolder();
  mkdirSync(join(folder, name));
  for (const [file, content] of Object.entries(files))
    writeFileSync(join(folder, name, file), content, { mode: 0o755 });
  return execFileSync('tar', ['-czf', '-', '-C', folder, name]);
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freePort } from '../../../dev/plane/port.ts';
import { downloader } from '../../../dev/tools/download.ts';
import { TOOLS } from '../../../dev/tools/versions.ts';
import { emptyFolder } from '../folder.ts';
import { everySite } from './every-site.ts';
import {
  actionlintRelease,
  coreDnsRelease,
  etcdRelease,
  helmRelease,
  KUBECTL_PATH,
  kubectlRelease,
  promtoolRelease,
  startReleaseSite,
} from './release-site.ts';

const BINARY = '#!/bin/sh\necho published\n';

test.each([
  { name: 'kubectl', release: () => kubectlRelease(BINARY), why: 'published bare' },
  { name: 'etcd', release: () => etcdRelease(BINARY), why: 'published in an archive' },
  { name: 'promtool', release: () => promtoolRelease(BINARY), why: 'published in an archive with other programs' },
  { name: 'actionlint', release: () => actionlintRelease(BINARY), why: 'published in an archive without a folder' },
  { name: 'helm', release: () => helmRelease(BINARY), why: 'published in an archive without its version' },
  { name: 'coredns', release: () => coreDnsRelease(BINARY), why: 'published alone in an archive' },
] as const)('downloads $name, $why, and makes it executable', async ({ name, release }) => {
  const { url } = await startReleaseSite(await release());
  const folder = await emptyFolder();

  const outcome = await downloader(everySite(url))(TOOLS[name], join(folder, name));

  expect(outcome).toEqual({ type: 'downloaded' });
  expect(await readFile(join(folder, name), 'utf8')).toBe(BINARY);
  expect((await stat(join(folder, name))).mode & 0o111).toBe(0o111);
  expect(await readdir(folder)).toEqual([name]);
});

test.each([
  { why: 'another checksum is published', answers: kubectlRelease(BINARY, 'a'.repeat(64)) },
  { why: 'no checksum is published', answers: { [KUBECTL_PATH]: BINARY } },
  { why: 'the checksum is none', answers: kubectlRelease(BINARY, 'not a checksum') },
  { why: 'the checksum is of another file', answers: kubectlRelease(BINARY, `${'a'.repeat(64)}  kubelet`) },
  { why: 'there is only the checksum', answers: { [`${KUBECTL_PATH}.sha256`]: 'a'.repeat(64) } },
])('keeps nothing when $why', async ({ answers }) => {
  const { url } = await startReleaseSite(answers);
  const folder = await emptyFolder();

  const outcome = await downloader(everySite(url))(TOOLS.kubectl, join(folder, 'kubectl'));

  expect(outcome.type).toBe('unavailable');
  expect(await readdir(folder)).toEqual([]);
});

test('takes nothing from a project that publishes no checksums', async () => {
  const { url } = await startReleaseSite({});
  const folder = await emptyFolder();

  const outcome = await downloader(everySite(url))(TOOLS.buildkitd, join(folder, 'buildkitd'));

  expect(outcome.type).toBe('unavailable');
  expect(await readdir(folder)).toEqual([]);
});

test('keeps nothing of a download that breaks off', async () => {
  const { url } = await startReleaseSite({
    ...kubectlRelease(BINARY),
    [KUBECTL_PATH]: (response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('half', () => response.destroy());
    },
  });
  const folder = await emptyFolder();

  const outcome = await downloader(everySite(url))(TOOLS.kubectl, join(folder, 'kubectl'));

  expect(outcome.type).toBe('unavailable');
  expect(await readdir(folder)).toEqual([]);
});

test('a site that never answers is given up soon, and not asked again', async () => {
  const site = await startReleaseSite({ [`${KUBECTL_PATH}.sha256`]: () => undefined });
  const download = downloader(everySite(site.url));
  const target = join(await emptyFolder(), 'kubectl');

  const first = await download(TOOLS.kubectl, target);
  const second = await download(TOOLS['kube-apiserver'], target);

  expect([first.type, second.type]).toEqual(['unavailable', 'unavailable']);
  expect(site.asked).toEqual([`${KUBECTL_PATH}.sha256`]);
});

test('a site that is not there is no error', async () => {
  const nobody = `http://127.0.0.1:${await freePort()}`;
  const target = join(await emptyFolder(), 'etcd');

  expect((await downloader(everySite(nobody))(TOOLS.etcd, target)).type).toBe('unavailable');
});

import { rmSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { buildTool } from '../../../dev/tools/build.ts';
import type { ToolSources } from '../../../dev/tools/resolve.ts';
import { resolveTools, sourcesFrom } from '../../../dev/tools/resolve.ts';
import type { ToolName } from '../../../dev/tools/versions.ts';
import { cachedPath, ETCD_VERSION, KUBERNETES_VERSION, TOOLS } from '../../../dev/tools/versions.ts';
import { emptyFolder } from '../folder.ts';
import { startProgram } from '../programs/program.ts';
import { everySite } from './every-site.ts';
import { etcdRelease, kubectlRelease, startReleaseSite } from './release-site.ts';

const KUBECTL = `kubectl ${KUBERNETES_VERSION}`;
const MAJOR = Number(KUBERNETES_VERSION.split('.')[0]);
const MINOR = Number(KUBERNETES_VERSION.split('.')[1]);

/** What a stand-in for Go does: notes that it was called, waits where it is told to, and writes the program. */
const GO = `#!/bin/sh
echo "$@" >> "$(dirname "$0")/calls"
while [ -e "$(dirname "$0")/hold" ]; do sleep 0.05; done
for argument; do [ "$previous" = -o ] && output=$argument; previous=$argument; done
printf '#!/bin/sh\\necho built\\n' > "$output" && chmod +x "$output"
`;

async function program(path: string, text: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text, { mode: 0o755 });
  return path;
}

function kubectlOf(minor: string, major = String(MAJOR)): string {
  return `#!/bin/sh\necho '${JSON.stringify({ clientVersion: { major, minor } })}'\n`;
}

/** Sources with every tool nowhere, an empty release site and a stand-in for Go; a test says what is where. */
async function emptySources(releases = {}) {
  const site = await startReleaseSite(releases);
  const goFolder = await emptyFolder();
  await program(join(goFolder, 'go'), GO);
  const sources: ToolSources = {
    assets: undefined,
    searchPath: `${goFolder}:/usr/bin:/bin`,
    cache: await emptyFolder(),
    sites: everySite(site.url),
  };
  return { sources, site, goFolder, builds: () => readFile(join(goFolder, 'calls'), 'utf8').catch(() => '') };
}

async function resolve(name: ToolName, sources: ToolSources) {
  const lines: string[] = [];
  const paths = await resolveTools([name], sources, (line) => lines.push(line));
  return { path: paths[name], lines };
}

test('a folder of assets goes before everything', async () => {
  const { sources } = await emptySources();
  const assets = await emptyFolder();
  const asset = await program(join(assets, 'kubectl'), 'asset');
  await program(cachedPath(sources.cache, TOOLS.kubectl), 'cached');
  const installed = await emptyFolder();
  await program(join(installed, 'kubectl'), kubectlOf(String(MINOR)));

  const { path, lines } = await resolve('kubectl', { ...sources, assets, searchPath: installed });

  expect({ path, lines }).toEqual({ path: asset, lines: [] });
});

test('a tool that the assets lack is looked for further on', async () => {
  const { sources } = await emptySources();
  const assets = await emptyFolder();
  const etcd = await program(join(assets, 'etcd'), 'asset');
  await mkdir(join(assets, 'kube-controller-manager'));
  const manager = await program(cachedPath(sources.cache, TOOLS['kube-controller-manager']), 'cached');

  const paths = await resolveTools(['etcd', 'kube-controller-manager'], { ...sources, assets }, () => undefined);

  expect(paths).toEqual({ etcd, 'kube-controller-manager': manager });
});

test.each([
  { minor: `${MINOR}`, major: `${MAJOR}`, taken: true },
  { minor: `${MINOR - 1}`, major: `${MAJOR}`, taken: true },
  { minor: `${MINOR + 1}+`, major: `${MAJOR}`, taken: true },
  { minor: `${MINOR - 2}`, major: `${MAJOR}`, taken: false },
  { minor: `${MINOR + 2}`, major: `${MAJOR}`, taken: false },
  { minor: `${MINOR}`, major: `${MAJOR + 1}`, taken: false },
  { minor: '', major: '', taken: false },
])('an installed kubectl of major $major, minor $minor is taken: $taken', async ({ minor, major, taken }) => {
  const { sources } = await emptySources();
  const installed = await emptyFolder();
  const inPath = await program(join(installed, 'kubectl'), kubectlOf(minor, major));
  const cached = await program(cachedPath(sources.cache, TOOLS.kubectl), 'cached');

  const { path } = await resolve('kubectl', { ...sources, searchPath: `${installed}:/usr/bin:/bin` });

  expect(path).toBe(taken ? inPath : cached);
});

test('an installed kubectl that breaks is passed over', async () => {
  const { sources } = await emptySources();
  const installed = await emptyFolder();
  await program(join(installed, 'kubectl'), '#!/bin/sh\nexit 1\n');
  const cached = await program(cachedPath(sources.cache, TOOLS.kubectl), 'cached');

  expect((await resolve('kubectl', { ...sources, searchPath: installed })).path).toBe(cached);
});

test('servers are never taken from the PATH', async () => {
  const { sources } = await emptySources();
  const installed = await emptyFolder();
  await program(join(installed, 'etcd'), 'installed');
  const cached = await program(cachedPath(sources.cache, TOOLS.etcd), 'cached');

  expect((await resolve('etcd', { ...sources, searchPath: installed })).path).toBe(cached);
});

test('what is cached is neither downloaded nor built', async () => {
  const { sources, site, builds } = await emptySources(await etcdRelease('published'));
  const cached = await program(cachedPath(sources.cache, TOOLS.etcd), 'cached');

  expect(await resolve('etcd', sources)).toEqual({ path: cached, lines: [] });
  expect({ asked: site.asked, builds: await builds() }).toEqual({ asked: [], builds: '' });
});

test('what is nowhere is downloaded rather than built, once', async () => {
  const { sources, site, builds } = await emptySources(await etcdRelease('published'));

  const first = await resolve('etcd', sources);
  const second = await resolve('etcd', sources);

  expect(first.path).toBe(cachedPath(sources.cache, TOOLS.etcd));
  expect(await readFile(first.path, 'utf8')).toBe('published');
  expect(first.lines).toEqual([
    `etcd ${ETCD_VERSION}: asking the release site`,
    expect.stringMatching(/^etcd .+: downloaded in \d+ s$/),
  ]);
  expect(second).toEqual({ path: first.path, lines: [] });
  expect({ asked: site.asked.length, builds: await builds() }).toEqual({ asked: 2, builds: '' });
});

test('what cannot be downloaded as published is built, with a line of progress for each step', async () => {
  const { sources, builds } = await emptySources(kubectlRelease('tampered with', 'a'.repeat(64)));

  const { path, lines } = await resolve('kubectl', { ...sources });

  expect(await readFile(path, 'utf8')).toContain('built');
  expect(lines).toEqual([
    `${KUBECTL}: asking the release site`,
    expect.stringMatching(/^kubectl .+: not downloaded, .+ does not match its published SHA-256$/),
    expect.stringMatching(/^kubectl .+: building with go/),
    expect.stringMatching(/^kubectl .+: built in \d+ s$/),
  ]);
  expect(await builds()).toContain('-X k8s.io/component-base/version.gitVersion=v');
});

test('a build that goes on says for how long', async () => {
  const { sources, goFolder } = await emptySources();
  await writeFile(join(goFolder, 'hold'), '');
  const target = join(sources.cache, 'kubectl');
  const lines: string[] = [];

  await buildTool(TOOLS.kubectl, target, {
    searchPath: sources.searchPath,
    tickMs: 20,
    progress(line) {
      lines.push(line);
      if (line.includes('still building')) rmSync(join(goFolder, 'hold'), { force: true });
    },
  });

  expect(lines).toContainEqual(expect.stringMatching(/^kubectl .+: still building, \d+ s$/));
});

test.each([
  { why: 'there is no Go', go: undefined, message: /cannot be built: install Go/ },
  { why: 'the build fails', go: '#!/bin/sh\necho no such module >&2\nexit 1\n', message: /no such module/ },
])('says what to do when $why, and leaves nothing behind', async ({ go, message }) => {
  const { sources } = await emptySources();
  const searchPath = await emptyFolder();
  if (go !== undefined) await program(join(searchPath, 'go'), go);

  await expect(resolve('etcd', { ...sources, searchPath })).rejects.toThrow(message);

  expect(await readdir(dirname(cachedPath(sources.cache, TOOLS.etcd)))).toEqual([]);
});

test('processes that want one tool at once build it once', async () => {
  const { sources, goFolder, builds } = await emptySources();
  await writeFile(join(goFolder, 'hold'), '');
  const args = [sources.cache, sources.searchPath, sources.sites.etcd];
  const target = cachedPath(sources.cache, TOOLS.etcd);

  const first = startProgram('resolve-etcd', args);
  expect(await first.nextLine()).toMatch(/asking/);
  const second = startProgram('resolve-etcd', args);
  expect(await second.nextLine()).toMatch(/waiting for another process/);
  await rm(join(goFolder, 'hold'));

  expect(await second.nextLine()).toBe(target);
  expect((await builds()).trim().split('\n')).toHaveLength(1);
});

test.each([
  { environment: { XDG_CACHE_HOME: '/cache' }, wanted: { cache: '/cache/oauthapp-operator', assets: undefined } },
  { environment: { KUBEBUILDER_ASSETS: '/assets' }, wanted: { assets: '/assets' } },
  { environment: { KUBEBUILDER_ASSETS: '' }, wanted: { assets: undefined } },
  { environment: { PATH: '/bin' }, wanted: { searchPath: '/bin' } },
])('takes from the environment $environment', ({ environment, wanted }) => {
  expect(sourcesFrom(environment)).toMatchObject(wanted);
});

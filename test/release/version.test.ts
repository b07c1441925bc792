import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { PAGES } from '../../site/pages.ts';

const ROOT = resolve(import.meta.dirname, '../..');

const { version } = z.object({ version: z.string() }).parse(JSON.parse(textOf('package.json')));

/** The tag of our image, or the chart's greeting. */
const SHOWN = /(?:oauthapp-operator[: ]|newTag: "?)(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)/g;

const Chart = z.object({ version: z.string(), appVersion: z.string() });
const Lock = z.object({ version: z.string(), packages: z.object({ '': z.object({ version: z.string() }) }) });

test('package.json has a version after SemVer', () => {
  expect(version).toMatch(/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/);
});

test('the lock file has the same', () => {
  const lock = Lock.parse(JSON.parse(textOf('package-lock.json')));
  expect([lock.version, lock.packages[''].version]).toEqual([version, version]);
});

test('every chart has the same, and installs the image of it', () => {
  for (const chart of globSync('charts/*/Chart.yaml', { cwd: ROOT })) {
    expect(Chart.parse(parse(textOf(chart))), chart).toMatchObject({ version, appVersion: version });
  }
});

test('the label of the image has the same, unless a build says otherwise', () => {
  for (const file of globSync('Dockerfile', { cwd: ROOT })) {
    expect(textOf(file)).toMatch(/org\.opencontainers\.image\.version="\$\{VERSION\}"/);
    expect(textOf(file).match(/^ARG VERSION=(.*)$/m)?.[1]).toBe(version);
  }
});

test('what shows the tag of an image, or greets as the chart does, has the same', () => {
  const files = globSync([...PAGES, 'Dockerfile', 'deploy/**/*.yaml', 'dev/image/*.ts'], { cwd: ROOT });
  const shown = files.flatMap((file) => [...textOf(file).matchAll(SHOWN)].map(([, said]) => ({ file, said })));
  expect([...new Set(shown.map(({ file }) => file))].toSorted()).toEqual([
    'Dockerfile',
    'deploy/base/kustomization.yaml',
    'dev/image/archive.ts',
    'docs/guides/helm.md',
    'docs/guides/upgrading.md',
  ]);
  expect(shown.filter(({ said }) => said !== version)).toEqual([]);
});

test('no source says it a second time', () => {
  const sources = globSync('src/**/*.ts', { cwd: ROOT });
  expect(sources).toContain('src/main.ts');
  expect(sources.filter((source) => textOf(source).includes(`'${version}'`))).toEqual([]);
});

test('the changelog begins with it', () => {
  const [, newest] = /^## (\S+?),? /m.exec(textOf('CHANGELOG.md')) ?? [];
  expect(newest).toBe(version);
});

function textOf(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

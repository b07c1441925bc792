import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { type ProgramResult, runProgram } from '../../dev/program.ts';

const ROOT = resolve(import.meta.dirname, '../..');

const Workflow = z.object({
  jobs: z.record(
    z.string(),
    z.object({ steps: z.array(z.object({ name: z.string().optional(), run: z.string().optional() })) }),
  ),
});

const IMAGE = 'ghcr.io/example/oauthapp';
const REGISTRY = 'ghcr.io/example/charts';
const SOURCE = 'https://github.com/Example/OAuthApp';

/** As a checkout is for a workflow. */
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oauthapp-release-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** Runs the script of the step of this name; left out, of the one that has none. */
async function run(job: string, name: string | undefined, env: Readonly<Record<string, string>>) {
  const { jobs } = Workflow.parse(parse(await readFile(join(ROOT, '.github/workflows/release.yml'), 'utf8')));
  const step = jobs[job]?.steps.find((each) => each.run !== undefined && each.name === name);
  if (step?.run === undefined) throw new Error(`job ${job} has no such step`);
  const script = `cd "$FOLDER"\n${step.run}`;
  return runProgram('bash', ['--norc', '-e', '-c', script], {
    env: { ...env, FOLDER: folder, PATH: process.env['PATH'] ?? '' },
  });
}

async function readVersion(tag: string, changelog: string): Promise<ProgramResult> {
  await writeFile(join(folder, 'package.json'), JSON.stringify({ version: '1.2.3' }));
  await writeFile(join(folder, 'CHANGELOG.md'), changelog);
  return run('version', undefined, {
    TAG: tag,
    GITHUB_REPOSITORY: 'Example/OAuthApp',
    GITHUB_REPOSITORY_OWNER: 'Example',
    GITHUB_OUTPUT: join(folder, 'output'),
  });
}

test('a release is pushed under names in lower case, whatever its repository is called', async () => {
  expect(await readVersion('v1.2.3', '## 1.2.3\n')).toMatchObject({ code: 0 });
  const output = await readFile(join(folder, 'output'), 'utf8');
  expect(output).toBe(`version=1.2.3\nimage=${IMAGE}\ncharts=${REGISTRY}\n`);
});

test.each([
  { tag: 'v1.2.4', changelog: '## 1.2.3\n', says: 'package.json says 1.2.3 and the tag v1.2.4' },
  {
    tag: 'v1.2.3',
    changelog: '## 1.2.3, not released yet\n',
    says: 'CHANGELOG.md says that 1.2.3 is not released yet',
  },
])('it is refused where $says', async ({ tag, changelog, says }) => {
  expect(await readVersion(tag, changelog)).toMatchObject({ code: 1, stderr: `${says}\n` });
});

test('it is refused where a reader would still be told to make the image', async () => {
  await writeFile(join(folder, 'README.md'), 'No image is published yet: make one.\n');
  const stderr = 'these still say that no image is published: README.md\n';
  expect(await readVersion('v1.2.3', '## 1.2.3\n')).toMatchObject({ code: 1, stderr });
});

test('the charts that are pushed name what is published and no folder of a checkout', async () => {
  await cp(join(ROOT, 'charts'), join(folder, 'charts'), { recursive: true });
  const name = 'Say in the charts where image and charts are published';
  expect(await run('chart', name, { IMAGE, REGISTRY, SOURCE, VERSION: '1.2.3' })).toMatchObject({ code: 0 });
  const [crds, operator, values, readme] = await Promise.all(
    ['oauthapp-crds/templates/NOTES.txt', 'oauthapp-operator/templates/NOTES.txt']
      .concat(['oauthapp-operator/values.yaml', 'oauthapp-operator/README.md'])
      .map((path) => readFile(join(folder, 'charts', path), 'utf8')),
  );
  const published = (chart: string): string => `${chart} oci://${REGISTRY}/${chart} --version 1.2.3 -n `;
  expect(crds).toContain(`${published('oauthapp-operator')}oauthapp-system --create-namespace --set scope=Cluster\n`);
  expect(crds).not.toContain('IMAGE');
  expect(operator).toContain(published('oauthapp-crds'));
  expect(operator).toContain(published('oauthapp-resources'));
  expect(values).toContain(`repository: ${IMAGE}\n`);
  expect([values, readme].filter((text) => text?.includes('registry.example.com'))).toEqual([]);
  expect(readme).toContain(`(${SOURCE}/blob/v1.2.3/docs/guides/helm.md)`);
  expect(readme).toContain(`(${SOURCE}/blob/v1.2.3/charts/oauthapp-crds/README.md)`);
  expect(readme).not.toContain('](../');
  const chart = await readFile(join(folder, 'charts/oauthapp-operator/Chart.yaml'), 'utf8');
  expect(parse(chart)).toMatchObject({ home: SOURCE, sources: [SOURCE], version: expect.any(String) });
});

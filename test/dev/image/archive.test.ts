import { execFile } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { writeArchive } from '../../../dev/image/archive.ts';
import { bundle } from '../../../dev/image/bundle.ts';
import { DOCKERFILE } from '../../../dev/image/description.ts';
import { nodeBase } from '../../../dev/image/node-base.ts';
import { operatorImage } from '../../../dev/image/operator-image.ts';
import { temporaryFile } from '../../support/temporary-file.ts';

const ROOT = join(import.meta.dirname, '../../..');
const NAME = 'registry.example.com/oauthapp-operator:test';

/** What the image may hold, Node.js included. */
const MOST_BYTES = 200_000_000;

const Descriptor = z.object({ digest: z.templateLiteral(['sha256:', z.string()]), size: z.number() });
const Index = z.object({ manifests: z.tuple([Descriptor.extend({ annotations: z.record(z.string(), z.string()) })]) });
const Manifest = z.object({ config: Descriptor, layers: z.array(Descriptor) });
const Config = z.object({
  config: z.object({
    Entrypoint: z.array(z.string()),
    User: z.string(),
    WorkingDir: z.string(),
    Labels: z.record(z.string(), z.string()),
    ExposedPorts: z.record(z.string(), z.unknown()),
  }),
  rootfs: z.object({ diff_ids: z.array(z.string()) }),
});

let archive: string;

beforeAll(async () => {
  await bundle(join(ROOT, 'dist/app'), 'of-the-test');
  archive = await temporaryFile('image.tar');
  await write(archive);
});

test('the archive starts what the Dockerfile says, as the user that it says', async () => {
  const { config } = Config.parse(await blob((await manifest()).config));
  const dockerfile = await readFile(DOCKERFILE, 'utf8');

  expect(config.Entrypoint).toEqual(JSON.parse(lineOf(dockerfile, 'ENTRYPOINT')));
  expect(config.User).toBe(lineOf(dockerfile, 'USER'));
  expect(config.WorkingDir).toBe(lineOf(dockerfile, 'WORKDIR'));
  expect(config.ExposedPorts).toEqual({ [`${lineOf(dockerfile, 'EXPOSE')}/tcp`]: {} });
  expect(config.Labels).toMatchObject({
    'org.opencontainers.image.title': 'oauthapp-operator',
    'org.opencontainers.image.licenses': 'Apache-2.0',
    'org.opencontainers.image.revision': 'of-the-test',
  });
});

test('the archive holds the files that the Dockerfile copies, and Node.js', async () => {
  const [base = [], own = []] = await files();
  const built = (await readdir(join(ROOT, 'dist/app'), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => `./app/${relative(join(ROOT, 'dist/app'), join(parentPath, name))}`);

  expect(own).toEqual([...built, './app/LICENSE'].toSorted());
  expect(base).toContain('./nodejs/bin/node');
});

test('its layers are what its configuration says, and its name is the one that was given', async () => {
  const { layers, config } = await manifest();
  expect(Config.parse(await blob(config)).rootfs.diff_ids).toEqual(layers.map(({ digest }) => digest));
  const { manifests } = Index.parse(JSON.parse(await member('index.json')));
  expect(manifests[0].annotations['io.containerd.image.name']).toBe(NAME);
});

test('the same files give the same archive', async () => {
  const again = await temporaryFile('again.tar');
  await write(again);
  expect((await readFile(again)).equals(await readFile(archive))).toBe(true);
});

test('the whole image is small', async () => {
  expect((await stat(archive)).size).toBeLessThan(MOST_BYTES);
});

async function write(target: string): Promise<void> {
  await writeArchive([await operatorImage(NAME, { REVISION: 'of-the-test' }, await nodeBase())], target);
}

async function manifest(): Promise<z.infer<typeof Manifest>> {
  const { manifests } = Index.parse(JSON.parse(await member('index.json')));
  return Manifest.parse(await blob(manifests[0]));
}

/** The names of the files in each layer. */
async function files(): Promise<readonly (readonly string[])[]> {
  const { layers } = await manifest();
  return Promise.all(
    layers.map(async ({ digest }) => {
      const listed = `tar -xOf "$1" "$2" | tar -tf -`;
      const path = `blobs/sha256/${digest.slice('sha256:'.length)}`;
      const { stdout } = await promisify(execFile)('sh', ['-c', listed, 'sh', archive, path]);
      return stdout
        .split('\n')
        .filter((name) => name !== '' && !name.endsWith('/'))
        .toSorted();
    }),
  );
}

async function blob({ digest }: z.infer<typeof Descriptor>): Promise<unknown> {
  return JSON.parse(await member(`blobs/sha256/${digest.slice('sha256:'.length)}`));
}

async function member(name: string): Promise<string> {
  return (await promisify(execFile)('tar', ['-xOf', archive, name])).stdout;
}

/** What stands after the keyword on the only line, or the last, that begins with it. */
function lineOf(dockerfile: string, keyword: string): string {
  const lines = dockerfile.split('\n').filter((line) => line.startsWith(`${keyword} `));
  const last = lines.at(-1);
  if (last === undefined) throw new Error(`the Dockerfile has no ${keyword}`);
  return last.slice(keyword.length + 1);
}

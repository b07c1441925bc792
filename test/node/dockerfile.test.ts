import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { OPERATOR, operatorArchive } from '../../dev/e2e/images.ts';
import { PROGRAM } from '../../dev/image/bundle.ts';
import { codeOf } from '../../dev/launcher/program.ts';
import { temporaryFile } from '../support/temporary-file.ts';

const Descriptor = z.object({ digest: z.templateLiteral(['sha256:', z.string()]) });
const Index = z.object({ manifests: z.tuple([Descriptor]) });
const Manifest = z.object({ config: Descriptor, layers: z.array(Descriptor) });
const Config = z.object({ config: z.looseObject({ Env: z.array(z.string()).optional() }) });

/** What V8 made of the program, which no two builds have in common. */
const CODE = codeOf(join('app', PROGRAM));

/** What a container of the image starts with. */
interface Content {
  readonly config: z.infer<typeof Config>['config'];
  /** By path, the digest of what is in it, and who may do what with it. */
  readonly files: Readonly<Record<string, string>>;
}

let built: Content;
let assembled: Content;

beforeAll(async () => {
  built = await contentOf(operatorArchive(inject('images'), OPERATOR.tag));
  assembled = await contentOf(operatorArchive(inject('images'), OPERATOR.assembledTag));
});

test('BuildKit makes of the Dockerfile what is assembled without an engine, file by file, but for the code of V8', () => {
  const { [CODE]: builtCode, ...others } = built.files;
  const { [CODE]: assembledCode, ...same } = assembled.files;
  expect(others).toEqual(same);
  expect(Object.keys(others)).toEqual(expect.arrayContaining([join('app', PROGRAM), 'app/LICENSE', 'nodejs/bin/node']));
  expect([builtCode, assembledCode]).not.toContain(undefined);
});

test('both start the same, as the same user, and say the same of themselves', () => {
  const { Env, ...others } = built.config;
  expect(others).toEqual(assembled.config);
  expect(Env).toEqual([expect.stringMatching(/^PATH=/)]);
});

async function contentOf(archive: string): Promise<Content> {
  const folder = await temporaryFile('image');
  const [layout, root] = [join(folder, 'layout'), join(folder, 'root')];
  await extract(archive, layout);
  const blob = ({ digest }: z.infer<typeof Descriptor>): string => join(layout, 'blobs', digest.replace(':', '/'));
  const read = async (path: string): Promise<unknown> => JSON.parse(await readFile(path, 'utf8'));

  const { manifests } = Index.parse(await read(join(layout, 'index.json')));
  const manifest = Manifest.parse(await read(blob(manifests[0])));
  const { config } = Config.parse(await read(blob(manifest.config)));
  for (const layer of manifest.layers) await extract(blob(layer), root);
  return { config, files: await filesIn(root) };
}

async function extract(archive: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await promisify(execFile)('tar', ['-xpf', archive, '-C', folder]);
}

async function filesIn(root: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(async ({ parentPath, name }): Promise<readonly [string, string]> => {
      const path = join(parentPath, name);
      const { mode, uid, gid } = await stat(path);
      const digest = createHash('sha256')
        .update(await readFile(path))
        .digest('hex');
      return [relative(root, path), `${mode.toString(8)} ${uid}:${gid} ${digest}`];
    });
  return Object.fromEntries(await Promise.all(files));
}

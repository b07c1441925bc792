import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { cp, mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';

/** A file or folder of this machine, and where it stands in the image. What a link leads to is taken, not the link. */
export interface Placed {
  readonly source: string;
  readonly target: string;
}

/** What a container of the image starts as, in the words of the OCI image specification. */
export interface ContainerConfig {
  readonly Entrypoint: readonly string[];
  readonly User?: string;
  readonly WorkingDir?: string;
  readonly Labels?: Readonly<Record<string, string>>;
  readonly ExposedPorts?: Readonly<Record<string, object>>;
}

/** An image to be written. Its layers lie one over the other, the first at the bottom. */
export interface Image {
  /** With host and tag: `registry.example.com/oauthapp-operator:0.1.0`. */
  readonly name: string;
  readonly config: ContainerConfig;
  readonly layers: readonly (readonly Placed[])[];
}

/** A file of the archive, named after its content. */
interface Blob {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar';

/** GNU tar's: the same files give the same bytes, whoever owns them and whenever they were made. */
const REPRODUCIBLE = ['--sort=name', '--mtime=@0', '--numeric-owner', '--owner=0', '--group=0', '--mode=u=rwX,go=rX'];

const ARCHITECTURE = process.arch === 'x64' ? 'amd64' : process.arch;

/**
 * Writes `image` to `target` as an OCI archive, which containerd, podman, skopeo and Docker import. Takes GNU tar.
 *
 * @throws Error when a file is not there
 */
export async function writeImage(image: Image, target: string): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'oauthapp-image-'));
  try {
    const layout = join(work, 'layout');
    await mkdir(join(layout, 'blobs/sha256'), { recursive: true });
    const manifest = await writeContent(image, layout, work);
    await writeFile(join(layout, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
    await writeFile(join(layout, 'index.json'), JSON.stringify(indexOf(image.name, manifest)));
    await mkdir(dirname(target), { recursive: true });
    await tar(target, layout, ['oci-layout', 'index.json', 'blobs']);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function writeContent({ config, layers }: Image, layout: string, work: string): Promise<Blob> {
  const written: Blob[] = [];
  for (const [index, placed] of layers.entries()) {
    const root = join(work, `root-${index}`);
    for (const { source, target } of placed)
      await cp(source, join(root, target), { recursive: true, dereference: true });
    const file = join(work, `layer-${index}.tar`);
    await tar(file, root, ['.']);
    written.push(await asBlob(file, LAYER, layout));
  }
  const image = {
    architecture: ARCHITECTURE,
    os: 'linux',
    config,
    // The layers are not compressed, so that a layer and its content have one digest.
    rootfs: { type: 'layers', diff_ids: written.map(({ digest }) => digest) },
  };
  const configBlob = await textBlob(image, CONFIG, { layout, work });
  return textBlob(
    { schemaVersion: 2, mediaType: MANIFEST, config: configBlob, layers: written, annotations: config.Labels ?? {} },
    MANIFEST,
    { layout, work },
  );
}

/** Both annotations hold the name: the first is containerd's and Docker's, the second the specification's. */
function indexOf(name: string, manifest: Blob): object {
  const annotations = {
    'io.containerd.image.name': name,
    'org.opencontainers.image.ref.name': name.slice(name.lastIndexOf(':') + 1),
  };
  const platform = { architecture: ARCHITECTURE, os: 'linux' };
  return { schemaVersion: 2, manifests: [{ ...manifest, platform, annotations }] };
}

async function textBlob(
  content: object,
  mediaType: string,
  { layout, work }: { readonly layout: string; readonly work: string },
): Promise<Blob> {
  const file = join(work, 'blob.json');
  await writeFile(file, JSON.stringify(content));
  return asBlob(file, mediaType, layout);
}

/** Moves `file` to where the layout has what its content is called. */
async function asBlob(file: string, mediaType: string, layout: string): Promise<Blob> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  const hex = hash.digest('hex');
  const { size } = await stat(file);
  await rename(file, join(layout, 'blobs/sha256', hex));
  return { mediaType, digest: `sha256:${hex}`, size };
}

async function tar(target: string, folder: string, names: readonly string[]): Promise<void> {
  await promisify(execFile)('tar', [...REPRODUCIBLE, '-C', folder, '-cf', target, ...names]);
}

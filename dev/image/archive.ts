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
  /** `NAME=value` each. */
  readonly Env?: readonly string[];
}

/**
 * An image to be written. Its layers lie one over the other, the first at the bottom. A layer that images have in common,
 * the same array, is written once.
 */
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

/** A manifest as the index lists it. */
interface ListedManifest extends Blob {
  readonly platform: { readonly architecture: string; readonly os: 'linux' };
  readonly annotations: Readonly<Record<string, string>>;
}

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar';

/** GNU tar's: the same files give the same bytes, whoever owns them and whenever they were made. */
const REPRODUCIBLE = ['--sort=name', '--mtime=@0', '--numeric-owner', '--owner=0', '--group=0', '--mode=u=rwX,go=rX'];

const ARCHITECTURE = process.arch === 'x64' ? 'amd64' : process.arch;

/** Where an archive is put together, and the layers that it has already. */
interface Workbench {
  readonly layout: string;
  readonly work: string;
  readonly layers: Map<readonly Placed[], Blob>;
}

/**
 * Writes `images` to `target` as one OCI archive, which containerd, podman, skopeo and Docker import. Takes GNU tar.
 *
 * @throws Error when a file is not there
 */
export async function writeArchive(images: readonly Image[], target: string): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'oauthapp-image-'));
  try {
    const layout = join(work, 'layout');
    await writeLayout(images, layout);
    await mkdir(dirname(target), { recursive: true });
    await tar(target, layout, ['oci-layout', 'index.json', 'blobs']);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * Writes `images` to the folder `layout`, as an OCI layout. Takes GNU tar.
 *
 * @returns the digests of their manifests, in the order of `images`
 * @throws Error when a file is not there
 */
export async function writeLayout(images: readonly Image[], layout: string): Promise<readonly string[]> {
  await mkdir(join(layout, 'blobs/sha256'), { recursive: true });
  // Beside the layout, so that what is made there can be moved into it.
  const work = await mkdtemp(`${layout}-`);
  try {
    const layers = new Map<readonly Placed[], Blob>();
    const manifests: ListedManifest[] = [];
    for (const image of images) manifests.push(await manifestOf(image, { layout, work, layers }));
    await writeFile(join(layout, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
    await writeFile(join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
    return manifests.map(({ digest }) => digest);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Writes what the image consists of and returns what the index says of it. */
async function manifestOf({ name, config, layers }: Image, bench: Workbench): Promise<ListedManifest> {
  const written: Blob[] = [];
  for (const layer of layers) written.push(await layerBlob(layer, bench));
  const image = {
    architecture: ARCHITECTURE,
    os: 'linux',
    config,
    // The layers are not compressed, so that a layer and its content have one digest.
    rootfs: { type: 'layers', diff_ids: written.map(({ digest }) => digest) },
  };
  const content = {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: await textBlob(image, CONFIG, bench),
    layers: written,
  };
  const manifest = await textBlob({ ...content, annotations: config.Labels ?? {} }, MANIFEST, bench);
  // Both hold the name: the first is containerd's and Docker's, the second the specification's.
  const annotations = {
    'io.containerd.image.name': name,
    'org.opencontainers.image.ref.name': name.slice(name.lastIndexOf(':') + 1),
  };
  return { ...manifest, platform: { architecture: ARCHITECTURE, os: 'linux' }, annotations };
}

async function layerBlob(placed: readonly Placed[], { layout, work, layers }: Workbench): Promise<Blob> {
  const former = layers.get(placed);
  if (former !== undefined) return former;
  const root = join(work, `root-${layers.size}`);
  for (const { source, target } of placed) await cp(source, join(root, target), { recursive: true, dereference: true });
  const file = join(work, 'layer.tar');
  await tar(file, root, ['.']);
  const blob = await asBlob(file, LAYER, layout);
  layers.set(placed, blob);
  return blob;
}

async function textBlob(content: object, mediaType: string, { layout, work }: Workbench): Promise<Blob> {
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

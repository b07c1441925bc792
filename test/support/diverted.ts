import { readFile, writeFile } from 'node:fs/promises';
import { temporaryFile } from './temporary-file.ts';

/** The kubeconfig at `path`, leading to `url` instead of `server`. Returns the path of the new one. */
export async function divertedKubeconfig(path: string, server: string, url: string): Promise<string> {
  const diverted = await temporaryFile('diverted.kubeconfig');
  const text = (await readFile(path, 'utf8'))
    .replaceAll(server, url)
    // Plain http is refused where certificates are to be checked.
    .replace(/certificate-authority: .*/, 'insecure-skip-tls-verify: true');
  await writeFile(diverted, text, { mode: 0o600 });
  return diverted;
}

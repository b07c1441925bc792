import { deepEqual, equal, ok } from 'node:assert/strict';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Browser } from 'happy-dom';
import MiniSearch from 'minisearch';
import { serve } from '../serve.ts';

/**
 * Opens the built site in a DOM without a screen, where the site's own program runs: the first page comes to life, a link
 * is followed without loading another document, and the search finds what people look for. How it looks, and the box
 * that the search is typed into, take a browser.
 */

const DIST = join(import.meta.dirname, '../dist');
const WITHIN_MS = 30_000;
const POLL_MS = 50;

/** As the search box of VitePress has them. */
const SEARCH = {
  fields: ['title', 'titles', 'text'],
  storeFields: ['title', 'titles'],
  searchOptions: { fuzzy: 0.2, prefix: true, boost: { title: 4, text: 2, titles: 1 } },
};

await using site = await serve(DIST);
const settings = { enableJavaScriptEvaluation: true, suppressInsecureJavaScriptEnvironmentWarning: true };
const browser = new Browser({ settings });
try {
  await follows('/docs/guides/rotation', 'Rotating a secret');
  await finds('rotation', '/docs/guides/rotation');
  await finds('MassDisappearance', '/docs/reasons');
} finally {
  await browser.close();
}
process.stdout.write('the site opens, leads on and finds\n');

async function follows(path: string, heading: string): Promise<void> {
  const page = browser.newPage();
  await page.goto(`${site.url}/`);
  await page.waitUntilComplete();
  const { document, location } = page.mainFrame.window;
  const link = document.querySelector(`a[href="${path}"]`);
  ok(link, `the first page leads to ${path}`);
  const program = document.querySelector('#app');
  link.dispatchEvent(new page.mainFrame.window.MouseEvent('click', { bubbles: true, cancelable: true }));
  const shown = (): string => document.querySelector('h1')?.textContent ?? '';
  await until(() => shown().includes(heading));
  equal(location.pathname, path);
  equal(document.querySelector('#app'), program, 'the same document shows it');
  deepEqual(page.virtualConsolePrinter.readAsString(), '');
}

/** In the index that the search box loads. */
async function finds(words: string, page: string): Promise<void> {
  const [index = ''] = globSync('assets/chunks/@localSearchIndexroot.*.js', { cwd: DIST });
  const { default: json } = await import(pathToFileURL(join(DIST, index)).href);
  const found = MiniSearch.loadJSON(json, SEARCH).search(words);
  const pages = found.slice(0, 5).map(({ id }) => String(id).split('#')[0]);
  ok(pages.includes(page), `${words} is found on ${page}, and not on ${pages.join(', ')}`);
}

async function until(holds: () => boolean): Promise<void> {
  const start = performance.now();
  while (!holds()) {
    if (performance.now() - start > WITHIN_MS) throw new Error('the page does not come');
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

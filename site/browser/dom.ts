import { deepEqual, equal, ok } from 'node:assert/strict';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Browser } from 'happy-dom';
import MiniSearch from 'minisearch';

const WITHIN_MS = 30_000;
const POLL_MS = 50;

/** As the search box of VitePress has them. */
const SEARCH = {
  fields: ['title', 'titles', 'text'],
  storeFields: ['title', 'titles'],
  searchOptions: { fuzzy: 0.2, prefix: true, boost: { title: 4, text: 2, titles: 1 } },
};

/**
 * Opens the site at `url` in a DOM without a screen, where the site's own program runs, and asks the index that the search
 * box loads. For where there is no browser: how it looks, and the box itself, take one.
 *
 * @throws AssertionError naming what does not hold
 */
export async function browseDom(url: string, dist: string): Promise<void> {
  const settings = { enableJavaScriptEvaluation: true, suppressInsecureJavaScriptEnvironmentWarning: true };
  const browser = new Browser({ settings });
  try {
    await follows(browser, url, '/docs/guides/rotation', 'Rotating a secret');
    await finds(dist, 'rotation', '/docs/guides/rotation');
    await finds(dist, 'MassDisappearance', '/docs/reasons');
  } finally {
    await browser.close();
  }
}

async function follows(browser: Browser, url: string, path: string, heading: string): Promise<void> {
  const page = browser.newPage();
  await page.goto(`${url}/`);
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
async function finds(dist: string, words: string, page: string): Promise<void> {
  const [index = ''] = globSync('assets/chunks/@localSearchIndexroot.*.js', { cwd: dist });
  const { default: json } = await import(pathToFileURL(join(dist, index)).href);
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

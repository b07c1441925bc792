import { deepEqual, equal } from 'node:assert/strict';
import { chromium, type Page } from 'playwright-core';

/**
 * Opens the site at `url` in the browser at `executablePath`: the first page comes to life, a link is followed without
 * loading another document, and what is typed into the search box leads to where it should.
 *
 * @throws AssertionError, or TimeoutError of what does not come
 */
export async function browse(url: string, executablePath: string): Promise<void> {
  // Whoever is root, as in a container, has no sandbox; the site is our own.
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  try {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => void complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await page.goto(url);
    await follows(page, '/docs/guides/rotation', 'Rotating a secret');
    await finds(page, 'MassDisappearance', '/docs/reasons');
    await finds(page, 'rotating a secret', '/docs/guides/rotation');
    deepEqual(complaints, []);
  } finally {
    await browser.close();
  }
}

async function follows(page: Page, path: string, heading: string): Promise<void> {
  const program = await page.locator('#app').elementHandle();
  await page.locator(`a[href="${path}"]`).first().click();
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  equal(new URL(page.url()).pathname, path);
  equal(await program?.evaluate((element) => element.isConnected), true, 'the same document shows it');
}

async function finds(page: Page, words: string, path: string): Promise<void> {
  await page.getByRole('button', { name: 'Search' }).first().click();
  await page.locator('#localsearch-input').fill(words);
  await page.locator(`.VPLocalSearchBox a.result[href^="${path}"]`).first().click();
  await page.waitForURL((shown) => shown.pathname.replace('.html', '') === path);
}

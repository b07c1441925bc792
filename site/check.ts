import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { serve } from './serve.ts';

/** Asks the built site for every page, every link of every page, and what its search would find. */

const DIST = join(import.meta.dirname, 'dist');

/** Words that somebody looks for, and the page that they must find. */
const SOUGHT = [
  { words: ['MassDisappearance'], page: '/docs/reasons.html' },
  { words: ['OAuthRotationOverdue'], page: '/docs/alerts.html' },
  { words: ['argocd'], page: '/docs/guides/gitops.html' },
  { words: ['automaticRotationsPerHour'], page: '/docs/reference.html' },
];

const problems: string[] = [];
await using site = await serve(DIST);

const pages = globSync('**/*.html', { cwd: DIST, exclude: ['{charts,deploy,dev,test}/**'] });
const asked = new Map<string, Promise<string | undefined>>();
for (const page of pages) {
  for (const href of hrefsOf(readFileSync(join(DIST, page), 'utf8'))) {
    const { pathname, hash } = new URL(href, `${site.url}/${page}`);
    const body = await ask(pathname);
    if (body === undefined) problems.push(`${page}: ${href} leads nowhere`);
    else if (hash !== '' && !body.includes(`id="${decodeURIComponent(hash.slice(1))}"`)) {
      problems.push(`${page}: ${href} leads to no heading`);
    }
  }
}

const [index = ''] = globSync('assets/chunks/@localSearchIndexroot.*.js', { cwd: DIST });
const searched = index === '' ? '' : ((await ask(`/${index}`)) ?? '');
for (const { words, page } of SOUGHT) {
  if (!searched.includes(page.replace('.html', ''))) problems.push(`the search knows nothing of ${page}`);
  const missing = words.filter((word) => !searched.includes(word.toLowerCase()));
  if (missing.length > 0) problems.push(`the search does not find ${missing.join(', ')}`);
}

for (const problem of problems) process.stderr.write(`${problem}\n`);
process.stdout.write(`${pages.length} pages, ${asked.size} addresses, ${problems.length} problems\n`);
process.exitCode = problems.length === 0 && pages.length > 0 ? 0 : 1;

/** The body of what is there, and of each address only once. */
function ask(pathname: string): Promise<string | undefined> {
  const before = asked.get(pathname);
  if (before !== undefined) return before;
  const answer = fetch(`${site.url}${pathname}`).then(async (response) => {
    const body = await response.text();
    return response.ok ? body : undefined;
  });
  asked.set(pathname, answer);
  return answer;
}

function hrefsOf(html: string): readonly string[] {
  const hrefs = [...html.matchAll(/<(?:a|link|script)\b[^>]*?\b(?:href|src)="([^"]+)"/g)].map(([, href = '']) => href);
  return [...new Set(hrefs)].filter((href) => !/^(?:https?:|mailto:|data:)/.test(href));
}

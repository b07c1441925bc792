import { join } from 'node:path';
import { serve } from '../serve.ts';
import { browse } from './browser.ts';
import { findChromium, thisMachine } from './chromium.ts';
import { browseDom } from './dom.ts';

// Opens the built site as a reader does, in Chromium where there is one or can be, and says which it was. A CI has to have one.

const DIST = join(import.meta.dirname, '../dist');

await using site = await serve(DIST);
const chromium = await findChromium(thisMachine((line) => process.stdout.write(`${line}\n`)));
if (chromium === undefined) await browseDom(site.url, DIST);
else await browse(site.url, chromium);
process.stdout.write(`the site opens, leads on and finds, in ${chromium ?? 'a DOM: there is no browser here'}\n`);

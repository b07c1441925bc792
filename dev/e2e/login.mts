import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * An application that logs in all the time, with the credentials that were mounted when it started, as most read them.
 * It is ready once a login has succeeded, and says each time why one has not, one JSON object a line.
 *
 *   URL       where it shows its credentials
 *   FORM      what it sends with them
 *   SUCCESS   the status that a client gets whose credentials are good
 */
const { URL: url = '', FORM = '', SUCCESS = '' } = process.env;
const EVERY_MS = 100;

const clientId = readFileSync('/etc/oauth/client_id', 'utf8');
const clientSecret = readFileSync('/etc/oauth/client_secret', 'utf8');
const authorization = `Basic ${btoa(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`)}`;

let state: 'starting' | 'ready' = 'starting';
createServer((_, response) => response.writeHead(state === 'ready' ? 200 : 503).end()).listen(8080);
process.on('SIGTERM', () => process.exit(0));

for (;;) {
  const failure = await logIn();
  if (failure === undefined) state = 'ready';
  else process.stdout.write(`${JSON.stringify({ at: Date.now(), failure })}\n`);
  await delay(EVERY_MS);
}

async function logIn(): Promise<string | undefined> {
  try {
    const { status } = await fetch(url, {
      method: 'POST',
      headers: { authorization },
      body: new URLSearchParams(FORM),
    });
    return String(status) === SUCCESS ? undefined : `status ${status}`;
  } catch (error) {
    return error instanceof Error ? `${error.message}: ${String(error.cause)}` : String(error);
  }
}

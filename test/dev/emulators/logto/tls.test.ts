import { once } from 'node:events';
import { get } from 'node:https';
import { expect, test } from 'vitest';
import { selfSigned } from '../../../support/certificates.ts';
import { bench } from './client.ts';

test('with a certificate the emulator speaks TLS, and its issuer says so', async () => {
  const tls = selfSigned('127.0.0.1');
  const { logto } = await bench({ tls });
  expect(logto.url).toMatch(/^https:/);

  const request = get(`${logto.url}/oidc/.well-known/openid-configuration`, { ca: tls.cert });
  const [response] = await once(request, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(Buffer.from(chunk));
  expect(JSON.parse(Buffer.concat(chunks).toString())).toMatchObject({ issuer: `${logto.url}/oidc` });
});

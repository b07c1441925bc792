import { expect, test } from 'vitest';
import { shownOf } from '../../src/application/shown.ts';
import { registrationNamed } from '../support/registrations.ts';

const { approval, facts } = registrationNamed('Shop');
const RECORD = { name: 'shop', type: 'CNAME', value: 'edge.example.net' };
const DOMAIN = { domain: 'shop.example.com', status: 'Active', error: undefined, dnsRecords: [RECORD] };

function shown(said: Partial<typeof facts>) {
  return shownOf(registrationNamed('Shop', { facts: { ...facts, ...said } }));
}

test('what the provider says of a registration is shown, and what it does not say is not', () => {
  expect(shown({ tier: undefined, host: 'shop.example.app' })).toEqual({
    ...facts,
    tier: undefined,
    approval,
    host: 'shop.example.app',
    customDomains: undefined,
  });
});

test('no custom domain is another thing than none that is said', () => {
  expect([shown({ customDomains: [] }).customDomains, shown({}).customDomains]).toEqual([[], undefined]);
});

test('as many custom domains and records are shown as a status holds', () => {
  const dnsRecords = Array.from({ length: 60 }, () => RECORD);
  const { customDomains } = shown({ customDomains: Array.from({ length: 30 }, () => ({ ...DOMAIN, dnsRecords })) });

  expect(customDomains).toHaveLength(20);
  expect(customDomains?.[0]).toEqual({ ...DOMAIN, dnsRecords: dnsRecords.slice(10) });
});

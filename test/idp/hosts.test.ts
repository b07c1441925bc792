import { describe, expect, test } from 'vitest';
import { type HostPattern, hostPattern, type Reach, refusalOfAddresses, refusalOfUrl } from '../../src/idp/hosts.ts';

function listed(...texts: readonly string[]): Reach {
  return { type: 'listed', hosts: texts.map(pattern) };
}

function pattern(text: string): HostPattern {
  const read = hostPattern(text);
  if (read === undefined) throw new Error(`${text} is no pattern`);
  return read;
}

function refusal(reach: Reach, url: string): string | undefined {
  return refusalOfUrl(reach, new URL(url), 'provider');
}

const PUBLIC: Reach = { type: 'public' };

describe('a list', () => {
  test.each([
    ['id.example.com', 'https://id.example.com/'],
    ['id.example.com', 'https://id.example.com:8443/'],
    ['id.example.com', 'https://ID.Example.com/'],
    ['id.example.com', 'https://id.example.com./'],
    ['ID.Example.COM.', 'https://id.example.com/'],
    ['bücher.example', 'https://xn--bcher-kva.example/'],
    ['id.example.com:8443', 'https://id.example.com:8443/'],
    ['id.example.com:443', 'https://id.example.com/'],
    ['id.example.com:80', 'http://id.example.com/'],
    ['*.example.com', 'https://id.example.com/'],
    ['*.example.com', 'https://a.b.c.example.com:8443/'],
    ['*.example.com:8443', 'https://id.example.com:8443/'],
    ['10.0.0.1', 'http://10.0.0.1:8080/'],
    ['127.0.0.1', 'http://0x7f.1/'],
    ['[::1]:8080', 'http://[::1]:8080/'],
    ['[0:0:0:0:0:0:0:1]', 'http://[::1]/'],
    ['localhost', 'http://localhost:3000/'],
  ])('with %s allows %s', (text, url) => {
    expect(refusal(listed('other.example', text), url)).toBeUndefined();
  });

  test.each([
    ['id.example.com', 'https://example.com/'],
    ['id.example.com', 'https://a.id.example.com/'],
    ['id.example.com', 'https://id.example.com.evil.test/'],
    ['id.example.com', 'https://evilid.example.com/'],
    ['id.example.com', 'https://evil.test/id.example.com'],
    ['id.example.com', 'https://id.example.com@evil.test/'],
    ['id.example.com', 'https://evil.test\\@id.example.com/'],
    ['id.example.com:8443', 'https://id.example.com/'],
    ['id.example.com:443', 'http://id.example.com/'],
    ['*.example.com', 'https://example.com/'],
    ['*.example.com', 'https://evilexample.com/'],
    ['*.example.com:8443', 'https://id.example.com/'],
    ['127.0.0.1', 'http://localhost/'],
    ['127.0.0.1', 'http://[::ffff:127.0.0.1]/'],
    ['[::1]:8080', 'http://[::1]:8081/'],
  ])('with %s refuses %s', (text, url) => {
    expect(refusal(listed('other.example', text), url)).toContain('not one that this installation may call');
  });

  test('says which host is missing, with its port, and where to name it', () => {
    expect(refusal(listed('id.example.com'), 'https://key:secret@evil.test:8443/a?b#c')).toBe(
      'The address of the provider is not one that this installation may call: evil.test:8443 is not among its --provider-hosts',
    );
  });

  test('allows what it names whatever its addresses', () => {
    expect(refusalOfAddresses(listed('id.svc'), 'id.svc', ['10.0.0.1', '127.0.0.1'], 'provider')).toBeUndefined();
  });
});

test.each([
  '*',
  '*.',
  '*.10.0.0.1',
  '*.*.example.com',
  'a*.example.com',
  '.example.com',
  '10.0.0.0/8',
  '::1',
  '[::1',
  '[::g]',
  'https://id.example.com',
  'id.example.com/',
  'id.example.com:0',
  'id.example.com:65536',
  'id.example.com:',
  'key@id.example.com',
  'id example.com',
  '256.1.1.1',
  '',
])('%j is no pattern', (text) => {
  expect(hostPattern(text)).toBeUndefined();
});

describe('where nothing but the internet may be called', () => {
  test.each([
    'http://localhost.example.com/',
    'https://api.1pass.dev/',
    'https://1.1.1.1/',
    'https://[2606:4700:4700::1111]/',
  ])('%s is not refused before it is looked up', (url) => {
    expect(refusal(PUBLIC, url)).toBeUndefined();
  });

  test.each([
    ['http://127.0.0.1:8080/', '127.0.0.1', 'loopback'],
    ['http://0x7f000001/', '127.0.0.1', 'loopback'],
    ['http://2130706433/', '127.0.0.1', 'loopback'],
    ['http://0177.0.0.1/', '127.0.0.1', 'loopback'],
    ['http://127.1/', '127.0.0.1', 'loopback'],
    ['http://127.0.0.1./', '127.0.0.1', 'loopback'],
    ['http://１２７.0.0.1/', '127.0.0.1', 'loopback'],
    ['http://0/', '0.0.0.0', 'unspecified'],
    ['http://[::1]/', '::1', 'loopback'],
    ['http://[::ffff:127.0.0.1]/', '::ffff:7f00:1', 'loopback'],
    ['http://169.254.169.254/latest/meta-data/', '169.254.169.254', 'link-local'],
    ['http://[fd00:ec2::254]/', 'fd00:ec2::254', 'private'],
  ])('%s is refused', (url, host, is) => {
    expect(refusal(PUBLIC, url)).toBe(
      `The address of the provider is not one that this installation may call: ${host} has an address that is not public (${is}), which an OAuthProvider may call only if --provider-hosts names the host`,
    );
  });

  test.each([
    ['one public address', ['1.1.1.1'], 'allowed'],
    ['public addresses', ['1.1.1.1', '2606:4700:4700::1111'], 'allowed'],
    ['a private address', ['10.96.0.10'], 'refused'],
    ['a public address and then a private one', ['1.1.1.1', '10.96.0.10'], 'refused'],
    ['something that is no address', ['nonsense'], 'refused'],
  ])('a name with %s (%j) is %s', (_, addresses, is) => {
    const found = refusalOfAddresses(PUBLIC, 'id.example.com', addresses, 'provider');
    expect(found === undefined ? 'allowed' : 'refused').toBe(is);
  });

  test('no address is told of, but what it is for', () => {
    const found = refusalOfAddresses(PUBLIC, 'db.prod.svc', ['10.96.17.4'], 'proxy');
    expect(found).toContain('The address of the proxy');
    expect(found).toContain('db.prod.svc');
    expect(found).toContain('private');
    expect(found).not.toContain('10.96');
  });
});

test('an admin who lists nothing may call everything', () => {
  expect(refusal({ type: 'anywhere' }, 'http://169.254.169.254/')).toBeUndefined();
  expect(refusalOfAddresses({ type: 'anywhere' }, 'id.svc', ['10.0.0.1'], 'provider')).toBeUndefined();
});

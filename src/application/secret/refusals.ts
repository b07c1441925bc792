import type { Refusal } from '../../idp/provider.ts';
import type { ReadyProvider } from '../ports/provider.ts';
import { LONGEST_VALUE, type SecretContent, templatePath } from './content.ts';
import { asksFor, largestSize, type Part, parseTemplate, type Template, utf8Length } from './template.ts';

/** What a refusal has to know of the provider that fills the Secret. */
export type Filling = Pick<ReadyProvider, 'manners' | 'issuer'>;

/** What a template is written for. */
interface Setting {
  readonly content: SecretContent;
  readonly clientKind: 'public' | 'confidential';
  readonly provider: Filling;
}

/** The most that all keys and values together may take, in bytes; the API server takes 1 MiB with everything else. */
const MOST_BYTES = 256 * 1024;

/** The first thing in the content that cannot be written. Pure; quotes no value. */
export function contentObjection(
  content: SecretContent,
  clientKind: 'public' | 'confidential',
  provider: Filling,
): Refusal | undefined {
  if (content.keys.previousClientSecret !== undefined && provider.manners.rotation === 'immediate') {
    return withoutOverlap('spec.secret.keys.previousClientSecret');
  }
  let bytes = sizeOfKeys(content, provider);
  for (const [key, text] of Object.entries(content.templates)) {
    const template = parseTemplate(text);
    if (template.type === 'malformed') return invalid(templatePath(key), template.message);
    const refusal =
      placeholderObjection(key, template, { content, clientKind, provider }) ?? takenObjection(key, content);
    if (refusal !== undefined) return refusal;
    bytes += utf8Length(key) + largestSize(template, lengthsFor(provider));
  }
  if (bytes > MOST_BYTES) {
    return invalid('spec.secret.template.data', `filled with long values, the Secret could exceed ${MOST_BYTES} bytes`);
  }
  return undefined;
}

function placeholderObjection(
  key: string,
  template: Template,
  { content, clientKind, provider }: Setting,
): Refusal | undefined {
  const path = templatePath(key);
  const previous = asksFor(template, 'previousClientSecret');
  if (clientKind === 'public' && (previous || asksFor(template, 'clientSecret'))) {
    return invalid(path, 'a public client has no secret to be filled in');
  }
  if (!previous) return undefined;
  if (provider.manners.rotation === 'immediate') return withoutOverlap(path);
  // Nothing can be read back out of a template, and the provider need not show the value again.
  return content.keys.previousClientSecret === undefined
    ? invalid(path, 'spec.secret.keys.previousClientSecret has to name a key as well, in which the value is kept')
    : undefined;
}

function takenObjection(key: string, { keys }: SecretContent): Refusal | undefined {
  if (!Object.values(keys).includes(key)) return undefined;
  return invalid(templatePath(key), 'spec.secret.keys or the format names this key already');
}

function sizeOfKeys({ keys }: SecretContent, provider: Filling): number {
  const lengths: Readonly<Record<string, number>> = lengthsFor(provider);
  return Object.entries(keys).reduce((sum, [part, key]) => sum + utf8Length(key) + (lengths[part] ?? 0), 0);
}

function lengthsFor({ issuer }: Filling): Readonly<Record<Part, number>> {
  return {
    clientId: LONGEST_VALUE,
    clientSecret: LONGEST_VALUE,
    previousClientSecret: LONGEST_VALUE,
    issuer: utf8Length(issuer),
  };
}

function withoutOverlap(path: string): Refusal {
  const message = 'the provider ends a secret as soon as it issues another, so that there is no previous one';
  return { reason: 'UnsupportedByProvider', path, message };
}

function invalid(path: string, message: string): Refusal {
  return { reason: 'InvalidSpec', path, message };
}

import type { OAuthApplication } from '../../api/application.ts';
import { SECRET_FORMATS } from '../../api/secret-formats.ts';
import { type Credentials, Redacted } from '../../credentials.ts';
import { Blocked } from '../blocked.ts';
import { asksFor, fill, PARTS, type Part, parseTemplate, type Template } from './template.ts';

type Spec = OAuthApplication['spec'];

/** What is to stand in the Secret. */
export interface SecretContent {
  /** Which key holds which part. Parts that are not there are not written. */
  readonly keys: Readonly<Partial<Record<Part, string>>>;
  /** Further keys, each with a text whose placeholders are replaced. */
  readonly templates: Texts;
  readonly labels: Texts;
  readonly annotations: Texts;
}

/** What the Secret is filled with. */
export interface SecretValues {
  readonly credentials: Credentials;
  /** The superseded secret, while there is one that still works. */
  readonly previousClientSecret: Redacted | undefined;
  readonly issuer: string;
}

type Texts = Readonly<Record<string, string>>;

/** Characters of the longest client id or secret that we know of. */
export const LONGEST_VALUE = 96;

/** Changes when the same content is to be written differently, so that every Secret is written once more. */
const CONTENT_VERSION = 2;

/** The content that the spec asks for. It is not judged here: that is for `contentObjection`. */
export function contentOf({ secret }: Spec, clientKind: 'public' | 'confidential'): SecretContent {
  const { clientId, clientSecret, issuer, previousClientSecret } = secret?.keys ?? {};
  const secrets = {
    ...(clientSecret === undefined ? {} : { clientSecret }),
    ...(previousClientSecret === undefined ? {} : { previousClientSecret }),
  };
  const { data, metadata } = secret?.template ?? {};
  return {
    keys: {
      ...SECRET_FORMATS[secret?.format ?? 'Default'][clientKind],
      ...(clientId === undefined ? {} : { clientId }),
      ...(issuer === undefined ? {} : { issuer }),
      ...(clientKind === 'public' ? {} : secrets),
    },
    templates: data ?? {},
    labels: metadata?.labels ?? {},
    annotations: metadata?.annotations ?? {},
  };
}

/** A text that is equal exactly when a Secret written by it need not be written again. */
export function contentText({ keys, templates, labels, annotations }: SecretContent, issuer: string): string {
  return JSON.stringify([CONTENT_VERSION, ...[keys, templates, labels, annotations].map(sorted), issuer]);
}

/**
 * The Secret's data: all of it, or an error.
 *
 * @throws Blocked where a template is none, or a secret that has its place is not there
 */
export function render(content: SecretContent, values: SecretValues): Readonly<Record<string, Redacted>> {
  const { credentials, issuer, previousClientSecret } = values;
  const parts: Readonly<Record<Part, Redacted | undefined>> = {
    clientId: new Redacted(credentials.clientId),
    clientSecret: credentials.clientSecret,
    issuer: new Redacted(issuer),
    previousClientSecret,
  };
  const templates = Object.entries(content.templates).map(([key, text]) => [key, parsed(key, text)] as const);
  if (parts.clientSecret === undefined && wantsSecret(content.keys, templates)) {
    throw new Blocked('SecretLost', 'The Secret is to hold a client secret and there is none to write');
  }
  const named = PARTS.flatMap((part) => {
    const [key, value] = [content.keys[part], parts[part]];
    return key === undefined || value === undefined ? [] : [[key, value] as const];
  });
  const filled = templates.map(([key, template]) => [key, fill(template, parts)] as const);
  // From entries, so that no key means anything to JavaScript; the credentials last, so that nothing covers them.
  return Object.fromEntries([...filled, ...named]);
}

/** How the path of a template is written in a message. */
export function templatePath(key: string): string {
  return `spec.secret.template.data[${key}]`;
}

function wantsSecret(keys: SecretContent['keys'], templates: readonly (readonly [string, Template])[]): boolean {
  return keys.clientSecret !== undefined || templates.some(([, template]) => asksFor(template, 'clientSecret'));
}

/** Refused before it comes to this, but for an object that is suspended while an operation is open. */
function parsed(key: string, text: string): Template {
  const template = parseTemplate(text);
  if (template.type === 'template') return template;
  throw new Blocked('InvalidSpec', `${templatePath(key)}: ${template.message}`);
}

function sorted(texts: Readonly<Partial<Record<string, string>>>): readonly (readonly [string, string | undefined])[] {
  return Object.entries(texts).sort(([a], [b]) => (a < b ? -1 : 1));
}

import { INSTALLATION_SECRET } from '../../../src/kube/installation.ts';
import { isRecord, type KubeObject } from '../../../src/kube/object.ts';
import { SECRETS } from '../../../src/kube/resources.ts';
import { DEFAULT_KEY } from '../../emulators/logi/keys.ts';
import { OPERATOR_SECRET } from '../../emulators/logto/console.ts';
import { partsOf } from '../api-calls.ts';
import { formsOf } from '../forms.ts';
import { OWN_NAMESPACE } from '../manifests.ts';
import type { Sighting } from '../sightings.ts';
import type { World } from '../world.ts';
import type { Invariant } from './invariant.ts';
import { shownIn } from './requests.ts';

/** Searched once, at rest, in everything that anybody but the reader of a Secret could have seen. */
export const secrecy: Invariant = {
  name: 'secrets-nowhere-else',
  promise: 'No secret value stands in a status, an Event, a log line or a metric, in whatever encoding.',
  rules: ['S1', 'S4'],
  attend({ world, accuse }) {
    const values = new Map<string, string>([
      [DEFAULT_KEY, "logi's key"],
      [OPERATOR_SECRET, "the operator's secret at Logto"],
    ]);
    const texts = new Map<string, string[]>();
    const keep = (place: string, text: string): void => void (texts.get(place) ?? fresh(texts, place)).push(text);
    return {
      see(sighting) {
        if (sighting.type === 'served') {
          for (const value of shownIn(sighting.answer)) values.set(value, 'a client secret');
        }
        for (const value of planted(sighting)) values.set(value, 'what a person wrote into a Secret');
        const seen = published(sighting);
        if (seen !== undefined) keep(...seen);
      },
      hear: (line) => keep('a log', line),
      read: (page) => keep('the metrics', page),
      atRest() {
        for (const key of installationKeys(world())) values.set(key, 'the key of an installation');
        const needles = [...values].flatMap(([value, what]) => formsOf(value).map((form) => ({ form, what })));
        for (const [place, lines] of texts) {
          const text = lines.join('\n');
          for (const { form, what } of needles) if (text.includes(form)) accuse(`${what} stands in ${place}`);
        }
      },
    };
  },
};

function fresh(texts: Map<string, string[]>, place: string): string[] {
  const lines: string[] = [];
  texts.set(place, lines);
  return lines;
}

/** What a process writes where people without a right to Secrets may read. */
function published(sighting: Sighting): readonly [place: string, text: string] | undefined {
  if (sighting.type === 'api') {
    const { plural } = partsOf(sighting);
    const { body } = sighting;
    return plural === 'secrets' || body === undefined ? undefined : [`what is written to ${plural}`, body];
  }
  if (sighting.type !== 'object' || sighting.kind !== 'Secret' || sighting.after === undefined) return undefined;
  return ['the metadata of a Secret', JSON.stringify(sighting.after.metadata)];
}

/** What everybody may read. */
const PUBLIC_KEY = 'client_id';

/** What a person puts into a Secret that is there, or in place of one. */
function planted(sighting: Sighting): readonly string[] {
  if (sighting.type !== 'object' || sighting.kind !== 'Secret' || sighting.by.type !== 'person') return [];
  const [former, held] = [dataIn(sighting.before), dataIn(sighting.after)];
  return Object.entries(held).flatMap(([key, value]) => (key === PUBLIC_KEY || former[key] === value ? [] : [value]));
}

function installationKeys({ clusters }: World): readonly string[] {
  const name = { resource: SECRETS, namespace: OWN_NAMESPACE, name: INSTALLATION_SECRET };
  return clusters.flatMap(({ hands }) => keyIn(hands.get(name)));
}

function keyIn(secret: KubeObject | undefined): readonly string[] {
  const { key } = dataIn(secret);
  return key === undefined ? [] : [key];
}

/** The texts that a Secret holds, by key. */
function dataIn(secret: KubeObject | undefined): Readonly<Record<string, string>> {
  const data = isRecord(secret?.['data']) ? secret['data'] : {};
  const texts = Object.entries(data).map(([key, value]) => [key, Buffer.from(String(value), 'base64').toString()]);
  return Object.fromEntries(texts);
}

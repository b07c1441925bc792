import type { Mutant } from './mutant.ts';

/**
 * Ways to lose a value, to write it where it does not belong, or to let it be seen. One that is lost without need is
 * replaced before anybody could see that it is gone: what tells is the rotation that nobody asked for.
 */
export const SECRET_MUTANTS: readonly Mutant[] = [
  {
    name: 'status-before-secret',
    breaks: 'The status says that a value is delivered, and then it is.',
    rules: ['S1'],
    toldBy: ['secret-before-status'],
    file: 'src/application/act/operation.ts',
    find: `const secret = await deliver({ ...delivery, operation, serial }, over, pass);
    await subject.conclude(operation, { ...facts, ...after(), secret, served });`,
    replace: `const fingerprint = pass.ports.seals.fingerprint(credentials);
    const early = { name: desired.secretName, serial, fingerprint, delivered: true };
    await subject.conclude(operation, { ...facts, ...after(), secret: early, served });
    const secret = await deliver({ ...delivery, operation, serial }, over, pass);
    await subject.record({ secret });`,
  },
  {
    name: 'foreign-secret-overwritten',
    breaks: 'A Secret that somebody else made is written over.',
    rules: ['S1'],
    toldBy: ['foreign-secrets-untouched'],
    file: 'src/application/secret/ownership.ts',
    find: "return seal !== 'invalid' || ownerUid === subject.application().metadata.uid;",
    replace: "return seal !== 'invalid' || ownerUid !== `no ${subject.application().metadata.uid}`;",
  },
  {
    name: 'forestalled-secret-overwritten',
    breaks: 'A Secret that somebody else made in the last moment is written over.',
    rules: ['S2'],
    toldBy: ['foreign-secrets-untouched'],
    file: 'src/application/act/deliver.ts',
    find: "if (live !== undefined && !(await isOurs(live, pass))) throw new Undeliverable('foreign');",
    replace: '',
  },
  {
    name: 'unrehearsed',
    breaks: 'A value that is shown once is asked for without a dry run of its Secret.',
    rules: ['S3'],
    toldBy: ['rehearsed-first'],
    file: 'src/application/act/deliver.ts',
    find: "await ports.secrets.write(owner, draft, over, 'rehearse', signal);",
    replace: 'void [owner, draft, signal];',
  },
  {
    name: 'delivery-not-repeated',
    breaks: 'A Secret whose write failed once is given up.',
    rules: ['S3'],
    toldBy: ['rotations-asked-for'],
    file: 'src/application/act/deliver.ts',
    find: 'if (ports.leaseRemainingMs() <= pauseMs + MARGIN_MS) throw refusal ?? error;',
    replace: 'if (ports.leaseRemainingMs() > pauseMs - MARGIN_MS) throw refusal ?? error;',
  },
  {
    name: 'refused-value-kept-as-delivered',
    breaks: 'A value that the API server refused counts as delivered.',
    rules: ['S3'],
    toldBy: ['secret-before-status'],
    file: 'src/application/act/operation.ts',
    find: 'const secret = { name: desired.secretName, uid: over?.uid, serial, delivered: false };\n    await subject.conclude',
    replace:
      'const secret = { name: desired.secretName, uid: over?.uid, serial, delivered: true };\n    await subject.conclude',
  },
  {
    name: 'value-by-wanted-key',
    breaks: 'Values are read by the usual keys, and not by those that were noted with them.',
    rules: ['S4'],
    toldBy: ['rotations-asked-for'],
    file: 'src/kube/secrets.ts',
    find: 'const key = Object.hasOwn(keys, part) ? keys[part] : undefined;',
    replace: `const usual: Readonly<Record<string, string>> = { clientId: 'client_id', clientSecret: 'client_secret' };
    const key = void keys ?? usual[part];`,
  },
  {
    name: 'key-by-default',
    breaks: 'The client secret stands under the usual key, whatever the spec calls it.',
    rules: ['S4'],
    toldBy: ['ready-logs-in'],
    file: 'src/application/secret/content.ts',
    find: '...(clientSecret === undefined ? {} : { clientSecret }),',
    replace: '...(void clientSecret ?? {}),',
  },
  {
    name: 'secret-name-by-default',
    breaks: 'The Secret has the usual name, whatever the spec calls it.',
    rules: ['S4', 'S8'],
    toldBy: ['ready-logs-in'],
    file: 'src/api/application.ts',
    find: 'return spec.secret?.name ?? `${metadata.name}-oauth`;',
    replace: 'return (void spec ?? metadata.name) + "-oauth";',
  },
  {
    name: 'withheld-secret-made-up',
    breaks: 'Where the provider shows no secret, a text of our own is written in its place.',
    rules: ['R8', 'S5'],
    toldBy: ['ready-logs-in'],
    file: 'src/idp/logi/provider.ts',
    find: "return content.type === 'json' ? secretOf(content.value) : undefined;",
    replace:
      "return (content.type === 'json' ? secretOf(content.value) : undefined) ?? ({ reveal: () => 'withheld' } as Redacted);",
  },
  {
    name: 'missing-in-cache-taken-as-lost',
    breaks: 'A Secret that the cache does not show counts as lost.',
    rules: ['S6'],
    toldBy: ['rotations-asked-for'],
    file: 'src/application/observe/secret.ts',
    find: 'const stored = await ports.secrets.read(namespace, secretName, signal);\n  const view',
    replace: `const stored = head === undefined ? undefined : await ports.secrets.read(namespace, secretName, signal);
  const view`,
  },
  {
    name: 'loss-of-readable-value',
    breaks: 'A value that the provider still shows is issued anew.',
    rules: ['S7'],
    toldBy: ['rotations-asked-for'],
    file: 'src/application/plan/secret.ts',
    find: "if (issued?.current !== undefined) return readBack(issued, issued.current, 'lost');",
    replace: '',
  },
  {
    name: 'losses-without-end',
    breaks: 'However often a value is lost within a day, another is issued.',
    rules: ['S7'],
    toldBy: ['rotations-asked-for'],
    file: 'src/application/plan/secret.ts',
    find: "if (losses === 'too-many') return",
    replace: "if (void losses === 'too-many') return",
  },
  {
    name: 'finished-with-any-value',
    breaks: 'An operation is finished with whatever value somebody has written over its own.',
    rules: ['R2', 'S10'],
    toldBy: ['ready-logs-in'],
    file: 'src/application/act/taking.ts',
    find: 'stored.writtenBy === undefined ? written : await unlessWorthless(written, credentials, pass)',
    replace: 'written',
  },
  {
    name: 'taken-back-with-any-value',
    breaks: 'What is taken back by the seal on a Secret is not asked whether it takes the value in it.',
    rules: ['R9', 'S10'],
    toldBy: ['ready-logs-in'],
    file: 'src/application/act/taking.ts',
    find: 'return unlessWorthless(toBeReadLive(delivered(stored, { serial, credentials }, pass)), credentials, pass);',
    replace: 'return toBeReadLive(delivered(stored, { serial, credentials }, pass));',
  },
  {
    name: 'taken-back-without-value',
    breaks: 'What is taken back by the seal on a Secret is issued another value, whatever is in it.',
    rules: ['R9'],
    toldBy: ['rotations-asked-for'],
    file: 'src/application/act/taking.ts',
    find: 'if (!isWhole(stored, pass)) return { name, uid, serial, delivered: true };',
    replace: `if (pass.provider.manners.secrets === 'shown-once') return { name, uid, serial, delivered: false };
  if (!isWhole(stored, pass)) return { name, uid, serial, delivered: true };`,
  },
  {
    name: 'not-taken-back-without-value',
    breaks: 'A registration whose Secret has lost its value is not taken back.',
    rules: ['R9', 'S7'],
    toldBy: ['comes-to-rest'],
    file: 'src/application/act/taking.ts',
    find: 'if (!isWhole(stored, pass)) return { name, uid, serial, delivered: true };',
    replace: `if (!isWhole(stored, pass)) throw new Blocked('StatusLost', 'The Secret holds no value');
  void [name, uid];`,
  },
  {
    name: 'rename-taken-as-loss',
    breaks: 'The Secret of the former name is not looked at.',
    rules: ['S8'],
    toldBy: ['rotations-asked-for'],
    file: 'src/application/observe/secret.ts',
    find: 'const former = facts.secret?.delivered === true && facts.secret.name !== secretName ? facts.secret.name : undefined;',
    replace:
      'const former = facts.secret?.delivered === true && facts.secret.name === secretName ? facts.secret.name : undefined;',
  },
  {
    name: 'former-name-a-day-longer',
    breaks: 'The Secret of a former name has a day more where nothing is to be rolled.',
    rules: ['S8'],
    toldBy: ['former-name-kept-in-use'],
    file: 'src/application/act/former.ts',
    find: 'const removeAfter = new Date(laterTime(ports) + desired.formerSecretMs).toISOString();',
    replace: `const removeMs = desired.formerSecretMs + (desired.restart === 'None' ? 86_400_000 : 0);
  const removeAfter = new Date(laterTime(ports) + removeMs).toISOString();`,
  },
  {
    name: 'retained-secret-owned',
    breaks: 'Under Retain the Secret keeps its owner, and goes with it.',
    rules: ['S9', 'D4'],
    toldBy: ['retained-stays'],
    file: 'src/kube/secrets.ts',
    find: 'const others = ownerReferences.filter((owner) => owner.uid !== metadata.uid);',
    replace: 'const others = ownerReferences.filter((owner) => owner.uid !== `no ${metadata.uid}`);',
  },
  {
    name: 'secret-in-event',
    breaks: 'An Event tells the new secret in base64.',
    rules: ['S1'],
    toldBy: ['secrets-nowhere-else'],
    file: 'src/application/act/rotate.ts',
    find: '`${ROTATED[because]}${gap}${beside}`',
    replace: '`${ROTATED[because]}${gap}${beside}: ${Buffer.from(`new: ${issued.reveal()}`).toString("base64")}`',
  },
  {
    name: 'secret-in-status',
    breaks: 'The fingerprint in the status is the secret itself.',
    rules: ['S4'],
    toldBy: ['secrets-nowhere-else'],
    file: 'src/seals.ts',
    find: "keyed('credentials', JSON.stringify([clientId, clientSecret?.reveal() ?? null])).slice(0, 32),",
    replace: '`${clientId} ${clientSecret?.reveal() ?? null}`,',
  },
];

import type { Mutant } from './mutant.ts';

/** Ways to take what proves nothing for a proof of whose a registration is. */
export const PROOF_MUTANTS: readonly Mutant[] = [
  {
    name: 'copies-taken-for-twins',
    breaks: 'A copy that a person made at the provider is deleted.',
    rules: ['R4'],
    toldBy: ['never-anothers'],
    file: 'src/application/observe/kin.ts',
    find: '=> !isCopy(each, births, onceMs);',
    replace: '=> !isCopy(each, births, onceMs) || isCopy(each, births, onceMs);',
  },
  {
    name: 'mark-of-namesake',
    breaks: 'The mark of an object of the same name in another cluster counts as our own.',
    rules: ['I5', 'R4'],
    toldBy: ['never-anothers'],
    file: 'src/application/marks.ts',
    find: 'if (!isGenuine(mark, seals)) return isNamesake',
    replace: `if (isNamesake && mark.cluster !== seals.cluster) return 'own';
  if (!isGenuine(mark, seals)) return isNamesake`,
  },
  {
    name: 'name-without-tag',
    breaks: 'A registration that bears the display name is taken for the one that a lost create made.',
    rules: ['R5', 'R7'],
    toldBy: ['never-anothers', 'own-alone'],
    file: 'src/application/naming.ts',
    find: 'return `${base} ${tagOf(uid, counter, seals)}`;',
    replace: 'return void tagOf(uid, counter, seals), base;',
  },
  {
    name: 'name-without-uid',
    breaks: 'Two objects of one display name give their registrations the same temporary name.',
    rules: ['R5'],
    toldBy: ['one-client'],
    file: 'src/application/naming.ts',
    find: 'JSON.stringify([seals.cluster, uid, counter])',
    replace: 'JSON.stringify([seals.cluster, uid.length, counter])',
  },
  {
    name: 'lost-rotation-unmarked',
    breaks: 'A lost rotation is repeated at a registration that does not say yet whose it is.',
    rules: ['I5', 'O7'],
    toldBy: ['comes-to-rest'],
    file: 'src/application/plan/open.ts',
    find: "if (observed.registration.mark === 'due') return act({ type: 'mark' });",
    replace: '',
  },
  {
    name: 'mark-unproved',
    breaks: 'A mark is believed without its proof.',
    rules: ['I5'],
    toldBy: ['never-anothers'],
    file: 'src/application/marks.ts',
    find: 'mark.installation === seals.installation && mark.cluster === seals.cluster && mark.proof === proofOf(mark, seals)',
    replace:
      'mark.installation === seals.installation && mark.cluster === seals.cluster && proofOf(mark, seals) !== undefined',
  },
  {
    name: 'mark-not-checked',
    breaks: 'Whatever mark a registration bears, it is changed for the object whose status names it.',
    rules: ['I5'],
    toldBy: ['never-anothers', 'own-alone'],
    file: 'src/application/proof.ts',
    find: 'if (grants(sight, demand)) return;',
    replace: 'if (grants(sight, demand) || !grants(sight, demand)) return;',
  },
  {
    name: 'seal-unchecked',
    breaks: 'Whatever id stands in a status counts as registered for its object.',
    rules: ['I2', 'D1'],
    toldBy: ['never-anothers', 'own-alone'],
    file: 'src/seals.ts',
    find: "return equal(given, seal(claims)) ? 'valid' : 'invalid';",
    replace: "return equal(given, seal(claims)) ? 'valid' : 'valid';",
  },
  {
    name: 'secret-seal-unchecked',
    breaks: 'Whatever bears notes of the form of ours is taken for a Secret that we wrote for this object.',
    rules: ['I2', 'S1'],
    toldBy: ['foreign-secrets-untouched', 'own-alone'],
    file: 'src/application/secret/ownership.ts',
    find: 'return pass.ports.seals.verify(notes.seal, { ...claims, namespaceUid: notes.namespaceUid, clientId: notes.clientId });',
    replace: `const all = { ...claims, namespaceUid: notes.namespaceUid, clientId: notes.clientId };
  return pass.ports.seals.verify(pass.ports.seals.seal(all), all);`,
  },
  {
    name: 'another-objects-registration',
    breaks: 'Whatever registration a status names is changed for its object.',
    rules: ['I2'],
    toldBy: ['own-alone'],
    file: 'src/application/proof.ts',
    find: `    case 'valid':
      return;
    case 'foreign-version':`,
    replace: `    case 'valid':
    case 'invalid':
      return;
    case 'foreign-version':`,
  },
  {
    name: 'status-without-provider-believed',
    breaks: 'A status that names a registration and not where it was made needs no seal.',
    rules: ['I2'],
    toldBy: ['own-alone', 'never-anothers'],
    file: 'src/application/proof.ts',
    find: "if (provider === undefined || clientId === undefined) return 'invalid';",
    replace: "if (provider === undefined) return 'unneeded';",
  },
  {
    name: 'secrets-read-unproved',
    breaks: 'The secrets of whatever registration a status names are read.',
    rules: ['I2'],
    toldBy: ['never-anothers'],
    file: 'src/application/observe/inspection.ts',
    find: `if (isLookDue(facts, pass)) await proveSealed(pass);
  else if ((await statusSeal(pass)) !== 'valid') return undefined;`,
    replace: 'void [proveSealed, statusSeal];',
  },
];

import type { Mutant } from './mutant.ts';

/** What is made of an answer, or of none. */
export const ANSWER_MUTANTS: readonly Mutant[] = [
  {
    name: 'lost-taken-as-refused',
    breaks: 'Whatever error ends a call clears its operation.',
    rules: ['O5'],
    toldBy: ['never-twice'],
    file: 'src/application/act/operation.ts',
    find: "const refused = error instanceof ProviderError && error.details.effect === 'refused';",
    replace: 'const refused = error instanceof ProviderError;',
  },
  {
    name: 'unreadable-taken-as-refused',
    breaks: 'A 2xx that cannot be read counts as a refusal.',
    rules: ['O5'],
    toldBy: ['never-twice'],
    file: 'src/idp/logi/errors.ts',
    find: "return new ProviderError('malformed', `${SENTENCES.malformed}.`, { effect: 'unknown', status: answer.status });",
    replace:
      "return new ProviderError('malformed', `${SENTENCES.malformed}.`, { effect: 'refused', status: answer.status });",
  },
  {
    name: 'create-repeated',
    breaks: 'The adapter asks for a registration once more when no answer came.',
    rules: ['O6'],
    toldBy: ['never-twice'],
    file: 'src/idp/logi/provider.ts',
    find: "const answer = await call('create', { body: { [wrapperKey]: newApplication(name, wanted) } }, signal);",
    replace: `const create = () => call('create', { body: { [wrapperKey]: newApplication(name, wanted) } }, signal);
      const answer = await create().catch(create);`,
  },
  {
    name: 'refused-status-counts',
    breaks: 'A status that the API server refuses for what it says counts as written.',
    rules: ['O1', 'O2'],
    toldBy: ['written-down-first'],
    file: 'src/kube/applications.ts',
    find: `      written(application, async () => {
        writes.expect({ ...application, status });
        return own.replaceStatus(refOf(application), application, status, signal);
      }),`,
    replace: `      written(application, async () => {
        writes.expect({ ...application, status });
        return own.replaceStatus(refOf(application), application, status, signal).catch((error) => {
          if (String(error).includes(' 422 ')) return { ...application, status };
          throw error;
        });
      }),`,
  },
  {
    name: 'taken-name-refuted',
    breaks: 'A create that logi refuses because its name is taken counts as never made.',
    rules: ['O5'],
    toldBy: ['no-twins-and-no-strays'],
    file: 'src/idp/logi/errors.ts',
    find: "return saidNo && !(operation === 'create' && code === 'conflict') ? 'refused' : 'unknown';",
    replace: "return saidNo ? 'refused' : 'unknown';",
  },
];

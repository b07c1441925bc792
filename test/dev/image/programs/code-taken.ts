import { programAt } from '../../../../dev/launcher/program.ts';

const [, , path = ''] = process.argv;
process.stdout.write(programAt(path).cachedDataRejected === false ? 'taken\n' : 'compiled anew\n');

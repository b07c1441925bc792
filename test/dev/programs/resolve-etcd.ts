import { resolveTools } from '../../../dev/tools/resolve.ts';
import { everySite } from '../tools/every-site.ts';

const [cache = '', searchPath = '', site = ''] = process.argv.slice(2);
process.stdin.resume().once('end', () => process.exit());

const sources = { assets: undefined, searchPath, cache, sites: everySite(site) };
const { etcd } = await resolveTools(['etcd'], sources, (line) => console.log(line));
console.log(etcd);
process.exit();

import { runWhenOwnerEnds } from '../child.ts';

/** A container's cgroup outlives the processes in it. Tries again while these still end. */
const REMOVE = `
  tries=0
  while [ "$tries" -lt 50 ]; do
    left=''
    for group in "/sys/fs/cgroup/$1" /sys/fs/cgroup/*/"$1"; do
      [ -d "$group" ] || continue
      find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || left=yes
    done
    [ -n "$left" ] || break
    sleep 0.1
    tries=$((tries + 1))
  done
`;

/** Removes the cgroup `name` of every hierarchy, and those in it, when this process ends. The result removes them now. */
export function removeCgroupsWhenOwnerEnds(name: string): () => Promise<void> {
  return runWhenOwnerEnds(REMOVE, [name]);
}

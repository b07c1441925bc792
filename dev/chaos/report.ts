import type { Excuse } from './excuses.ts';
import type { Breach } from './judge.ts';
import type { Figures, Round } from './round.ts';

/** What became of one round, a few lines. */
export function reportRound({ figures, breaches, excuses }: Omit<Round, 'evidence'>): readonly string[] {
  return [
    `${blows(figures)}; at rest after ${(figures.restMs / 1_000).toFixed(1)} s`,
    breaches.length === 0 ? 'nothing was broken' : `BROKEN: ${breaches.length}`,
    ...breaches.map(breachInWords),
    ...excuses.map(excuseInWords),
  ];
}

/** What became of all of them. */
export function reportRounds(rounds: readonly Omit<Round, 'evidence'>[]): string {
  const figures = rounds.reduce((sum, round) => added(sum, round.figures), NOTHING);
  const broken = rounds.flatMap(({ breaches }) => breaches).length;
  const excused = rounds.flatMap(({ excuses }) => excuses).length;
  const slowest = Math.max(...rounds.map((round) => round.figures.restMs));
  return [
    `${rounds.length} rounds, ${broken} breaches, ${excused} registrations left of objects that were let go`,
    `${figures.applications} applications, ${figures.deeds} edits, rotations, deletions and creations in trouble`,
    blows(figures),
    `slowest to rest: ${(slowest / 1_000).toFixed(1)} s`,
  ].join('\n');
}

const NOTHING: Figures = {
  applications: 0,
  deeds: 0,
  kills: 0,
  stops: 0,
  outages: 0,
  faults: 0,
  lives: 0,
  restMs: 0,
  calls: 0,
};

function added(one: Figures, other: Figures): Figures {
  return {
    applications: one.applications + other.applications,
    deeds: one.deeds + other.deeds,
    kills: one.kills + other.kills,
    stops: one.stops + other.stops,
    outages: one.outages + other.outages,
    faults: one.faults + other.faults,
    lives: one.lives + other.lives,
    restMs: one.restMs + other.restMs,
    calls: one.calls + other.calls,
  };
}

function blows({ kills, stops, outages, faults, lives, calls }: Figures): string {
  return [
    `${kills} kills`,
    `${stops} stops of a leader`,
    `${outages} outages of etcd or kube-apiserver`,
    `${faults} of ${calls} calls gone wrong`,
    `${lives} processes of the operator`,
  ].join(', ');
}

function excuseInWords({ left: { provider, id, name }, of }: Excuse): string {
  return `${provider} ${id} (${name}) is left of ${of}, which was let go`;
}

function breachInWords({ invariant, sentence }: Breach): string {
  return `${invariant}: ${sentence}`;
}

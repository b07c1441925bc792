import { duration, LONGEST_OVERLAP } from '../duration.ts';
import type { Rule } from '../schema.ts';
import { choice, list, object, text } from '../schema.ts';

const TIME_OF_DAY: Rule = {
  rule: "self.matches('^([01][0-9]|2[0-3]):[0-5][0-9]$')",
  message: 'must be a time of day such as "02:00", from "00:00" to "23:59"',
};

const TIME_ZONE: Rule = {
  rule: "self.matches('^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$')",
  message: 'must be a time zone of the IANA database, such as Europe/Berlin or UTC',
};

const DAY = choice('A day of the week.', ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']);

const WINDOW = object(
  'Scheduled rotations begin inside this window only. A rotation that was asked for does not wait for it. Where clocks are set forward over from, it opens with the first moment after; in an hour that they go through twice it is open twice.',
  {
    days: list('Days on which the window opens; past midnight it stays open. Left out: every day.', DAY, {
      min: 1,
      max: 7,
      type: 'set',
    }).optional(),
    from: text('When it opens. Earlier than to, or the window ends on the next day.', { max: 5, rules: [TIME_OF_DAY] }),
    to: text('When it closes.', { max: 5, rules: [TIME_OF_DAY] }),
    timeZone: text('Time zone of from and to. Left out: UTC.', { max: 64, rules: [TIME_ZONE] }).optional(),
  },
  [{ rule: 'self.from != self.to', message: 'to must differ from from; for the whole day leave the window out' }],
);

/** `spec.rotation`: when a secret is replaced, and what happens to its predecessor. */
export const RotationSpec = object('When the client secret is replaced, and what becomes of the one before it.', {
  interval: duration(
    'Time from one rotation to the next; it comes up to a tenth earlier, so that not all come at once. Left out: only on request.',
    {
      min: '1h',
      max: '87600h',
    },
  ).optional(),
  window: WINDOW.optional(),
  overlap: duration(
    'How long the superseded secret keeps working, counted from the write of the Secret. A preference: where the provider lets only one secret work, a condition says so. A Secret whose name the spec has changed stays as long, an hour where this is left out, and longer while a superseded secret works.',
    { min: '0s', max: LONGEST_OVERLAP },
  ).optional(),
  retireAfter: duration(
    'When the superseded secret is deleted even though a workload still runs with it, counted from the end of the roll.',
    { min: '1h', max: '8760h' },
  ).optional(),
  restart: choice(
    'None: workloads are left alone. Referencing: Deployments, StatefulSets and DaemonSets of the namespace that use the Secret are rolled. Left out: None.',
    ['None', 'Referencing'],
  ).optional(),
  onSecretLoss: choice(
    'What happens when the value in the Secret is gone and cannot be read again. Reissue: a new secret is issued. Wait: a person must ask for it. Left out: Reissue.',
    ['Reissue', 'Wait'],
  ).optional(),
});

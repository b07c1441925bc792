import type { Refused } from './refused.ts';

const DURATION_FORM = 'must be hours, minutes and seconds in that order, such as 168h, 1h30m or 90s';

export const TIME_REFUSALS: readonly Refused[] = [
  {
    name: 'an interval in days',
    spec: { rotation: { interval: '90d' } },
    field: 'spec.rotation.interval',
    message: DURATION_FORM,
  },
  {
    name: 'an interval of 59 minutes',
    spec: { rotation: { interval: '59m' } },
    field: 'spec.rotation.interval',
    message: 'must be from 1h to 87600h',
  },
  {
    name: 'an overlap of ten years',
    spec: { rotation: { overlap: '87600h' } },
    field: 'spec.rotation.overlap',
    message: 'must be from 0s to 8760h',
  },
  {
    name: 'a superseded secret that is hardly kept',
    spec: { rotation: { retireAfter: '1m' } },
    field: 'spec.rotation.retireAfter',
    message: 'must be from 1h to 8760h',
  },
  {
    name: 'an ID token of a second',
    spec: { tokens: { idTokenTtl: '1s' } },
    field: 'spec.tokens.idTokenTtl',
    message: 'must be from 1m to 8760h',
  },
  {
    name: 'a time beyond midnight',
    spec: { rotation: { window: { from: '24:00', to: '04:00' } } },
    field: 'spec.rotation.window.from',
    message: 'must be a time of day such as "02:00", from "00:00" to "23:59"',
  },
  {
    name: 'a window without length',
    spec: { rotation: { window: { from: '02:00', to: '02:00' } } },
    field: 'spec.rotation.window',
    message: 'to must differ from from; for the whole day leave the window out',
  },
  {
    name: 'an offset as time zone',
    spec: { rotation: { window: { from: '02:00', to: '04:00', timeZone: '+01:00' } } },
    field: 'spec.rotation.window.timeZone',
    message: 'must be a time zone of the IANA database, such as Europe/Berlin or UTC',
  },
];

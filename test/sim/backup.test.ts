import { expect, test } from 'vitest';
import { createLogi } from '../../dev/emulators/logi/core.ts';
import { OPERATOR_ID, OPERATOR_SECRET } from '../../dev/emulators/logto/console.ts';
import { createLogto } from '../../dev/emulators/logto/core.ts';
import { STILL, seeded } from './twins.ts';

const OPTIONS = { clock: STILL, chance: seeded() };

test('logi restored from a backup has the applications and secrets of then, and gives ids of since again', () => {
  const logi = createLogi(OPTIONS);
  const kept = logi.createByHand('Kept');
  const before = logi.applications();
  const backup = logi.backup();

  for (const round of ['once', 'and once more']) {
    const rotated = logi.rotateByHand(kept.application.id);
    logi.rename(kept.application.id, 'Renamed');
    const since = logi.createByHand('Since');
    expect(since.application.id, round).toBe(2);

    logi.restore(backup);

    expect(logi.applications()).toEqual(before);
    const { clientId } = kept.application;
    expect([rotated, kept.clientSecret ?? ''].map((secret) => logi.logsIn(clientId, secret))).toEqual([false, true]);
    expect(logi.logsIn(since.application.clientId, since.clientSecret ?? '')).toBe(false);
  }
  expect(logi.createByHand('Another').application.id).toBe(2);
});

test('a deletion at logi is undone by a backup from before, and a backup from after keeps it', () => {
  const logi = createLogi(OPTIONS);
  const { id } = logi.createByHand('Shop').application;
  const before = logi.backup();
  logi.deleteByHand(id);
  const after = logi.backup();
  logi.restore(before);
  expect(logi.applications()).toMatchObject([{ softDeleted: false }]);
  logi.restore(after);
  expect(logi.applications()).toMatchObject([{ softDeleted: true }]);
});

test('Logto restored from a backup has the applications, secrets, roles and customData of then', () => {
  const logto = createLogto(OPTIONS);
  const role = logto.addRole({ name: 'reader' });
  const { id } = logto.createByHand({ name: 'Kept', type: 'MachineToMachine', customData: { list: [1] } });
  logto.grant(id, role.id);
  const before = { applications: logto.applications(), roles: logto.roles() };
  const backup = logto.backup();

  for (const name of ['once', 'and once more']) {
    const added = logto.addSecret(id, name);
    logto.renameSecretByHand(id, 'Default secret', 'First');
    logto.setCustomData(id, { list: [] });
    logto.deleteRole(role.id);
    const since = logto.createByHand({ name, type: 'Traditional' });
    const operatorSecret = logto.changeOperatorSecret();

    logto.restore(backup);

    expect({ applications: logto.applications(), roles: logto.roles() }).toEqual(before);
    expect(logto.applications().map((one) => one.id)).not.toContain(since.id);
    expect(logto.logsIn(id, added.value)).toBe(false);
    expect([operatorSecret, OPERATOR_SECRET].map((secret) => logto.logsIn(OPERATOR_ID, secret))).toEqual([false, true]);
  }
});

test('a copy made by hand has the customData of its original, and an id and a secret of its own', () => {
  const logto = createLogto(OPTIONS);
  const original = logto.createByHand({ name: 'Shop', type: 'MachineToMachine', customData: { owner: 'x' } });
  const copy = logto.copyByHand(original.id);
  expect(copy).toMatchObject({ name: 'Shop', type: 'MachineToMachine', customData: { owner: 'x' } });
  expect([copy.id, copy.secrets[0]?.value]).not.toEqual([original.id, original.secrets[0]?.value]);
  expect(logto.applications()).toHaveLength(3);
});

test('nobody gives two secrets of an application one name', () => {
  const logto = createLogto(OPTIONS);
  const { id } = logto.createByHand({ name: 'Shop', type: 'Traditional' });
  logto.addSecret(id, 'second');
  expect(() => logto.addSecret(id, 'second')).toThrow('has a secret of the name second');
  expect(() => logto.renameSecretByHand(id, 'second', 'Default secret')).toThrow('has a secret of the name');
});

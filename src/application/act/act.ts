import type { Pass } from '../pass.ts';
import type { Action } from '../step.ts';
import { adopt, giveWay } from './adoption.ts';
import { recordFormerSecret } from './former.ts';
import { noteInspection } from './inspection.ts';
import { mark, recordBirth } from './mark.ts';
import { deregister, disclaim, forget, release, removeTwins, retain } from './parting.ts';
import { register } from './register.ts';
import { retire, serveRetire } from './retire.ts';
import { roll } from './roll.ts';
import { declineRotation, giveUpRotation, rotate } from './rotate.ts';
import { acceptSecret, moveSecret, readBack, removeFormerSecret, removeLeftSecret, writeSecret } from './secret.ts';
import { noteLoss } from './served.ts';
import { finish, take, takeBack } from './taking.ts';
import { recheck, update } from './upkeep.ts';

/**
 * Carries out one planned action. Three effects need no plan, and `reconcile` has them itself: a retained Secret is disowned,
 * an object follows its provider, and a deletion is abandoned.
 */
export function carryOut(action: Action, pass: Pass): Promise<void> {
  switch (action.type) {
    case 'clear-operation':
      return pass.subject.record({ operation: undefined });
    case 'finish':
      return finish(action.record, action.stored, pass);
    case 'register':
      return register(pass);
    case 'take':
      return take(action.registration, pass);
    case 'mark':
      return mark('held', pass);
    case 'note-loss':
      return noteLoss(pass);
    case 'record-birth':
      return recordBirth(action.birth, pass);
    case 'take-back':
      return takeBack(action.stored, pass);
    case 'adopt':
      return adopt(action.adoption, pass);
    case 'give-way':
      return giveWay(action.applicationId, pass);
    case 'forget':
      return forget(pass);
    case 'disclaim':
      return disclaim(action.ids, pass);
    case 'remove-twins':
      return removeTwins(action.ids, pass);
    case 'rotate':
      return rotate(action.because, pass);
    case 'give-up-rotation':
      return giveUpRotation(action.record, pass);
    case 'decline-rotation':
      return declineRotation(pass);
    case 'read-back':
      return readBack(action, pass);
    case 'retire':
      return retire(action.name, action.because, pass);
    case 'serve-retire':
      return serveRetire(pass);
    case 'note-inspection':
      return noteInspection(action.issued, pass);
    case 'accept-secret':
      return acceptSecret(action, pass);
    case 'write-secret':
      return writeSecret(action, pass);
    case 'move-secret':
      return moveSecret(action, pass);
    case 'remove-former-secret':
      return removeFormerSecret(action.former, pass);
    case 'record-former-secret':
      return recordFormerSecret(action.former, pass);
    case 'remove-left-secret':
      return removeLeftSecret(action.head, pass);
    case 'roll':
      return roll(pass);
    case 'update':
      return update(action, pass);
    case 'recheck':
      return recheck(pass);
    case 'deregister':
      return deregister(action.ids, pass);
    case 'retain':
      return retain(pass);
    case 'add-finalizer':
      return pass.subject.addFinalizer();
    case 'release':
      return release(pass);
  }
}

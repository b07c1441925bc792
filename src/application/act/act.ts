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
      return finish(pass, action.record, action.stored);
    case 'register':
      return register(pass);
    case 'take':
      return take(pass, action.registration);
    case 'mark':
      return mark(pass, 'held');
    case 'note-loss':
      return noteLoss(pass);
    case 'record-birth':
      return recordBirth(pass, action.birth);
    case 'take-back':
      return takeBack(pass, action.stored);
    case 'adopt':
      return adopt(pass, action.adoption);
    case 'give-way':
      return giveWay(pass, action.applicationId);
    case 'forget':
      return forget(pass);
    case 'disclaim':
      return disclaim(pass, action.ids);
    case 'remove-twins':
      return removeTwins(pass, action.ids);
    case 'rotate':
      return rotate(pass, action.because);
    case 'give-up-rotation':
      return giveUpRotation(pass, action.record);
    case 'decline-rotation':
      return declineRotation(pass);
    case 'read-back':
      return readBack(pass, action);
    case 'retire':
      return retire(pass, action.name, action.because);
    case 'serve-retire':
      return serveRetire(pass);
    case 'note-inspection':
      return noteInspection(pass, action.issued);
    case 'accept-secret':
      return acceptSecret(pass, action);
    case 'write-secret':
      return writeSecret(pass, action);
    case 'move-secret':
      return moveSecret(pass, action);
    case 'remove-former-secret':
      return removeFormerSecret(pass, action.former);
    case 'record-former-secret':
      return recordFormerSecret(pass, action.former);
    case 'remove-left-secret':
      return removeLeftSecret(pass, action.head);
    case 'roll':
      return roll(pass);
    case 'update':
      return update(pass, action);
    case 'recheck':
      return recheck(pass);
    case 'deregister':
      return deregister(pass, action.ids);
    case 'retain':
      return retain(pass);
    case 'add-finalizer':
      return pass.subject.addFinalizer();
    case 'release':
      return release(pass);
  }
}

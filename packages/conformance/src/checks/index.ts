import type { Check } from '../check.ts';
import { cancelChecks } from './cancel.ts';
import { changeChecks } from './changes.ts';
import { createChecks } from './creating.ts';
import { identityChecks } from './identity.ts';
import { keyChecks } from './keys.ts';
import { listChecks } from './lists.ts';
import { lookupChecks } from './lookups.ts';
import { moneyChecks } from './money.ts';
import { lostAnswerChecks } from './lost-answers.ts';
import { readingChecks } from './reading.ts';
import { refusalChecks } from './refusals.ts';
import { secretChecks } from './secrets.ts';
import { settingsChecks } from './settings.ts';
import { statusChecks } from './statuses.ts';
import { stickyChecks } from './sticky.ts';
import { storeChecks } from './stores.ts';
import { webhookChecks } from './webhooks.ts';
import { windowChecks } from './windows.ts';

/** Every check, in the order in which an author best repairs what they find. */
export const CHECKS: readonly Check[] = [
  ...settingsChecks,
  ...identityChecks,
  ...createChecks,
  ...moneyChecks,
  ...readingChecks,
  ...statusChecks,
  ...keyChecks,
  ...lostAnswerChecks,
  ...refusalChecks,
  ...stickyChecks,
  ...windowChecks,
  ...lookupChecks,
  ...storeChecks,
  ...listChecks,
  ...cancelChecks,
  ...changeChecks,
  ...secretChecks,
  ...webhookChecks,
];

// Mistakes about what is sent, and as which attempt: R1 to R6.
import { core, type PlantedBug } from './planted-bug.ts';

export const OF_WHAT_IS_SENT: readonly PlantedBug[] = [
  {
    rule: 'R1',
    mistake: 'what is given is sent, not what is kept',
    edits: [
      core(
        'create/submit-stored',
        '    row = await context.store.putIfAbsent(asked, hold);',
        '    await context.store.putIfAbsent(asked, hold);\n    row = { submission: asked, resolution: null, shared: false, alone: false, refused: null };',
      ),
    ],
  },
  {
    rule: 'R1',
    mistake: 'a store that fails is passed over',
    edits: [
      core(
        'create/submit-stored',
        '    return storeFailed(context, asked, error);',
        '    row = { submission: asked, resolution: null, shared: false, alone: false, refused: null };',
      ),
      core('create/other-attempts', '  } catch {\n    return storeUnread(context, submission);', '  } catch {\n    others = [];'),
      core(
        'create/other-attempts',
        "if (mine === 'unread') return storeUnread(context, submission);",
        "if (mine === 'unread') return null;",
      ),
    ],
  },
  {
    rule: 'R1',
    mistake: 'a payout that only the process knows is made again through another store',
    edits: [
      core(
        'create/submit-stored',
        'const known = payoutKnownFor(home, row.submission);',
        'const known = undefined as ReturnType<typeof payoutKnownFor>;',
      ),
    ],
  },
  {
    rule: 'R2',
    mistake: "a kept reference goes to today's default",
    edits: [
      core(
        'create/submit-stored',
        '  const home = homeOf(passage, row.submission);',
        '  if (row.submission.name !== context.identity.name) {\n    const sending = { duplicates: duplicatesOf(context, asked), hold: null, alone: false };\n    return (await submitOnce(context, sending, passage.deadline)).outcome;\n  }\n  const home = homeOf(passage, row.submission);',
      ),
    ],
  },
  {
    rule: 'R2',
    mistake: 'what is kept for another account is answered',
    edits: [
      core(
        'create/relate',
        '  if (kept.account !== home.identity.account || kept.account !== account) {',
        '  if (kept.account === undefined) {',
      ),
    ],
  },
  {
    rule: 'R2',
    mistake: 'what is kept with another amount is answered',
    edits: [
      core(
        'create/relate',
        '  if (places.length === 0 && kept.fingerprint === asked.fingerprint) return isSameRequest(kept, asked) ? SAME : VARIANT;',
        '  if (places.length === 0) return SAME;',
      ),
    ],
  },
  {
    rule: 'R2',
    mistake: 'other words make another payment',
    edits: [core('create/relate', 'kept.payment !== undefined && kept.payment === asked.payment', "kept.payment === ''")],
  },
  {
    rule: 'R3',
    mistake: 'the key depends on the source',
    edits: [
      core(
        'create/prepare',
        'createKey({ namespace: context.identity.namespace, account: context.identity.account, reference, attempt })',
        'createKey({ namespace: context.identity.namespace, account: context.identity.account, reference: `${reference} ${context.identity.source}`, attempt })',
      ),
    ],
  },
  {
    rule: 'R3',
    mistake: 'a new key for every create',
    edits: [
      core(
        'create/prepare',
        'account: context.identity.account, reference, attempt }',
        'account: context.identity.account, reference: `${reference} ${context.runtime.random()}`, attempt }',
      ),
    ],
  },
  {
    rule: 'R4',
    mistake: 'a submission of another mode is taken',
    edits: [core('create/prepare', '  if (wrong.length === 0) return;', '  return;')],
  },
  {
    rule: 'R4',
    mistake: 'a context binds no submission',
    edits: [
      {
        file: 'packages/stripe-adapter/src/protocol.ts',
        find: "  return stripeAccount ?? stripeContext?.slice(stripeContext.lastIndexOf('/') + 1) ?? null;",
        replace: '  return stripeContext === undefined ? (stripeAccount ?? null) : null;',
      },
    ],
  },
  {
    rule: 'R4',
    mistake: 'a look at the old source is taken for one at the kept one',
    edits: [
      core(
        'create/submit-stored',
        'const leftElsewhere = arrival.given && asked.source !== row.submission.source;',
        'const leftElsewhere = false;',
      ),
    ],
  },
  {
    rule: 'R4',
    mistake: "a lookup reads today's source",
    edits: [core('context/search', '{ source: submission.source }', '{ source: context.identity.source }')],
  },
  {
    rule: 'R4',
    mistake: 'a submission that contradicts itself is taken',
    edits: [
      core('create/agreement', '  if (issues.length === 0) return null;', '  return null;'),
      core(
        'context/checked-store',
        '  if (wrong === undefined) return submission;',
        '  if (wrong === undefined || wrong !== null) return submission;',
      ),
    ],
  },
  {
    rule: 'R4',
    mistake: 'the token of a submission is taken as it is',
    edits: [
      core('context/disagreements', '    correlation.token === key ? []', '    key !== null ? []'),
      core('context/disagreements', "by === 'none' ? null : token", "by === 'none' ? null : sent.token"),
    ],
  },
  {
    rule: 'R4',
    mistake: 'the headers of a submission are taken as they are',
    edits: [core('context/disagreements', 'account === sent.account', 'account !== undefined')],
  },
  {
    rule: 'R4',
    mistake: 'a blanked submission is looked up with headers of its own',
    edits: [core('context/search', "  if (submission.request.body === '') return context.http.headers;\n", '')],
  },
  {
    rule: 'R4',
    mistake: 'an option of a create that nobody reads is passed over',
    edits: [core('context/call-options', 'const problems = [...strangers, ', 'const problems = [')],
  },
  {
    rule: 'R5',
    mistake: 'other attempts are not looked for in the store',
    edits: [core('create/other-attempts', 'if (kept !== undefined) return', 'if (others.length < 0 && kept !== undefined) return')],
  },
  {
    rule: 'R5',
    mistake: 'only the very next attempt is looked for',
    edits: [core('create/other-attempts', 'const FURTHEST_RAISED = 10;', 'const FURTHEST_RAISED = 1;')],
  },
  {
    rule: 'R5',
    mistake: 'what this process paid through another store is paid again by the next attempt',
    edits: [
      core(
        'create/other-attempts',
        '  const known = payoutKnownOf(context, submission);\n',
        '  const known = undefined as ReturnType<typeof payoutKnownOf>;\n',
      ),
    ],
  },
  {
    rule: 'R5',
    mistake: 'what this process paid through another store is told rejected',
    edits: [
      core(
        'create/read-again',
        '  const known = home === null ? undefined : payoutKnownOf(home, refused);\n',
        '  const known = undefined as ReturnType<typeof payoutKnownOf>;\n',
      ),
    ],
  },
  {
    rule: 'R5',
    mistake: 'earlier attempts are not looked for at the provider',
    edits: [
      core(
        'create/other-attempts',
        '  return searchEarlierAttempts(context, submission, deadline, { keys, word: wordOn(context, submission, others) });',
        '  return null;',
      ),
    ],
  },
  {
    rule: 'R5',
    mistake: 'what a store in memory says was refused is proven',
    edits: [core('create/other-attempts', 'store.refuse !== null && !store.isPassing;', 'store.refuse !== null;')],
  },
  {
    rule: 'R5',
    mistake: 'a refused attempt answers, and not the highest',
    edits: [core('create/later-attempts', '  const later = await answerFromLater(passage, row);\n', '  const later = null;\n')],
  },
  {
    rule: 'R5',
    mistake: 'a refusal that is recorded again answers before later attempts',
    edits: [core('create/submit-stored', 'return (await answerFromLater(passage, row)) ?? recordAgain(', 'return recordAgain(')],
  },
  {
    rule: 'R5',
    mistake: 'lower attempts are not looked at before a refusal is told again',
    edits: [
      core(
        'create/later-attempts',
        'const before = await answerFromEarlier(passage, row);',
        'const before = null as PayoutOutcome | null;',
      ),
    ],
  },
  {
    rule: 'R5',
    mistake: 'a raised attempt that was never sent stays open',
    edits: [
      core('create/record-outcome', "isRaised ? 'next_attempt' : 'same_attempt'", "'same_attempt' as 'next_attempt' | 'same_attempt'"),
    ],
  },
  {
    rule: 'R5',
    mistake: 'what was only looked up is refused without a look at later attempts',
    edits: [
      core(
        'create/submit-stored',
        "const later = told.outcome === 'rejected' && recordAs === 'lookup' ? await answerFromLater(passage, row) : null;",
        'const later = null;',
      ),
    ],
  },
  {
    rule: 'R5',
    mistake: 'only the next attempt is read after a refused one',
    edits: [core('create/later-attempts', '    highest = next;\n  }\n', '    return { open: null, highest: next };\n  }\n')],
  },
  {
    rule: 'R5',
    mistake: 'later attempts are read downwards',
    edits: [
      core(
        'create/later-attempts',
        '  let highest = row;\n',
        '  let highest = row;\n  for (let attempt = place.attempt + FURTHEST_RAISED; attempt > place.attempt; attempt -= 1) {\n    const each = await store.find({ namespace: place.namespace, reference: place.reference, attempt });\n    if (each !== null) return { open: isRejected(each.resolution) ? null : each, highest: isRejected(each.resolution) ? each : highest };\n  }\n',
      ),
    ],
  },
  {
    rule: 'R5',
    mistake: 'a refused attempt whose key is over ends without a look at the others',
    edits: [
      core(
        'create/send',
        'await otherAttempt(context, submission, deadline); // Another attempt may have paid the reference.',
        'await Promise.resolve(null);',
      ),
    ],
  },
  {
    rule: 'R6',
    mistake: 'no amount means all of it',
    edits: [
      core(
        'create/validate-request',
        "  if (money === 'full_balance') return NO_ISSUES;",
        "  if (money === 'full_balance' || money === undefined) return NO_ISSUES;",
      ),
      core(
        'create/validate-request',
        '  return request as unknown as',
        "  if (request['money'] === undefined) request['money'] = 'full_balance';\n  return request as unknown as",
      ),
    ],
  },
];

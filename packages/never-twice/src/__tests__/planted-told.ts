// Mistakes about what is told of it, and what may follow: R7 to R20.
import { core, type PlantedBug } from './planted-bug.ts';

export const OF_WHAT_IS_TOLD: readonly PlantedBug[] = [
  {
    rule: 'R7',
    mistake: 'the same object counts as fresh after a lost answer',
    edits: [core('context/process-memory', 'return !isPaid && !memory.uncertain.has(memoryKeyOf(submission));', 'return !isPaid;')],
  },
  {
    rule: 'R7',
    mistake: 'a parsed submission counts as fresh',
    edits: [
      core('context/process-memory', 'return memory.prepared.has(submission) && ', 'return '),
      core('create/send', '!duplicates.elsewhere && isOurs && isCertain', 'isCertain'),
    ],
  },
  {
    rule: 'R7',
    mistake: 'a store that cannot refuse is believed that nobody else holds it',
    edits: [
      core(
        'context/checked-store',
        'const alone = held && resolution === null && row.alone === true;',
        'const alone = row.alone === true;',
      ),
    ],
  },
  {
    rule: 'R7',
    mistake: 'a refusal is looked up and then written, in two steps',
    edits: [core('create/send', '  if (context.store.refuse !== null) {', '  if (context.store.refuse === undefined) {')],
  },
  {
    rule: 'R7',
    mistake: 'a refusal is explained after it was recorded',
    edits: [
      core(
        'create/send',
        '  const explained = await explainRejection(sendContext, verdict);\n',
        "  if (verdict.proof === 'unsent_elsewhere') {\n    const early = await lastStep(sendContext, rejectedAs(verdict.retry, verdict.error, sendContext.submission));\n    return early.outcome.outcome === 'rejected' ? unrecorded(await explainRejection(sendContext, verdict)) : early;\n  }\n  const explained = await explainRejection(sendContext, verdict);\n",
      ),
    ],
  },
  {
    rule: 'R7',
    mistake: 'what the store says to a refusal is not looked at',
    edits: [
      core(
        'create/record-outcome',
        "    if (!(await refuse(submission, hold, refusal))) return 'shared';",
        '    await refuse(submission, hold, refusal);',
      ),
    ],
  },
  {
    rule: 'R7',
    mistake: 'a refusal that the store did not answer is told',
    edits: [
      core(
        'create/send',
        "    if (told === 'unanswered') return unrecorded(submitAgain(sendContext, rejected.error, null));",
        "    if (told === 'unanswered') return unrecorded(rejected);",
      ),
    ],
  },
  {
    rule: 'R7',
    mistake: 'a store in memory leaves the first holder alone when another comes',
    edits: [core('stores/submission-state', "return hold !== '' && state.hold === hold ? state : SHARED;", 'return state;')],
  },
  {
    rule: 'R7',
    mistake: 'what was shared is taken over like what was refused',
    edits: [
      core(
        'stores/submission-state',
        "  if (state.is === 'refused') return",
        "  if (state.is === 'refused' || state.is === 'shared') return",
      ),
    ],
  },
  {
    rule: 'R7',
    mistake: 'a store in memory is believed that nobody sent what it refused',
    edits: [core('create/send', 'fresh && alone && !context.store.isPassing) return', 'fresh && alone) return')],
  },
  {
    rule: 'R7',
    mistake: 'input is refused although the process sent its reference through another store',
    edits: [
      core('create/create', 'const elsewhere = place === null ? null : await sentElsewhere(context, place);', 'const elsewhere = null;'),
    ],
  },
  {
    rule: 'R7',
    mistake: 'exchanges of two stores are joined',
    edits: [
      core(
        'create/single-flight',
        'const sameStore = current.store === context.store.itself;',
        'const sameStore = current.store !== undefined;',
      ),
    ],
  },
  {
    rule: 'R8',
    mistake: "a copy that is older than the kept one is sent with the kept one's age",
    edits: [
      core(
        'context/duplicates',
        'Date.parse(given.preparedAt) < Date.parse(kept.preparedAt) ? [given, kept] : [kept, given]',
        '[kept, kept]',
      ),
    ],
  },
  {
    rule: 'R8',
    mistake: 'a submission may be sent for ever',
    edits: [
      core('create/send', 'const isOpen = now >= window.opensAt && now <= window.closesAt;', 'const isOpen = now >= window.opensAt;'),
      core('create/send', 'notAfter: window.closesAt', 'notAfter: null'),
    ],
  },
  {
    rule: 'R8',
    mistake: 'the window ends with the lease: no guard',
    edits: [
      core(
        'stores/idempotency',
        '  return Math.max(LEAST_GUARD_MS, timeoutMs + LATE_ARRIVAL_MS + CLOCK_SKEW_MS);',
        '  return timeoutMs * 0;',
      ),
    ],
  },
  {
    rule: 'R8',
    mistake: 'the time is not checked again at the write',
    edits: [core('create/send', 'notAfter: window.closesAt', 'notAfter: null')],
  },
  {
    rule: 'R9',
    mistake: 'a lost answer is a refusal',
    edits: [
      core(
        'create/decide',
        "  if (sent.type === 'lost') return trouble(sent.error, 'lost');",
        "  if (sent.type === 'lost') return { type: 'end', verdict: rejected(sent.error, 'same_attempt', null) };",
      ),
    ],
  },
  {
    rule: 'R9',
    mistake: 'a 5xx is a refusal',
    edits: [
      core(
        'create/decide',
        "  if (refusal.outcome === 'unknown') return",
        "  if (answer.status >= 500) return { type: 'end', verdict: rejected(errorOf(context, refusal, answer, 'rejected'), 'same_attempt', null) };\n  if (refusal.outcome === 'unknown') return",
      ),
    ],
  },
  {
    rule: 'R9',
    mistake: 'a 401 in no form of Stripe’s is believed',
    edits: [{ file: 'packages/stripe-adapter/src/errors.ts', find: 'telling: reads,', replace: 'telling: true,' }],
  },
  {
    rule: 'R9',
    mistake: 'a 4xx in no form of Mollie’s is believed',
    edits: [
      {
        file: 'packages/balance-adapter/src/errors.ts',
        find: '  return !counts || hasOwnForm(answer);',
        replace: '  return !counts || hasOwnForm(answer) || true;',
      },
    ],
  },
  {
    rule: 'R10',
    mistake: 'what this process paid through another store is not recorded over a refusal',
    edits: [
      core(
        'create/read-again',
        '    return await recordOutcome(context, { ...outcome, submission: row.submission });',
        '    return outcome;',
      ),
    ],
  },
  {
    rule: 'R10',
    mistake: 'a refusal resolves what may exist',
    edits: [
      core(
        'create/decide',
        '  const verdict = state.mayExist\n    ? unknown(error, ',
        '  const verdict = error === null\n    ? unknown(error, ',
      ),
    ],
  },
  {
    rule: 'R10',
    mistake: 'what was not sent now was never sent',
    edits: [
      core(
        'create/decide',
        "  const verdict = state.mayExist ? unknown(sent.error, 'lost') : rejected",
        "  const verdict = sent.error === null ? unknown(sent.error, 'lost') : rejected",
      ),
    ],
  },
  {
    rule: 'R10',
    mistake: 'a hold of the provider is noted in one store only',
    edits: [core('context/pending-approval', '    notedIn.add(itself);\n', '    notedIn.has = () => true;\n')],
  },
  {
    rule: 'R10',
    mistake: 'a hold that could not be noted is noted never again',
    edits: [
      core(
        'context/pending-approval',
        '    await context.store.putIfAbsent(note);\n',
        '    notedIn.add(itself);\n    await context.store.putIfAbsent(note);\n',
      ),
    ],
  },
  {
    rule: 'R10',
    mistake: 'a refusal that one store could not record is told through every store',
    edits: [
      core('create/submit-stored', 'unrecorded.get(home.store.itself)', 'unrecorded.get(home.memory.submissions)'),
      core(
        'create/record-outcome',
        'const ofStore = unrecorded.get(context.store.itself) ?? new Map();\n      unrecorded.set(context.store.itself, ',
        'const ofStore = unrecorded.get(context.memory.submissions) ?? new Map();\n      unrecorded.set(context.memory.submissions, ',
      ),
    ],
  },
  {
    rule: 'R10',
    mistake: 'a refusal that could not be recorded is forgotten',
    edits: [core('create/record-outcome', "if ('rejected' in resolution && isLasting) {", 'if (resolution === null) {')],
  },
  {
    rule: 'R11',
    mistake: 'an unmarked refusal is taken to spend the key',
    edits: [core('create/decide', "  maybe_stored: 'same_attempt',", "  maybe_stored: 'next_attempt',")],
  },
  {
    rule: 'R12',
    mistake: 'a replay is told as if it were new',
    edits: [core('create/send', "  if (!replayed) return { outcome: 'accepted'", "  if (payout !== null) return { outcome: 'accepted'")],
  },
  {
    rule: 'R13',
    mistake: 'an answer about other money is accepted',
    edits: [core('create/send', '  if (comparison.mismatch !== null) {', '  if (comparison.mismatch === undefined) {')],
  },
  {
    rule: 'R13',
    mistake: 'an amount that cannot be read is not fixed yet',
    edits: [core('context/match-payout', '  if (!context.rules.withoutAmount(payout)) {', '  if (payout === null) {')],
  },
  {
    rule: 'R13',
    mistake: "the caller's metadata may look like ours",
    edits: [core('create/validate-request', '  if (isReservedKey(key)) return', "  if (key === '') return")],
  },
  {
    rule: 'R13',
    mistake: 'only the exact word of ours is refused in metadata',
    edits: [core('adapter/reserved-metadata', "key.normalize('NFKC').replace(UNSEEN, '').toLowerCase()", 'key')],
  },
  {
    rule: 'R14',
    mistake: 'an abort throws',
    edits: [
      core(
        'create/single-flight',
        '    return await Promise.race([shared.ended, left]);',
        '    await Promise.race([shared.ended, left]);\n    signal?.throwIfAborted();\n    return await shared.ended;',
      ),
    ],
  },
  {
    rule: 'R14',
    mistake: "an error of the application's fetch means that nothing was sent",
    edits: [
      core(
        'http/transport.fetch',
        '  } catch (error) {\n    throw request',
        "  } catch (error) {\n    exchange.evidence = 'not_sent';\n    throw request",
      ),
    ],
  },
  {
    rule: 'R15',
    mistake: 'what became of the kept one is told of every copy',
    edits: [
      core('context/duplicates', '  elsewhere && oldest.preparedAt !== youngest.preparedAt', '  elsewhere && oldest.preparedAt === null'),
    ],
  },
  {
    rule: 'R15',
    mistake: 'a conflict of keys is a refusal',
    edits: [
      core(
        'create/decide',
        "refusal.code === 'idempotency_conflict' || answer.status === 409 || answer.status >= 500",
        'answer.status >= 500',
      ),
      core(
        'create/decide',
        "  if (refusal.outcome === 'unknown') return judgeUnknown(context, answer, refusal, refusal.resend);",
        "  if (refusal.outcome === 'unknown' && refusal.code !== 'idempotency_conflict') return judgeUnknown(context, answer, refusal, refusal.resend);\n  if (refusal.outcome === 'unknown') return judgeRefusal(context, answer, { ...refusal, outcome: 'rejected', keyState: 'never_valid' }, state);",
      ),
    ],
  },
  {
    rule: 'R15',
    mistake: 'a 422 of Mollie is not looked into',
    edits: [core('create/send', 'if (refusal === null || adapter.explain === undefined)', 'if (refusal === null || adapter !== null)')],
  },
  {
    rule: 'R16',
    mistake: 'not found is rejected at once',
    edits: [core('create/lookup', '  const over = askedAt > window.lastArrivalAt;', '  const over = true;')],
  },
  {
    rule: 'R17',
    mistake: 'what carries no token is not ours',
    edits: [core('context/search', '  if (context.rules.correlationTokenOf(payout) !== null ||', '  if (payout !== null ||')],
  },
  {
    rule: 'R17',
    mistake: 'a description may look marked once white space is trimmed',
    edits: [
      {
        file: 'packages/balance-adapter/src/description.ts',
        find: '  return FOREIGN_MARK.test(condensed(description));',
        replace: '  return MARK.test(description);',
      },
    ],
  },
  {
    rule: 'R17',
    mistake: 'a list that could not be read is empty',
    edits: [
      core(
        'context/search',
        "gap: { type: 'failed_read', message: `the list could not be read (${error.code})` }, error };",
        'gap: null, error: null };',
      ),
    ],
  },
  {
    rule: 'R17',
    mistake: 'a row that cannot be read is left out of the list',
    edits: [core('context/search', '    unreadable.push(...(page.unreadable ?? []));\n', '')],
  },
  {
    rule: 'R17',
    mistake: 'the clock of the provider is not looked at',
    edits: [core('context/search', 'const MOST_SKEW_MS = 60_000;', 'const MOST_SKEW_MS = Number.POSITIVE_INFINITY;')],
  },
  {
    rule: 'R17',
    mistake: 'an update may remove our metadata',
    edits: [core('changes/changes', '.filter((key) => !isReservedKey(key))', ".filter((key) => key !== '')")],
  },
  {
    rule: 'R18',
    mistake: 'a person may say absent at any time',
    edits: [core('create/resolve', '  if (context.runtime.now() <= overAt) {', '  if (context.runtime.now() <= 0) {')],
  },
  {
    rule: 'R18',
    mistake: 'nobody is asked: submit again, for ever',
    edits: [
      core(
        'create/lookup',
        "  return { action: 'review', candidates: found.candidates };",
        "  return { action: 'submit', notBefore: isoOf(now) };",
      ),
    ],
  },
  {
    rule: 'R19',
    mistake: 'a cancel whose answer was lost was refused',
    edits: [
      core(
        'changes/changes',
        '    const seen = await readQuietly(adapter, id, call);\n    if (seen === null) throw stillOpen(error);',
        "    if (error.outcome !== null) throw withOutcome(error, 'rejected');\n    const seen = await readQuietly(adapter, id, call);\n    if (seen === null) throw stillOpen(error);",
      ),
    ],
  },
  {
    rule: 'R19',
    mistake: 'a reversal has a new key every time, and none is looked for',
    edits: [
      core(
        'changes/changes',
        '  if (before.reversedBy !== null) return adapter.retrieve(before.reversedBy, undefined, call);\n  const key',
        '  const key',
      ),
      core(
        'changes/changes',
        'await deriveReversalKey({ account: context.identity.account, payoutId: id, attempt: change.attempt ?? 1 });',
        'String(context.runtime.random() + context.runtime.now());',
      ),
      core(
        'changes/changes',
        "if (error.outcome === 'rejected' && !isAboutState(error)) throw error;\n    const after",
        "if (error.outcome === 'rejected') throw error;\n    const after",
      ),
    ],
  },
  {
    rule: 'R20',
    mistake: 'a 401 or 429 asks for the next attempt',
    edits: [core('create/decide', "  unused: 'same_attempt',", "  unused: 'next_attempt',")],
  },
];

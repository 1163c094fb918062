// One mistake at least for every rule, as somebody in a hurry would make it. Each must be found.
import type { Edit } from './bundle.ts';

/** A mistake. */
export interface PlantedBug {
  readonly rule: string;
  readonly mistake: string;
  readonly edits: readonly Edit[];
}

const core = (file: string, find: string, replace: string): Edit => ({ file: `packages/core/src/${file}.ts`, find, replace });

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    rule: 'R1',
    mistake: 'what is given is sent, not what is kept',
    edits: [
      core(
        'kept',
        '    row = await engine.store.keep(submission);',
        '    await engine.store.keep(submission);\n    row = { submission, settled: null, shared: false };',
      ),
    ],
  },
  {
    rule: 'R1',
    mistake: 'a store that fails is passed over',
    edits: [
      core('kept', '    return storeFailed(engine, submission, error);', '    row = { submission, settled: null, shared: false };'),
      core('other-attempts', '    return storeUnread(engine, submission);', '    // Passed over.'),
    ],
  },
  {
    rule: 'R1',
    mistake: 'another amount is taken for the same payment',
    edits: [core('relate', 'kept.payment !== undefined && kept.payment === asked.payment', 'kept.payment !== undefined')],
  },
  {
    rule: 'R2',
    mistake: "a kept reference goes to today's default",
    edits: [
      core(
        'kept',
        '  const home = sameCall(engine, route(row.submission));',
        '  if (row.submission.name !== engine.name) {\n    const only = copiesOf(engine, submission);\n    return recorded(engine, (await shareExchange(engine, only, call, (deadline) => submitOnce(engine, only, deadline))) as PayoutOutcome);\n  }\n  const home = sameCall(engine, route(row.submission));',
      ),
    ],
  },
  {
    rule: 'R3',
    mistake: 'the key depends on the source',
    edits: [
      core(
        'prepare',
        'createKey({ namespace: engine.namespace, account: engine.account, reference, attempt })',
        'createKey({ namespace: engine.namespace, account: engine.account, reference: `${reference} ${engine.source}`, attempt })',
      ),
    ],
  },
  {
    rule: 'R3',
    mistake: 'a new key for every create',
    edits: [
      core(
        'prepare',
        'account: engine.account, reference, attempt }',
        'account: engine.account, reference: `${reference} ${engine.runtime.random()}`, attempt }',
      ),
    ],
  },
  {
    rule: 'R4',
    mistake: 'a submission of another mode is taken',
    edits: [core('prepare', '  if (wrong.length === 0) return;', '  return;')],
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
    mistake: "a lookup reads today's source",
    edits: [core('search', '{ source: submission.source }', '{ source: engine.source }')],
  },
  {
    rule: 'R4',
    mistake: 'a submission that contradicts itself is taken',
    edits: [
      core('agreement', '  if (issues.length === 0) return null;', '  return null;'),
      core('store', '  if (wrong === undefined) return submission;', '  if (wrong === undefined || wrong !== null) return submission;'),
    ],
  },
  {
    rule: 'R4',
    mistake: 'the token of a submission is taken as it is',
    edits: [
      core('agreement', '    correlation.token === key ? []', '    key !== null ? []'),
      core('agreement', "by === 'none' ? null : token", "by === 'none' ? null : sent.token"),
    ],
  },
  {
    rule: 'R4',
    mistake: 'the headers of a submission are taken as they are',
    edits: [core('agreement', 'account === sent.account', 'account !== undefined')],
  },
  {
    rule: 'R4',
    mistake: 'a blanked submission is looked up with headers of its own',
    edits: [core('search', "  if (submission.request.body === '') return engine.headers;\n", '')],
  },
  {
    rule: 'R2',
    mistake: 'what is kept for another account is answered',
    edits: [core('account', '(submission) => route(submission, account)', '(submission) => route(submission)')],
  },
  {
    rule: 'R5',
    mistake: 'other attempts are not looked for in the store',
    edits: [core('other-attempts', 'if (kept !== undefined) return', 'if (others.length < 0 && kept !== undefined) return')],
  },
  {
    rule: 'R5',
    mistake: 'only the very next attempt is looked for',
    edits: [core('other-attempts', 'const FURTHEST_RAISED = 10;', 'const FURTHEST_RAISED = 1;')],
  },
  {
    rule: 'R5',
    mistake: 'earlier attempts are not looked for at the provider',
    edits: [
      core('other-attempts', "submission.correlation.by === 'none' ? null : atProvider", 'submission.attempt > 0 ? null : atProvider'),
    ],
  },
  {
    rule: 'R5',
    mistake: 'a refused attempt answers, whatever came of later ones',
    edits: [core('kept', '  if (open !== null) return openAnswer(passage, open);\n', '  if (open !== null) return null;\n')],
  },
  {
    rule: 'R5',
    mistake: 'a store in memory spares the look for earlier attempts',
    edits: [core('other-attempts', 'engine.store.refuse === null || engine.store.isPassing', 'engine.store.refuse === null')],
  },
  {
    rule: 'R6',
    mistake: 'no amount means all of it',
    edits: [
      core(
        'create-request',
        "  if (money === 'full_balance') return NO_ISSUES;",
        "  if (money === 'full_balance' || money === undefined) return NO_ISSUES;",
      ),
      core(
        'create-request',
        '  return request as unknown as',
        "  if (request['money'] === undefined) request['money'] = 'full_balance';\n  return request as unknown as",
      ),
    ],
  },
  {
    rule: 'R7',
    mistake: 'the same object counts as fresh after a lost answer',
    edits: [
      core(
        'engine',
        'return memory.prepared.has(submission) && !memory.uncertain.has(place) && !memory.paid.has(place);',
        'return memory.prepared.has(submission);',
      ),
    ],
  },
  {
    rule: 'R7',
    mistake: 'what refuse answers is not looked at',
    edits: [
      core(
        'record-outcome',
        "    if (!(await refuse(submission, hold, refusal))) return 'shared';\n",
        '    await refuse(submission, hold, refusal);\n',
      ),
    ],
  },
  {
    rule: 'R7',
    mistake: 'exchanges of different stores are joined',
    edits: [core('share-exchange', 'const sameStore = current.store === engine.store.itself;', 'const sameStore = true;')],
  },
  {
    rule: 'R7',
    mistake: 'a parsed submission counts as fresh',
    edits: [
      core('engine', 'return memory.prepared.has(submission) && ', 'return '),
      core('submit', '!copies.elsewhere && isFresh', 'isFresh'),
    ],
  },
  {
    rule: 'R8',
    mistake: "a copy that is older than the kept one is sent with the kept one's age",
    edits: [core('copies', 'Date.parse(given.preparedAt) < Date.parse(kept.preparedAt) ? [given, kept] : [kept, given]', '[kept, kept]')],
  },
  {
    rule: 'R8',
    mistake: 'a submission may be sent for ever',
    edits: [
      core('submit', 'if (now < window.opensAt || now > window.closesAt) return', 'if (now < window.opensAt) return'),
      core('submit', 'notAfter: window.closesAt', 'notAfter: null'),
    ],
  },
  {
    rule: 'R8',
    mistake: 'the window ends with the lease: no guard',
    edits: [
      core('idempotency', '  return Math.max(LEAST_GUARD_MS, timeoutMs + LATE_ARRIVAL_MS + CLOCK_SKEW_MS);', '  return timeoutMs * 0;'),
    ],
  },
  {
    rule: 'R8',
    mistake: 'the time is not checked again at the write',
    edits: [core('submit', 'notAfter: window.closesAt', 'notAfter: null')],
  },
  {
    rule: 'R9',
    mistake: 'a lost answer is a refusal',
    edits: [
      core(
        'judge',
        "  if (sent.is === 'lost') return trouble(sent.error, 'lost');",
        "  if (sent.is === 'lost') return { do: 'end', verdict: rejected(sent.error, 'same_attempt', null) };",
      ),
    ],
  },
  {
    rule: 'R9',
    mistake: 'a 5xx is a refusal',
    edits: [
      core(
        'judge',
        "  if (refusal.outcome === 'unknown') return",
        "  if (answer.status >= 500) return { do: 'end', verdict: rejected(errorOf(engine, refusal, answer, 'rejected'), 'same_attempt', null) };\n  if (refusal.outcome === 'unknown') return",
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
    mistake: 'a refusal settles what may exist',
    edits: [
      core('judge', '  const verdict = state.mayExist\n    ? unknown(error, ', '  const verdict = error === null\n    ? unknown(error, '),
    ],
  },
  {
    rule: 'R10',
    mistake: 'what was not sent now was never sent',
    edits: [
      core(
        'judge',
        "  const verdict = state.mayExist ? unknown(sent.error, 'lost') : rejected",
        "  const verdict = sent.error === null ? unknown(sent.error, 'lost') : rejected",
      ),
    ],
  },
  {
    rule: 'R10',
    mistake: 'a hold that could not be noted counts as noted',
    edits: [
      core(
        'held',
        "  } catch {\n    const message = 'The submissions store could not record that",
        "  } catch {\n    notedIn.add(itself);\n    const message = 'The submissions store could not record that",
      ),
    ],
  },
  {
    rule: 'R11',
    mistake: 'an unmarked refusal is taken to spend the key',
    edits: [core('judge', "  ask: 'same_attempt',", "  ask: 'next_attempt',")],
  },
  {
    rule: 'R12',
    mistake: 'a replay is told as if it were new',
    edits: [core('submit', "  if (!replayed) return { outcome: 'accepted'", "  if (payout !== null) return { outcome: 'accepted'")],
  },
  {
    rule: 'R13',
    mistake: 'an answer about other money is accepted',
    edits: [core('submit', '  if (comparison.mismatch !== null) {', '  if (comparison.mismatch === undefined) {')],
  },
  {
    rule: 'R13',
    mistake: 'an amount that cannot be read is not fixed yet',
    edits: [core('about-ours', '  if (!engine.withoutAmount(payout)) {', '  if (payout === null) {')],
  },
  {
    rule: 'R13',
    mistake: "the caller's metadata may look like ours",
    edits: [core('create-request', '  if (isOwnKey(key)) return', "  if (key === '') return")],
  },
  {
    rule: 'R13',
    mistake: 'only the exact word of ours is refused in metadata',
    edits: [core('own-metadata', "key.normalize('NFKC').replace(UNSEEN, '').toLowerCase()", 'key')],
  },
  {
    rule: 'R14',
    mistake: 'an abort throws',
    edits: [
      core(
        'share-exchange',
        '    return await Promise.race([shared.outcome, left]);',
        '    await Promise.race([shared.outcome, left]);\n    signal.throwIfAborted();\n    return await shared.outcome;',
      ),
    ],
  },
  {
    rule: 'R14',
    mistake: "an error of the application's fetch means that nothing was sent",
    edits: [
      core(
        'transport.fetch',
        '  } catch (error) {\n    throw request',
        "  } catch (error) {\n    exchange.evidence = 'not_sent';\n    throw request",
      ),
    ],
  },
  {
    rule: 'R15',
    mistake: 'what became of the kept one is told of every copy',
    edits: [core('copies', '=> elsewhere && oldest.preparedAt !== youngest.preparedAt', '=> elsewhere && oldest.preparedAt === null')],
  },
  {
    rule: 'R15',
    mistake: 'a conflict of keys is a refusal',
    edits: [
      core('judge', "refusal.code === 'idempotency_conflict' || answer.status === 409 || answer.status >= 500", 'answer.status >= 500'),
      core(
        'judge',
        "  if (refusal.outcome === 'unknown') return judgeUnknown(engine, answer, refusal, refusal.resend);",
        "  if (refusal.outcome === 'unknown' && refusal.code !== 'idempotency_conflict') return judgeUnknown(engine, answer, refusal, refusal.resend);\n  if (refusal.outcome === 'unknown') return judgeRefusal(engine, answer, { ...refusal, outcome: 'rejected', key: 'useless' }, state);",
      ),
    ],
  },
  {
    rule: 'R15',
    mistake: 'a 422 of Mollie is not looked into',
    edits: [core('submit', 'if (refusal === null || adapter.explain === undefined)', 'if (refusal === null || adapter !== null)')],
  },
  {
    rule: 'R16',
    mistake: 'not found is rejected at once',
    edits: [core('lookup', '  const over = askedAt > window.overAt;', '  const over = true;')],
  },
  {
    rule: 'R17',
    mistake: 'what carries no token is not ours',
    edits: [core('search', '  if (engine.tokenOf(payout) !== null ||', '  if (payout !== null ||')],
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
        'search',
        "gap: { is: 'failed_read', message: `the list could not be read (${error.code})` }, error };",
        'gap: null, error: null };',
      ),
    ],
  },
  {
    rule: 'R17',
    mistake: 'a row that cannot be read is left out of the list',
    edits: [core('search', '    unreadable.push(...(page.unreadable ?? []));\n', '')],
  },
  {
    rule: 'R17',
    mistake: 'the clock of the provider is not looked at',
    edits: [core('search', 'const MOST_SKEW_MS = 60_000;', 'const MOST_SKEW_MS = Number.POSITIVE_INFINITY;')],
  },
  {
    rule: 'R17',
    mistake: 'an update may remove our metadata',
    edits: [core('changes', '.filter((key) => !isOwnKey(key))', ".filter((key) => key !== '')")],
  },
  {
    rule: 'R18',
    mistake: 'a person may say absent at any time',
    edits: [core('settle', '  if (engine.runtime.now() <= overAt) {', '  if (engine.runtime.now() <= 0) {')],
  },
  {
    rule: 'R18',
    mistake: 'nobody is asked: submit again, for ever',
    edits: [core('lookup', "  return { do: 'ask', candidates: found.candidates };", "  return { do: 'submit', notBefore: isoOf(now) };")],
  },
  {
    rule: 'R19',
    mistake: 'a cancel whose answer was lost was refused',
    edits: [
      core(
        'changes',
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
        'changes',
        '  if (before.reversedBy !== null) return adapter.retrieve(before.reversedBy, undefined, call);\n  const key',
        '  const key',
      ),
      core(
        'changes',
        'await deriveReversalKey({ account: engine.account, payoutId: id, attempt: change.attempt ?? 1 });',
        'String(engine.runtime.random() + engine.runtime.now());',
      ),
      core(
        'changes',
        "if (error.outcome === 'rejected' && !isAboutState(error)) throw error;\n    const after",
        "if (error.outcome === 'rejected') throw error;\n    const after",
      ),
    ],
  },
  {
    rule: 'R20',
    mistake: 'a 401 or 429 asks for the next attempt',
    edits: [core('judge', "  alive: 'same_attempt',", "  alive: 'next_attempt',")],
  },
];

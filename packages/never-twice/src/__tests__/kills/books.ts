// The bank's books against what the workers were told.
import { deriveKey } from '@disburse/core/adapter';
import { SWITCHES } from '../../switches.ts';
import { micros, type Told } from './lines.ts';

/** A payout, as the books have it. */
interface Paid {
  readonly id: string;
  readonly reference: string;
  readonly attempt: number;
  /** At the latest. */
  readonly at: number;
}

export type Wrong = 'twice' | 'lost' | 'lie';
export interface Finding {
  readonly is: Wrong;
  readonly reference: string;
  readonly says: string;
}

export interface Books {
  readonly findings: readonly Finding[];
  readonly outcomes: Readonly<Record<Told['outcome'], number>>;
  readonly paid: ReadonlyMap<string, Paid>;
  /** A payout came into being, by the request with this key. */
  made(id: string, reference: string, key: string): Promise<void>;
  told(who: string, told: Told): void;
  /** References that are paid, and that somebody was told so of. */
  readonly known: ReadonlySet<string>;
  blame(is: Wrong, reference: string, says: string): void;
}

const HIGHEST_ATTEMPT = 60;

export function newBooks(): Books {
  const findings: Finding[] = [];
  const outcomes = { accepted: 0, rejected: 0, unknown: 0 };
  const paid = new Map<string, Paid>();
  const known = new Set<string>();
  const rejections: { readonly who: string; readonly told: Told }[] = [];
  const blame: Books['blame'] = (is, reference, says) => void findings.push({ is, reference, says });

  const rejected = (who: string, told: Told): void => {
    const { reference, attempt, retry, code } = told;
    const one = paid.get(reference);
    const said = `${who} was told rejected (${code}, ${retry}, attempt ${attempt})`;
    if (SWITCHES.laterAttempts && one !== undefined && one.at < told.askedAt)
      blame('lie', reference, `${said}, asked after attempt ${one.attempt} was paid`);
    else if (one?.attempt === attempt && one.at < (told.provedAt ?? told.toldAt)) blame('lie', reference, `${said}, and it was paid`);
    rejections.push({ who, told });
  };
  return {
    findings,
    outcomes,
    paid,
    known,
    blame,
    made: async (id, reference, key) => {
      const at = micros();
      const first = paid.get(reference);
      const attempt = await attemptOf(reference, key);
      if (first !== undefined) return blame('twice', reference, `${first.id} (attempt ${first.attempt}) and ${id} (attempt ${attempt})`);
      paid.set(reference, { id, reference, attempt, at });
      for (const { who, told } of rejections) {
        const isFinal = told.reference === reference && told.attempt === attempt && told.retry !== 'same_attempt';
        if (isFinal) blame('lie', reference, `${who} was told rejected for good (${told.code}, attempt ${attempt}), and it was paid later`);
      }
    },
    told: (who, told) => {
      outcomes[told.outcome] += 1;
      if (told.outcome === 'rejected') rejected(who, told);
      if (told.outcome !== 'accepted') return;
      const one = paid.get(told.reference);
      if (one?.id !== told.id)
        blame('lie', told.reference, `${who} was told accepted ${told.id}, and the books have ${one?.id ?? 'nothing'}`);
      known.add(told.reference);
    },
  };
}

async function attemptOf(reference: string, key: string): Promise<number> {
  for (let attempt = 1; attempt <= HIGHEST_ATTEMPT; attempt += 1) {
    if ((await deriveKey({ namespace: '', account: null, reference, attempt })) === key) return attempt;
  }
  throw new Error(`nobody derives the key that paid ${reference}`);
}

import { assertForm, assertKnown, type Known, type KnownForms } from './known-options.ts';

/** What goes wrong, as a test writes it down beforehand: for the next one, or for every one that fits. */
export interface Script<Fault, Matcher> {
  /** Lets this happen to the next one. Several faults happen to the same one; call again for the one after. */
  next(...faults: readonly [Fault, ...Fault[]]): void;
  /**
   * Lets this happen to every one that fits, or to so many of them. `next` goes first; then the oldest rule that fits.
   *
   * @returns A function that takes the rule back.
   */
  on(matcher: Matcher, fault: Fault | readonly Fault[], times?: number): () => void;
  /** Takes everything back. */
  clear(): void;
  /** Scripted faults that have not happened yet; a rule without `times` counts as one until it is taken back. */
  readonly waiting: number;
}

/** A script, and the plan it holds for whatever comes. */
export interface ScriptReader<Fault, Matcher, Subject, Plan> {
  readonly faults: Script<Fault, Matcher>;
  /** What happens to this one. Each scripted fault is given out once, or as often as its rule says. */
  take(subject: Subject): Plan;
}

/** How a script is read. */
export interface ScriptRules<Fault, Matcher extends object, Subject, Plan> {
  /** Sorts faults that happen together. @throws {TypeError} when they cannot. */
  readonly planOf: (faults: readonly Fault[]) => Plan;
  readonly fits: (matcher: Matcher, subject: Subject) => boolean;
  /** What a matcher may hold. */
  readonly matcher: Known<Matcher>;
  /** What each fault may hold, by the key that tells it; in the order in which they are looked for. */
  readonly forms: KnownForms;
}

interface Rule<Matcher, Plan> {
  readonly matcher: Matcher;
  readonly plan: Plan;
  left: number;
}

/** Creates an empty script. */
export function createScript<Fault extends object, Matcher extends object, Subject, Plan>({
  planOf,
  fits,
  matcher: known,
  forms,
}: ScriptRules<Fault, Matcher, Subject, Plan>): ScriptReader<Fault, Matcher, Subject, Plan> {
  let queue: Plan[] = [];
  let rules: Rule<Matcher, Plan>[] = [];
  const planned = (list: readonly Fault[]): Plan => {
    for (const fault of list) assertForm('the fault', fault, forms);
    return planOf(list);
  };
  const faults: Script<Fault, Matcher> = {
    next: (...list) => {
      queue.push(planned(list));
    },
    on: (matcher, fault, times = Number.POSITIVE_INFINITY) => {
      assertKnown('the matcher of a fault', matcher, known);
      const rule = { matcher, plan: planned(isList(fault) ? fault : [fault]), left: times };
      rules.push(rule);
      return () => {
        rules = rules.filter((other) => other !== rule);
      };
    },
    clear: () => {
      queue = [];
      rules = [];
    },
    get waiting() {
      return queue.length + rules.length;
    },
  };
  const take = (subject: Subject): Plan => {
    const next = queue.shift();
    if (next !== undefined) return next;
    const rule = rules.find(({ matcher }) => fits(matcher, subject));
    if (rule === undefined) return planOf([]);
    rule.left -= 1;
    if (rule.left <= 0) rules = rules.filter((other) => other !== rule);
    return rule.plan;
  };
  return { faults, take };
}

function isList<Item extends object>(value: Item | readonly Item[]): value is readonly Item[] {
  return Array.isArray(value);
}

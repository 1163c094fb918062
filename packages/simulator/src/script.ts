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
export interface ScriptRules<Fault, Matcher, Subject, Plan> {
  /** Sorts faults that happen together. @throws {TypeError} when they cannot. */
  readonly planOf: (faults: readonly Fault[]) => Plan;
  readonly fits: (matcher: Matcher, subject: Subject) => boolean;
}

interface Rule<Matcher, Plan> {
  readonly matcher: Matcher;
  readonly plan: Plan;
  left: number;
}

/** Creates an empty script. */
export function createScript<Fault extends object, Matcher, Subject, Plan>({
  planOf,
  fits,
}: ScriptRules<Fault, Matcher, Subject, Plan>): ScriptReader<Fault, Matcher, Subject, Plan> {
  let queue: Plan[] = [];
  let rules: Rule<Matcher, Plan>[] = [];
  const faults: Script<Fault, Matcher> = {
    next: (...list) => {
      queue.push(planOf(list));
    },
    on: (matcher, fault, times = Number.POSITIVE_INFINITY) => {
      const rule = { matcher, plan: planOf(isList(fault) ? fault : [fault]), left: times };
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

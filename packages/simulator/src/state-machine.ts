/** The steps of each status, as the provider documents them. */
export type Steps<Status extends string> = Readonly<Record<Status, readonly Status[]>>;

/** Whether the provider knows the step from one status to another, by its table. */
export function stateMachine<Status extends string>(steps: Steps<Status>): (from: Status, to: Status) => boolean {
  return (from, to) => steps[from].includes(to);
}

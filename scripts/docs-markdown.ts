/** A line that says where a document comes from, so that nobody edits it by hand. */
export const GENERATED = '<!-- Generated from the adapters by `npx -y pnpm@12 docs:tables`; do not edit. -->';

/** The columns of every table that sets the providers side by side. */
export const PROVIDERS = ['Stripe', 'Stripe Treasury', 'Mollie Balances'] as const;

/** A table; cells may hold Markdown, and never a line break. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Words as code, with commas between; a dash for none. */
export const codes = (words: readonly string[]): string => (words.length === 0 ? '–' : words.map((word) => `\`${word}\``).join(', '));

/** A document out of its blocks. */
export const documentOf = (...blocks: readonly string[]): string => `${blocks.join('\n\n')}\n`;

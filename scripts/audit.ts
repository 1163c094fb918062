// Known vulnerabilities in what is installed with a package: `pnpm check audit`. High and critical ones fail; the others, and those of tools that
// only this workspace has, are a note. Where the registry cannot be asked, that is a note, too; with --required, as in a release, it fails.
import { spawnSync } from 'node:child_process';
import { production } from './licences.ts';
import { root } from './published.ts';

/** What is read of an advisory in `pnpm audit --json`. */
export interface Advisory {
  readonly module_name: string;
  readonly severity: string;
  readonly title: string;
  readonly url: string;
  readonly findings: readonly { readonly version: string }[];
}

/** What an audit means: what fails, and what is told. */
export interface Verdict {
  readonly problems: readonly string[];
  readonly notes: readonly string[];
}

const GRAVE: readonly string[] = ['high', 'critical'];

/**
 * What the advisories mean for those who install the packages.
 *
 * @param installed `name@version` of everything that comes with them.
 */
export function verdictOf(advisories: readonly Advisory[], installed: ReadonlySet<string>): Verdict {
  const lines = advisories.map(({ module_name: name, severity, title, url, findings }) => {
    const versions = findings.map(({ version }) => version);
    const shipped = versions.some((version) => installed.has(`${name}@${version}`));
    const line = `${name} ${versions.join(', ')}: ${severity}: ${title} (${url})`;
    return { fails: shipped && GRAVE.includes(severity), line: shipped ? line : `${line}; in this workspace only` };
  });
  return {
    problems: lines.filter(({ fails }) => fails).map(({ line }) => line),
    notes: lines.filter(({ fails }) => !fails).map(({ line }) => line),
  };
}

/** What pnpm says of a registry that cannot be asked, without the address: that may be nobody's business. */
export function unanswered(said: string): string | null {
  if (!said.includes('ERR_PNPM_AUDIT_BAD_RESPONSE')) return null;
  const status = /responded with (\d{3})/.exec(said)?.[1];
  if (status !== undefined) return `it answered ${status}`;
  return said.includes('invalid JSON') ? 'its answer was no audit' : 'no answer came';
}

function isReport(value: unknown): value is { readonly advisories: Readonly<Record<string, Advisory>>; readonly metadata: object } {
  return typeof value === 'object' && value !== null && 'advisories' in value && 'metadata' in value;
}

function reportIn(text: string): readonly Advisory[] | null {
  try {
    const value: unknown = JSON.parse(text);
    return isReport(value) ? Object.values(value.advisories) : null;
  } catch {
    return null;
  }
}

if (import.meta.main) {
  const required = process.argv.includes('--required');
  const registry = process.argv.slice(2).filter((word) => word !== '--required'); // For a test: --registry <address>
  // Asked once, for ten seconds: pnpm would try for more than a minute.
  const patience = ['--config.fetch-retries=0', '--config.fetch-timeout=10000'];
  const { status, error, stdout, stderr } = spawnSync('pnpm', ['audit', '--prod', '--json', ...patience, ...registry], {
    cwd: root,
    encoding: 'utf8',
  });
  const advisories = reportIn(stdout);
  const silence = unanswered(`${stdout}${stderr}`);
  if (advisories !== null) {
    const installed = new Set(production().map(({ manifest: { name, version } }) => `${name}@${version}`));
    const { problems, notes } = verdictOf(advisories, installed);
    for (const note of notes) console.log(`note: ${note}`);
    for (const problem of problems) console.error(problem);
    process.exitCode = problems.length === 0 ? 0 : 1;
  } else if (silence !== null && !required) {
    console.log(`note: not audited: the registry could not be asked (${silence})`);
  } else {
    console.error(silence === null ? `pnpm audit ended with ${status ?? String(error)}: ${stdout}${stderr}` : `not audited: ${silence}`);
    process.exitCode = 1;
  }
}

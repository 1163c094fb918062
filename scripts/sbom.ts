// What each published package is made of, as CycloneDX 1.6: `pnpm release:sbom [folder]`, one file a package. pnpm writes them from the lockfile and
// from what is installed; here they are held to the schema of the format, and to what is really installed with each package.
import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Version } from '@cyclonedx/cyclonedx-library/Spec';
import { JsonStrictValidator } from '@cyclonedx/cyclonedx-library/Validation';
import { installedWith } from './licences.ts';
import { publishedPackages, root } from './published.ts';

/** What is read of a component: https://cyclonedx.org/docs/1.6/json/#components */
interface Component {
  readonly group?: string;
  readonly name: string;
  readonly version: string;
  readonly purl?: string;
  readonly licenses?: readonly unknown[];
  readonly externalReferences?: readonly { readonly hashes?: readonly unknown[] }[];
}

interface Bill {
  readonly metadata?: { readonly component?: Component };
  readonly components?: readonly Component[];
}

const nameOf = ({ group, name, version }: Component): string => `${group === undefined ? '' : `${group}/`}${name}@${version}`;

/**
 * What a bill does not say, one line each.
 *
 * @param names The package and everything that is installed with it, as `name@version`, the package first.
 */
export function problemsOfBill(bill: Bill, [own = '', ...others]: readonly string[]): string[] {
  const { components = [], metadata } = bill;
  const told = new Map(components.map((component) => [nameOf(component), component]));
  const about = metadata?.component === undefined ? 'nothing' : nameOf(metadata.component);
  return [
    ...(about === own ? [] : [`it is about ${about}, not ${own}`]),
    ...others.filter((name) => !told.has(name)).map((name) => `${name} is missing`),
    ...components.filter(({ licenses = [] }) => licenses.length === 0).map((each) => `${nameOf(each)} has no licence`),
    ...components.filter(({ purl = '' }) => !purl.startsWith('pkg:npm/')).map((each) => `${nameOf(each)} has no address`),
    ...components.filter((each) => !isOurs(each) && !isHashed(each)).map((each) => `${nameOf(each)} has no checksum`),
  ];
}

/** Ours has none yet: it is packed from here, and its provenance holds the checksum. */
const isOurs = ({ group }: Component): boolean => group === '@disburse';
const isHashed = ({ externalReferences = [] }: Component): boolean => externalReferences.some(({ hashes = [] }) => hashes.length > 0);

/** What the schema of the format says against a text; `null` when nothing. */
export async function againstSchema(text: string): Promise<string | null> {
  const error: unknown = await new JsonStrictValidator(Version.v1dot6).validate(text);
  return error === null ? null : JSON.stringify(error);
}

async function problemsOfFile(file: string, names: readonly string[]): Promise<string[]> {
  const text = readFileSync(file, 'utf8');
  const invalid = await againstSchema(text);
  return [...(invalid === null ? [] : [`is no CycloneDX 1.6: ${invalid}`]), ...problemsOfBill(JSON.parse(text) as Bill, names)];
}

if (import.meta.main) {
  const folder = resolve(process.argv[2] ?? join(root, '.disburse/sbom'));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const published = publishedPackages();
  const filters = published.map(({ folder: at }) => `--filter=./${at}`);
  const format = ['--prod', '--sbom-format', 'cyclonedx', '--sbom-spec-version', '1.6'];
  const made = spawnSync('pnpm', [...filters, 'sbom', ...format, '--split', '--out', join(folder, '%s-%v.cdx.json')], {
    cwd: root,
    encoding: 'utf8',
  });
  if (made.status !== 0) throw new Error(`pnpm sbom failed: ${made.stdout}${made.stderr}`, { cause: made.error });
  let problems = 0;
  for (const { folder: at, label, manifest } of published) {
    const with_ = installedWith(join(root, at)).filter(({ peer }) => !peer);
    const names = [`${manifest.name}@${manifest.version}`, ...with_.map((each) => `${each.manifest.name}@${each.manifest.version}`)];
    const file = `disburse-${label}-${manifest.version}.cdx.json`;
    for (const problem of await problemsOfFile(join(folder, file), names)) {
      problems += 1;
      console.error(`${file}: ${problem}`);
    }
  }
  console.log(
    globSync('*.json', { cwd: folder })
      .sort()
      .map((file) => join(folder, file))
      .join('\n'),
  );
  process.exitCode = problems === 0 ? 0 : 1;
}

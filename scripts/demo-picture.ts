// The picture of the demo's terminal: what most code does, and beside it what the same job does with disburse. Its lines are those that
// examples/demo.ts prints; scripts/demo-picture.test.ts writes docs/pictures/demo.svg.

/** Of text in a terminal. */
const [CHARACTER, ROW] = [7.85, 18];
const [COLUMNS, MARGIN, TOP] = [54, 22, 62];
const PANE = Math.ceil(COLUMNS * CHARACTER) + 2 * MARGIN;
const WIDTH = 2 * PANE;

const PLAIN = '#d9dbe6';
const [DIM, BOLD] = ['2', '1'];
/** By the number in a terminal's escape sequence. */
const COLOURS: Readonly<Record<string, string>> = {
  [DIM]: '#969bb3',
  [BOLD]: '#ffffff',
  31: '#ff8089',
  32: '#7fdca0',
  33: '#f1cf6b',
  36: '#7cd2e6',
};

interface Part {
  readonly style: string;
  readonly text: string;
}
type Row = readonly Part[];

const ESCAPE = new RegExp(`${String.fromCodePoint(27)}\\[(\\d+)m`);

/** @param said What the demo prints with colours. @throws {Error} where it has no such scenes. */
export function pictureOf(said: string): string {
  const scenes = said.trim().split('\n\n');
  const startingWith = (word: string): readonly string[] => scenes.filter((scene) => titleOf(scene).startsWith(word));
  const [left, right] = [startingWith('what '), startingWith('with disburse')].map((pane) => pane.flatMap(rowsOf));
  if (left === undefined || right === undefined || left.length === 0 || right.length === 0) throw new Error('The demo has other scenes.');
  // Only what disburse did is counted in the last line, so it stands in that pane.
  right.push(...partsOf(scenes.at(-1) ?? '').flatMap(({ style, text }) => wrapped(text, COLUMNS).map((row) => [{ style, text: row }])));
  const height = TOP + (Math.max(left.length, right.length) + 0.5) * ROW;
  return svg(height, [
    textAt(MARGIN, 34, [
      { style: DIM, text: '$ ' },
      { style: BOLD, text: 'npx -y pnpm@12 demo' },
    ]),
    `<path d="M0 46H${WIDTH}M${PANE} 46V${height}" stroke="#3a3e52"/>`,
    ...left.map((row, index) => textAt(MARGIN, TOP + (index + 0.5) * ROW, row)),
    ...right.map((row, index) => textAt(PANE + MARGIN, TOP + (index + 0.5) * ROW, row)),
  ]);
}

const titleOf = (scene: string): string => textOf(partsOf(scene.split('\n')[0] ?? ''));
const textOf = (row: Row): string => row.map(({ text }) => text).join('');

/** A line, cut where its colour changes. */
function partsOf(line: string): Row {
  const cut = line.split(ESCAPE);
  return cut.flatMap((text, index) => (index % 2 === 1 || text === '' ? [] : [{ style: cut[index - 1] ?? '', text }]));
}

/** A scene as rows of a pane, and an empty one below it. */
function rowsOf(scene: string): readonly Row[] {
  const [title = '', ...steps] = scene.split('\n');
  return [...wrapped(titleOf(title), COLUMNS).map((text) => [{ style: BOLD, text }]), ...steps.flatMap(stepRows), []];
}

/** A step: its time and status, and what it says in rows of its own. */
function stepRows(line: string): readonly Row[] {
  const parts = partsOf(line.trim());
  const says = parts.at(-1)?.text ?? '';
  return [parts.slice(0, -1), ...wrapped(says, COLUMNS - 2).map((text) => [{ style: '', text: `  ${text}` }])];
}

function wrapped(text: string, columns: number): readonly string[] {
  const rows: string[] = [];
  for (const word of text.split(/(?<=\S) (?=\S)/)) {
    const longer = `${rows.at(-1) ?? ''} ${word}`;
    if (rows.length > 0 && longer.length <= columns) rows[rows.length - 1] = longer;
    else rows.push(word);
  }
  return rows;
}

/** Browsers make one of several spaces, so they are written as spaces that stay. */
const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/ {2,}/g, (spaces) => '&#160;'.repeat(spaces.length));

function textAt(x: number, y: number, row: Row): string {
  const spans = row.map(({ style, text }) => {
    const fill = COLOURS[style] ?? PLAIN;
    return `<tspan fill="${fill}"${style === BOLD ? ' font-weight="600"' : ''}>${escaped(text)}</tspan>`;
  });
  return spans.length === 0 ? '' : `<text x="${x}" y="${y}">${spans.join('')}</text>`;
}

const FONTS = 'ui-monospace, SFMono-Regular, Menlo, Consolas, DejaVu Sans Mono, monospace';

function svg(height: number, inside: readonly string[]): string {
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title desc" font-family="${FONTS}" font-size="13">`,
    '<title id="title">The demo in a terminal</title>',
    '<desc id="desc">Left, most code pays one week twice after a lost answer. Right, disburse finds the one payout that was made.</desc>',
    `<rect width="${WIDTH}" height="${height}" rx="8" fill="#171923"/>`,
    ...inside.filter((line) => line !== ''),
    '</svg>',
  ];
  return `${lines.join('\n')}\n`;
}

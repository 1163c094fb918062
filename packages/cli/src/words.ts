// What core and the adapters say to programs, said to a person at a terminal. words.test.ts reads their sources for what is missing here.
import { PayoutError, type PayoutIssue } from '@disburse/core';

/** Advice to a program, and names of its parts. The command words its own next step, so most of it goes. */
const PHRASES: readonly (readonly [RegExp, string])[] = [
  [/ ?A payout may exist: keep outcome\.submission and submit it again; that cannot pay twice\./g, ' A payout may exist.'],
  [/was submitted before: submit outcome\.submission\./g, 'was submitted before.'],
  [/ ?Submit (?:outcome\.submission|that attempt's submission) to resolve it\./g, ''],
  [/ ?Resolve outcome\.submission\./g, ''],
  [/ Record the answer with resolve\(\)\./g, ''],
  [/ Use nextAttempt\(outcome\) once the cause is gone\./g, ''],
  [/ Create with attempt: nextAttempt\(outcome\)\./g, ''],
  [/ resolve that one\. lookup\(submission\) answers it\./g, ' resolve that one.'],
  [/must come from nextAttempt\(outcome\); leave it out for the first attempt/g, 'is only for what follows a rejection'],
  [/ is not supported; this provider can: [^.]*\./g, ' is not possible with this provider.'],
  [/(?:this|the) library's/g, "disburse's"],
  [/(?:this|the) library/g, 'disburse'],
  [/the submissions store/gi, 'the folder of submissions'],
  [/the (\w+) setting/g, '"$1" in the configuration'],
  [/in the settings/g, 'in the configuration'],
  [/the caller aborted/g, 'it was interrupted'],
  [/the caller stopped waiting while another caller/g, 'it was interrupted while another process'],
  [/give (?:a string, such as '([^']*)'|\{ amount: '([^']*)', currency: '([^']*)' \})/g, 'such as $1$2 $3'],
  [/such as '([\d.]+|[A-Z]{3})'/g, 'such as $1'],
  [/'full_balance'/g, '--full-balance'],
  // Whoever names an account types it; the configuration calls it as the adapter does.
  [/\((stripeAccount)\)/g, '(--account, or "$1" in the configuration)'],
  [/(?<=\bcheck )(stripeAccount)/gi, '--account, or "$1" in the configuration'],
  [/\bcreatedFrom\b/g, '--from'],
  [/\bcreatedTo\b/g, '--to'],
  [/for larger pages with limit\b/g, 'for larger pages with --limit'],
  [/\bstatementDescriptor (?=has|contains)/g, '--statement-descriptor '],
  [/\berror\.providerMessage says\b/g, 'The provider said'],
  [/ \(fit\(money, profile\) tells what can be sent\)/g, ''],
  [/with any of the webhookSecrets\. Pass the raw body[^.]*\./g, 'with any of "webhookSecrets" in the configuration.'],
  [/ The body looks like base64, [^]*'base64'\)\./g, ''],
  [/ Give onUnreadable to read the other rows\./g, ''],
  [/(?<![\w.])money\.(amount|currency)(?=: )/g, '$1'],
  [/\bnextCursor\b/g, 'cursor'],
  [/\bmaxResponseBytes\b/g, '"maxAnswerBytes" in the configuration'],
  [/\bremove readBalances\b/g, 'remove "readBalances"'],
  // Members of what is typed as --options.
  [/(?<=\b(?:with|or|in) )(payoutMethod|startingAfter|endingBefore|destinationPaymentMethod(?:Data|Options))\b/g, '"$1" of --options'],
  [/(?<!["\w.])(routingNumber|accountNumber|financialConnectionsAccount)\b/g, '"$1"'],
  [/\bbalances\(\)/g, 'disburse balances'],
  [/\bretrieve was refused/g, 'the read was refused'],
  [/^\[fileSubmissions\]/g, '[.disburse]'],
  [/\[fileSubmissions\] /g, ''],
];

/** Members of a request and of a query, as they are typed. */
const FLAGS: Readonly<Record<string, string>> = {
  reference: '--reference',
  money: 'amount',
  'money.amount': 'amount',
  'money.currency': 'currency',
  description: '--description',
  destination: '--destination',
  statementDescriptor: '--statement-descriptor',
  metadata: '--metadata',
  attempt: '--next-attempt',
  status: '--status',
  createdFrom: '--from',
  createdTo: '--to',
  limit: '--limit',
  cursor: '--cursor',
  providerOptions: '--options',
  fullBalance: '--full-balance',
  name: '--provider',
  account: '--account',
};

/** A sentence, without what only a program can do. */
export function inWords(sentence: string): string {
  const plain = PHRASES.reduce((text, [phrase, words]) => text.replace(phrase, words), sentence);
  return plain.replaceAll(/(?<! ) +(?=[,;]|\.(?:\s|$))/g, '').trimEnd();
}

/** Where something was typed: `metadata.a` is `--metadata a`, `providerOptions.stripe.method` is `--options method`. */
export function typedAs(path: string): string {
  if (Object.hasOwn(FLAGS, path)) return FLAGS[path] ?? path;
  const [first = '', ...rest] = path.split('.');
  if (first === 'metadata') return `--metadata ${rest.join('.')}`;
  if (first === 'providerOptions') return ['--options', rest.slice(1).join('.')].filter((part) => part !== '').join(' ');
  return path;
}

/** What is kept for a reference that is taken: these members are no part of what was typed, so the kept one is the subject. */
const OF_THE_KEPT: readonly string[] = ['name', 'provider', 'live', 'account'];

/** A problem as it stands in the sentence of its error, and as a person reads it there. */
function phrasings({ path, message }: PayoutIssue): readonly (readonly [string, string])[] {
  const subject = OF_THE_KEPT.includes(path) ? 'the kept one' : typedAs(path);
  return [
    [`${path}: ${message}`, `${typedAs(path)}: ${message}`],
    [`${path} ${message}`, `${subject} ${message}`],
  ];
}

/** An error of core in the words of the command; what is typed is named as it is typed. */
export function inCommandWords(error: PayoutError): PayoutError {
  const issues: PayoutIssue[] = error.issues.map(({ path, message }) => ({ path: typedAs(path), message: inWords(message) }));
  const named = error.issues
    .filter(({ path }) => path !== '')
    .flatMap(phrasings)
    .reduce((text, [coded, typed]) => text.replace(coded, () => typed), error.message);
  return new PayoutError(error.code, inWords(named), { ...error.details(), issues });
}

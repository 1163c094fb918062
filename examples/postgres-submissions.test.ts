import { readFileSync } from 'node:fs';
import { submissionStoreConformance, submissionToKeep } from '@disburse/conformance/stores';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresSubmissions, TABLE } from './postgres-submissions.ts';

let db: PGlite;
beforeAll(async () => {
  db = await PGlite.create();
}, 60_000);
afterAll(() => db.close());

async function newTable(): Promise<void> {
  await db.exec(`drop table if exists payout_submissions; ${TABLE}`);
}

const makeStore = async () => {
  await newTable();
  return { open: async () => postgresSubmissions(db) };
};
submissionStoreConformance({ describe, it, expect }, { name: 'postgresSubmissions', shared: true, makeStore });

describe('postgresSubmissions', () => {
  it('says unknown of a row that is no submission, and never takes it for absent', async () => {
    await newTable();
    await postgresSubmissions(db).putIfAbsent(submissionToKeep());
    await db.exec(`update payout_submissions set submission = '{"hello":"world"}'`);
    await expect(postgresSubmissions(db).putIfAbsent(submissionToKeep())).rejects.toThrow('submission.version');
    await expect(postgresSubmissions(db).find(submissionToKeep())).rejects.toThrow('submission.version');
  });

  it('keeps a deleted reference anew: the docs say what that means', async () => {
    await newTable();
    await postgresSubmissions(db).putIfAbsent(submissionToKeep());
    await db.exec('delete from payout_submissions');
    const second = submissionToKeep();
    expect((await postgresSubmissions(db).putIfAbsent(second)).submission).toBe(second);
  });
});

describe('docs/stores.md', () => {
  const docs = readFileSync(new URL('../docs/stores.md', import.meta.url), 'utf8');
  const blocks = (language: string): string[] =>
    docs
      .split(`\`\`\`${language}\n`)
      .slice(1)
      .map((block) => block.split('```')[0] ?? '');

  it('shows this store, and its table, as they are', () => {
    expect(blocks('ts')).toContain(readFileSync(new URL('postgres-submissions.ts', import.meta.url), 'utf8'));
    expect(blocks('sql')[0]?.replace(/\s+/g, ' ').trim()).toBe(`${TABLE.replace(/\s+/g, ' ').trim()};`);
  });

  it('blanks the bodies of old payouts, of which the store then still knows the payout', async () => {
    await newTable();
    const store = postgresSubmissions(db);
    const open = submissionToKeep({ reference: 'open' });
    await store.putIfAbsent(open);
    await store.setResolution(submissionToKeep(), { payoutId: 'po_1' });
    await db.exec(`update payout_submissions set stored_at = now() - interval '1 year'; ${blocks('sql')[1]}`);
    const kept = await store.putIfAbsent(submissionToKeep());
    expect(kept).toMatchObject({ resolution: { payoutId: 'po_1' }, submission: { ...submissionToKeep(), request: { body: '' } } });
    expect((await store.putIfAbsent({ ...open })).submission).toEqual(open);
  });
});

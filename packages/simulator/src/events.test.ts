import { expect, it } from 'vitest';
import { createEventLog } from './events.ts';

it('tells listeners until they are taken back, also twice, and keeps everything', () => {
  const log = createEventLog<number>();
  const heard: string[] = [];
  const listener = (name: string) => (event: number) => heard.push(`${name}${event}`);
  const takeBack = log.onEvent(listener('a'));
  const shared = listener('b');
  log.onEvent(shared);
  const takeSharedBack = log.onEvent(shared);
  log.tell(1);
  takeBack();
  takeBack();
  takeSharedBack();
  log.tell(2);
  expect(heard).toEqual(['a1', 'b1', 'b1', 'b2']);
  expect(log.all).toEqual([1, 2]);
});

it('lets a listener take itself back while it listens', () => {
  const log = createEventLog<number>();
  const heard: string[] = [];
  const takeBack = log.onEvent((event) => {
    heard.push(`once${event}`);
    takeBack();
  });
  log.onEvent((event) => heard.push(`always${event}`));
  log.tell(1);
  log.tell(2);
  expect(heard).toEqual(['once1', 'always1', 'always2']);
});

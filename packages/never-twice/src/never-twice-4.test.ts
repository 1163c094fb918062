import { neverTwiceShard } from './__tests__/never-twice-shard.ts';

neverTwiceShard(4);

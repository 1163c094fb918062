import { plantedShard } from './__tests__/planted-shard.ts';

plantedShard(1, 2);

import { plantedShard } from './__tests__/planted-shard.ts';

plantedShard(2, 2);

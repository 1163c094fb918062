// One mistake at least for every rule, as somebody in a hurry would make it. Each must be found.
import type { PlantedBug } from './planted-bug.ts';
import { OF_WHAT_IS_SENT } from './planted-sent.ts';
import { OF_WHAT_IS_TOLD } from './planted-told.ts';

export const PLANTED_BUGS: readonly PlantedBug[] = [...OF_WHAT_IS_SENT, ...OF_WHAT_IS_TOLD];

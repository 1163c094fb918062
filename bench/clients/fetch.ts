import type { Connect } from '../client.ts';
import { byHand } from './by-hand.ts';

export const connect: Connect = async (port) =>
  byHand(async (method, path, headers, body) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers, body });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return response.text();
  });

/**
 * How far a request got. `not_sent`: no byte of it can have left this machine (DNS, connect, TLS, a full queue).
 * `maybe_sent`: anything after the first byte may have left. `answered`: the provider's status line and headers are here.
 */
export type Evidence = 'not_sent' | 'maybe_sent' | 'answered';

import type { Evidence } from './transport.ts';

/** What {@link CommonSettings.onTelemetry} is told. No credential, key, body, account number or personal datum is in any of it. */
export type TelemetryEvent =
  | {
      readonly type: 'exchange';
      readonly provider: string;
      readonly method: string;
      /** Path with the query's values removed. */
      readonly path: string;
      readonly evidence: Evidence;
      readonly status: number | null;
      /** 0 for the first send, then 1, 2, ... */
      readonly resend: number;
      readonly durationMs: number;
      readonly requestId: string | null;
    }
  | {
      readonly type: 'outcome';
      readonly provider: string;
      readonly operation: 'create' | 'submit' | 'lookup' | 'settle';
      readonly outcome: 'accepted' | 'rejected' | 'unknown';
      readonly code: string | null;
      readonly replayed: boolean;
      readonly durationMs: number;
    }
  | { readonly type: 'diagnostic'; readonly provider: string; readonly code: string; readonly message: string };

export type OnTelemetry = (event: TelemetryEvent) => void;

/** Telemetry that can never change what happens: what a listener throws is dropped. */
export function quietly(onTelemetry: OnTelemetry | undefined): OnTelemetry {
  return (event) => {
    try {
      onTelemetry?.(event);
    } catch {
      // A broken listener must not turn an accepted payout into an exception.
    }
  };
}

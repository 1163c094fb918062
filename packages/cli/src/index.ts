// What a program needs that reads `disburse --json`: the command itself is the bin.
export { JsonRecordSchema } from './record-schemas.ts';
export type {
  CommandName,
  DryRunRecord,
  ErrorRecord,
  JsonRecord,
  OutcomeRecord,
  PayoutRecord,
  Results,
  SubmissionRecord,
} from './records.ts';

export { type ConformanceOptions, payoutProviderConformance, runConformance, type TestFunctions } from './conformance.ts';
export { type CheckResult, type ConformanceReport, summaryOf } from './report.ts';
export type {
  AmountRow,
  ConformanceWorld,
  Json,
  OpenWorld,
  PayoutEdits,
  ProviderAnswers,
  ScriptedAnswer,
  StatusRow,
  WireMoney,
  WorldPayout,
} from './world.ts';

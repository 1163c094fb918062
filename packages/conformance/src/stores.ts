export { type StoreUnderTest, submissionStoreConformance } from './store-conformance.ts';
export {
  type Optional,
  type StorePlace,
  type SubmissionStoreRule,
  submissionStoreRules,
  submissionToKeep,
  type WalkOptions,
} from './store-rules.ts';

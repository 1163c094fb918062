export { type StoreUnderTest, submissionStoreConformance } from './store-conformance.ts';
export { type StorePlace, type SubmissionStoreRule, submissionStoreRules, submissionToKeep } from './store-rules.ts';

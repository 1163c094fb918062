// The rules are published: one copy, in the package that the author of a store runs. Our own stores are held to the same.
export { type StorePlace, submissionStoreRules, submissionToKeep } from '@disburse/conformance/stores';

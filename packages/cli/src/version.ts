/** This package's version. scripts/release.test.ts holds it to package.json. */
export const VERSION: string = '0.0.0';

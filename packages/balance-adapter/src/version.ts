/** This package's version, as the `User-Agent` says it. A test holds it to package.json. */
export const VERSION: string = '0.0.0';

import { basename, dirname, join } from 'node:path';

/** The folder of package.json and register.js, both from dist/cli.js and from the sources in src/cli. */
export const packageRoot = basename(__dirname) === 'dist' ? dirname(__dirname) : join(__dirname, '../..');

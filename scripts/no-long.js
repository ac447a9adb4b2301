// Stands for the package `long` in our bundles: see bundle.ts.

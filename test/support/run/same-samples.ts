import fc from 'fast-check';

// Property tests of the suite try the same values in each run. The fuzzers (`npm run fuzz:…`) try new ones.
fc.configureGlobal({ seed: 7 });

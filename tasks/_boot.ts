// Imported first by every task. `.npmrc` hands `--import tsx` to Node through NODE_OPTIONS; children must not inherit it.
delete process.env.NODE_OPTIONS;

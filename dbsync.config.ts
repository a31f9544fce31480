// The configuration of this repository: the bundled example project on SQLite.
import { defineConfig } from './lib/config/define.ts';

export default defineConfig({
  project: './tests/fixtures/projects/bookshop',
  source: 'prisma',
  environments: {
    dev: {
      database: 'sqlite',
      // A local file holds no credentials, so it may stand here; anything else names a variable.
      url: 'file:./dev.db',
      protected: false,
      create: true,
    },
  },
});

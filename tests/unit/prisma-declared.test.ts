// The declared schema written as SQL where no engine of Prisma's works in process: read as Prisma reads it, written as its engine
// writes it, and the way there from any other schema, tried on a real server.
import * as assert from 'uvu/assert';
import type { Session } from '../../lib/dialects/contract.ts';
import { dialect } from '../../lib/dialects/mysql/index.ts';
import { DbsyncError } from '../../lib/errors/index.ts';
import { diffSnapshots, schemaObject, snapshotOf } from '../../lib/schema/index.ts';
import { blocksOf } from '../../lib/sources/prisma/declared/blocks.ts';
import { declaredStatements } from '../../lib/sources/prisma/declared/ddl.ts';
import {
  type Declared,
  declaredSchema,
  scriptOf,
  warningsOf,
} from '../../lib/sources/prisma/declared/index.ts';
import { declaredTables } from '../../lib/sources/prisma/declared/tables.ts';
import { wantedSchema } from '../../lib/sources/prisma/declared/wanted.ts';
import { readByPrisma } from '../../lib/sources/prisma/declared/wasm.ts';
import { demandAgreement } from '../../lib/sources/prisma/declared/witness.ts';
import { splitStatements } from '../../lib/sql/index.ts';
import { redactor, Secret } from '../../lib/target/index.ts';
import { mariadbMissing, startMariadb, type TestServer, TIMEOUTS } from '../helpers/mariadb.ts';
import { projectFolder, readMigrations } from '../helpers/project.ts';
import { spec } from '../helpers/spec.ts';

const HEAD = 'datasource db {\n  provider = "mysql"\n}\n';

const fileOf = (models: string, head = HEAD) => ({ path: 'schema.prisma', content: `${head}${models}` });

/** The statements that the models stand for, after both readers agreed on them. */
const written = (models: string, foreignKeys = true): readonly string[] => {
  const file = fileOf(models);
  const blocks = blocksOf(file);
  demandAgreement(blocks, readByPrisma([file]));
  return declaredStatements(declaredTables({ blocks, foreignKeys }), dialect.quote).map(({ sql }) => sql);
};

const refusalOf = (work: () => unknown): DbsyncError => {
  try {
    work();
  } catch (error) {
    if (error instanceof DbsyncError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

const ID = 'id Int @id @default(autoincrement())';
const OPTIONS = ') DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci';

/** The lines of one table, without its last. */
const lines = (models: string): readonly string[] =>
  (written(models)[0] ?? '')
    .split('\n')
    .slice(1, -1)
    .map((line) => line.trim().replace(/,$/, ''));

spec('the declared schema, read and written', ({ test }) => {
  test('scalar types, their defaults, and what only the client fills in', () => {
    assert.equal(
      lines(`enum Role {
  ADMIN @map("it's")
  USER
}
model T {
  ${ID}
  s  String   @default("it's")
  u  String   @default(uuid())
  c  String   @default(cuid(2))
  n  String   @default(nanoid(8))
  i  Int?
  b  BigInt   @default(9007199254740993)
  f  Float    @default(1.5)
  d  Decimal  @default(0.12345678901234567890)
  t  DateTime @default(now())
  up DateTime @updatedAt
  at DateTime @default("2020-01-01T10:20:30.5Z")
  y  Bytes
  j  Json     @default("{\\"a\\": 1}")
  o  Boolean  @default(true)
  r  Role     @default(ADMIN)
  g  String   @default(dbgenerated("(uuid())"))
  x  Unsupported("point")?
}
`),
      [
        '`id` INTEGER NOT NULL AUTO_INCREMENT',
        "`s` VARCHAR(191) NOT NULL DEFAULT 'it''s'",
        '`u` VARCHAR(191) NOT NULL',
        '`c` VARCHAR(191) NOT NULL',
        '`n` VARCHAR(191) NOT NULL',
        '`i` INTEGER NULL',
        '`b` BIGINT NOT NULL DEFAULT 9007199254740993',
        '`f` DOUBLE NOT NULL DEFAULT 1.5',
        '`d` DECIMAL(65, 30) NOT NULL DEFAULT 0.12345678901234567890',
        '`t` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)',
        '`up` DATETIME(3) NOT NULL',
        "`at` DATETIME(3) NOT NULL DEFAULT '2020-01-01T10:20:30.500+00:00'",
        '`y` LONGBLOB NOT NULL',
        '`j` JSON NOT NULL',
        '`o` BOOLEAN NOT NULL DEFAULT true',
        "`r` ENUM('it''s', 'USER') NOT NULL DEFAULT 'it''s'",
        '`g` VARCHAR(191) NOT NULL DEFAULT (uuid())',
        '`x` point NULL',
        'PRIMARY KEY (`id`)',
      ],
    );
  });

  test('native types with their arguments, under whatever name the datasource has', () => {
    const text = fileOf(
      `model T {
  id BigInt @id @mine.UnsignedBigInt
  a  String @mine.VarChar(20)
  b  String @mine.Char(36)
  c  String @mine.LongText
  d  Decimal @mine.Decimal(10, 2)
  e  DateTime @default(now()) @mine.Timestamp(0)
  f  Boolean @mine.TinyInt
  g  Boolean @mine.Bit(1)
  h  Bytes @mine.VarBinary(16)
  i  Int @mine.Year
}
`,
      'datasource mine {\n  provider = "mysql"\n  url = env("X") // the language of Prisma 5 and 6\n  directUrl = env("Y")\n}\n',
    );
    demandAgreement(blocksOf(text), readByPrisma([text]));
    const [table] = declaredTables({ blocks: blocksOf(text), foreignKeys: true });
    assert.equal(
      table?.columns.map(({ type, preset }) => (preset === null ? type : `${type} = ${preset}`)),
      [
        'BIGINT UNSIGNED',
        'VARCHAR(20)',
        'CHAR(36)',
        'LONGTEXT',
        'DECIMAL(10, 2)',
        'TIMESTAMP(0) = CURRENT_TIMESTAMP(0)',
        'BOOLEAN',
        'BIT(1)',
        'VARBINARY(16)',
        'YEAR',
      ],
    );
  });

  test('keys and indexes: mapped names, implied names of at most 64 bytes, lengths, order, full text', () => {
    const long = 'a_model_with_a_name_that_is_much_too_long_for_the_server';
    assert.equal(
      written(`model M {
  a String @map("col_a")
  b String @db.Text
  c String @unique(map: "own", sort: Desc)

  @@id([a, b(length: 10)])
  @@unique([a, c], name: "client", map: "pair")
  @@unique([c, a])
  @@index([b(length: 20), c(sort: Desc)])
  @@index([c], name: "older_word")
  @@fulltext([b], map: "words")
  @@map("${long}")
}
`)[0]
        ?.split('\n')
        .slice(4),
      [
        '    UNIQUE INDEX `own`(`c` DESC),',
        '    UNIQUE INDEX `pair`(`col_a`, `c`),',
        `    UNIQUE INDEX \`${`${long}_c_col_a`.slice(0, 60)}_key\`(\`c\`, \`col_a\`),`,
        `    INDEX \`${`${long}_b_c`.slice(0, 60)}_idx\`(\`b\`(20), \`c\` DESC),`,
        '    INDEX `older_word`(`c`),',
        '    FULLTEXT INDEX `words`(`b`),',
        '    PRIMARY KEY (`col_a`, `b`(10))',
        OPTIONS,
      ],
    );
  });

  test('one field without brackets is a list of one, as Prisma reads it', () => {
    const bare = `model A {
  ${ID}
  bs B[]
}
model B {
  ${ID}
  aId  Int
  text String @db.Text
  a    A @relation(fields: aId, references: id)
  @@index(aId)
  @@index(text(length: 8), map: "short")
}
`;
    const bracketed = bare
      .replace('fields: aId, references: id', 'fields: [aId], references: [id]')
      .replace('(aId)\n', '([aId])\n')
      .replace('text(length: 8)', '[text(length: 8)]');
    assert.is.not(bare, bracketed);
    assert.equal(written(bare), written(bracketed));
    assert.match(written(bare).join('\n'), /INDEX `B_aId_idx`\(`aId`\),\n {4}INDEX `short`\(`text`\(8\)\)/);
  });

  const RELATED = `model User {
  ${ID}
  posts   Post[]
  edited  Post[] @relation("editor")
  friends User[] @relation("friends")
  friend  User[] @relation("friends")
}
model Post {
  ${ID}
  authorId Int
  editorId Int? @map("editor")
  author   User  @relation(fields: [authorId], references: [id])
  editor   User? @relation("editor", fields: [editorId], references: [id], onUpdate: NoAction, map: "by")
  tags     Tag[]
}
model Tag {
  code  String @id @db.VarChar(8)
  posts Post[]
}
`;

  test('relations: foreign keys with their default actions, and the tables of implicit many-to-many', () => {
    const statements = written(RELATED);
    const join = (name: string, a: string, b: string): string =>
      [
        `CREATE TABLE \`${name}\` (`,
        `    \`A\` ${a} NOT NULL,`,
        `    \`B\` ${b} NOT NULL,`,
        `    UNIQUE INDEX \`${name}_AB_unique\`(\`A\`, \`B\`),`,
        `    INDEX \`${name}_B_index\`(\`B\`)`,
        OPTIONS,
      ].join('\n');
    const key = (table: string, name: string, rest: string): string =>
      `ALTER TABLE \`${table}\` ADD CONSTRAINT \`${name}\` FOREIGN KEY ${rest}`;
    const both = 'ON DELETE CASCADE ON UPDATE CASCADE';
    assert.equal(statements.slice(3), [
      join('_friends', 'INTEGER', 'INTEGER'),
      join('_PostToTag', 'INTEGER', 'VARCHAR(8)'),
      key(
        'Post',
        'Post_authorId_fkey',
        '(`authorId`) REFERENCES `User`(`id`) ON DELETE RESTRICT ON UPDATE CASCADE',
      ),
      key('Post', 'by', '(`editor`) REFERENCES `User`(`id`) ON DELETE SET NULL ON UPDATE NO ACTION'),
      key('_friends', '_friends_A_fkey', `(\`A\`) REFERENCES \`User\`(\`id\`) ${both}`),
      key('_friends', '_friends_B_fkey', `(\`B\`) REFERENCES \`User\`(\`id\`) ${both}`),
      key('_PostToTag', '_PostToTag_A_fkey', `(\`A\`) REFERENCES \`Post\`(\`id\`) ${both}`),
      key('_PostToTag', '_PostToTag_B_fkey', `(\`B\`) REFERENCES \`Tag\`(\`code\`) ${both}`),
    ]);
  });

  test('without foreign keys where relations are Prisma’s own, join tables included', () => {
    const statements = written(RELATED, false);
    assert.is(statements.filter((sql) => sql.includes('FOREIGN KEY')).length, 0);
    assert.is(statements.filter((sql) => sql.startsWith('CREATE TABLE')).length, 5);
  });

  test('what the client ignores is in the database all the same; comments and odd layout are read', () => {
    const statements = written(`
// model Ghost { id Int @id }
/* model Ghost
{ id Int @id } */
model T { // first
  id  Int @id // "quoted
  /// a { brace }
  old String? @ignore /* within */
  @@unique ( [ id , old ] , map : "u" ) // both
}
model Hidden {
  code Int
  @@ignore
}
`);
    assert.equal(
      statements.map((sql) => /`(\w+)`/.exec(sql)?.[1]),
      ['T', 'Hidden'],
    );
    assert.match(statements[0] ?? '', /`old` VARCHAR\(191\) NULL,\n {4}UNIQUE INDEX `u`\(`id`, `old`\)/);
  });

  test('a schema that Prisma does not accept is refused in its words', () => {
    const file = fileOf('model T {\n  id Int @id\n  x Strin\n}\n');
    const error = refusalOf(() => readByPrisma([file]));
    assert.is(error.code, 'SOURCE_INVALID');
    assert.match(error.why ?? '', /Type "Strin" is neither a built-in type/);
  });

  test('a schema that the two readers take differently is not written', () => {
    const read = fileOf('model T {\n  id Int @id\n  x String\n}\n');
    for (const other of [
      'model T {\n  id Int @id\n  x String?\n}\n',
      'model T {\n  id Int @id\n  x String @db.Text\n}\n',
      'model T {\n  id Int @id\n  x String @unique\n}\n',
      'model T {\n  id Int @id\n  y String\n}\n',
      'model T {\n  id Int @id\n  x String\n  y Int\n}\n',
      'model U {\n  id Int @id\n  x String\n}\n',
    ]) {
      const error = refusalOf(() => demandAgreement(blocksOf(read), readByPrisma([fileOf(other)])));
      assert.is(error.code, 'SCHEMA_UNRENDERABLE', other);
    }
  });
});

spec('the wanted schema', ({ test }) => {
  test('a server that stores names of tables in lower case changes nothing of what a column may keep', () => {
    const tables = declaredTables({
      blocks: blocksOf(fileOf(`model T {\n  ${ID}\n  j Json\n}\n`)),
      foreignKeys: true,
    });
    const table = (preset: string | null) =>
      snapshotOf(dialect.name, [
        schemaObject({
          kind: 'table',
          name: 't',
          children: [
            schemaObject({
              kind: 'column',
              name: 'j',
              attributes: { type: 'json', nullable: false, default: preset },
            }),
          ],
        }),
      ]);
    const actual = table("'{}'");
    const wanted = wantedSchema({
      actual,
      declared: table(null),
      tables,
      external: new Set(),
      keepIndexes: false,
    });
    assert.equal(diffSnapshots(actual, wanted).changes, []);
  });
});

const missing = mariadbMissing();

/** From one schema to another; both directions are gone. */
const STEPS: readonly (readonly [string, string, string])[] = [
  [
    'a new column, a dropped one, an altered one',
    `model T {\n  ${ID}\n  a String\n  b Int\n}\n`,
    `model T {\n  ${ID}\n  a String? @db.VarChar(50)\n  c DateTime @default(now())\n}\n`,
  ],
  [
    'a table more',
    `model T {\n  ${ID}\n}\n`,
    `model T {\n  ${ID}\n  us U[]\n}\nmodel U {\n  ${ID}\n  tId Int\n  t T @relation(fields: [tId], references: [id])\n}\n`,
  ],
  [
    'the type of columns that a foreign key joins',
    `model T {\n  ${ID}\n  us U[]\n}\nmodel U {\n  ${ID}\n  tId Int\n  t T @relation(fields: [tId], references: [id])\n}\n`,
    `model T {\n  id BigInt @id @default(autoincrement())\n  us U[]\n}\nmodel U {\n  ${ID}\n  tId BigInt?\n  t T? @relation(fields: [tId], references: [id], onDelete: Cascade)\n}\n`,
  ],
  [
    'an index of its own in place of the one that a foreign key made',
    `model T {\n  ${ID}\n  us U[]\n}\nmodel U {\n  ${ID}\n  tId Int\n  n Int\n  t T @relation(fields: [tId], references: [id])\n}\n`,
    `model T {\n  ${ID}\n  us U[]\n}\nmodel U {\n  ${ID}\n  tId Int\n  n Int\n  t T @relation(fields: [tId], references: [id])\n  @@index([tId, n])\n}\n`,
  ],
  [
    'the primary key',
    'model T {\n  a Int @id\n  b Int\n}\n',
    `model T {\n  a Int\n  b Int\n  n String\n  @@id([b, a])\n  @@unique([n(length: 5)])\n}\n`,
  ],
  [
    'a counting key',
    'model T {\n  id Int @id\n  b Int @unique\n}\n',
    `model T {\n  ${ID}\n  b Int @unique(map: "other")\n}\n`,
  ],
  [
    'enumerations, texts, numbers and their defaults',
    'enum E {\n  A\n  B\n}\nmodel T {\n  id Int @id\n  e E @default(A)\n  j Json?\n  t String @default("x") @db.Text\n  d Decimal @default(1)\n  y Bytes?\n}\n',
    'enum E {\n  B\n  C\n}\nmodel T {\n  id Int @id\n  e E? @default(C)\n  j Json\n  t String? @default("it\'s; `y`")\n  d Decimal @default(2.5) @db.Decimal(8, 3)\n  y Bytes? @db.Binary(16)\n  g String @default(dbgenerated("(uuid())"))\n  @@fulltext([t])\n}\n',
  ],
  [
    'many to many',
    `model T {\n  ${ID}\n  us U[]\n}\nmodel U {\n  ${ID}\n  ts T[]\n}\n`,
    `model T {\n  ${ID}\n}\nmodel U {\n  ${ID}\n  us U[] @relation("x")\n  back U[] @relation("x")\n}\n`,
  ],
  [
    'hostile names',
    `model T {\n  ${ID}\n  a Int @map("a\`;b")\n  @@map("t\`; DROP TABLE x; --x")\n}\n`,
    `model T {\n  ${ID}\n  a String @map("a\`;b")\n  b Int @unique(map: "k\`")\n  @@map("t\`; DROP TABLE x; --x")\n}\n`,
  ],
];

spec('the way to the declared schema on MariaDB', ({ test, skip, before, after }) => {
  if (missing !== null) {
    skip('everything that needs a server', missing);
    return;
  }
  let server: TestServer;
  const withDatabase = async <T>(work: (session: Session) => Promise<T>): Promise<T> => {
    const address = dialect.address(new Secret(server.url(await server.database('declared'))), '/');
    const session = await dialect.connect(address, { mode: 'write', timeouts: TIMEOUTS });
    try {
      return await work(session);
    } finally {
      await session.close();
    }
  };
  const declared = (models: string): Declared =>
    declaredSchema({
      files: [fileOf(models)],
      foreignKeys: true,
      external: ['left_alone'],
      context: { dialect, timeouts: TIMEOUTS, redact: redactor([]), withEmptyShadow: withDatabase },
      inspect: { ignore: [] },
    });
  const make = async (session: Session, models: string): Promise<void> => {
    for (const sql of written(models)) await session.execute(sql);
  };
  before(async () => {
    server = await startMariadb();
  });
  after(() => server.stop());

  test('a history that Prisma would have written leads to the schema file', () =>
    withDatabase(async (replayed) => {
      const folder = `${projectFolder('bookshop-mysql')}/prisma`;
      for (const { id, sql } of await readMigrations(`${folder}/migrations`))
        for (const { text } of splitStatements(sql, { file: id, rules: dialect.scan }))
          await replayed.execute(text);
      const { readFileSync } = await import('node:fs');
      const text = readFileSync(`${folder}/schema.prisma`, 'utf8');
      const change = await declared(text.slice(text.indexOf('enum '))).change(replayed, {
        keepIndexes: false,
      });
      assert.equal(change.statements, []);
    }));

  for (const [name, from, to] of STEPS) {
    for (const [way, a, b] of [
      ['', from, to],
      [', and back', to, from],
    ] as const) {
      test(`${name}${way}`, () =>
        withDatabase(async (session) => {
          await make(session, a);
          // The change is proven where it is asked for: behind it the database is what is declared.
          const { statements } = await declared(b).change(session, { keepIndexes: false });
          assert.ok(statements.length > 0);
          const again = await declared(b).change(session, { keepIndexes: false });
          assert.equal(again.statements, []);
          await withDatabase(async (fresh) => {
            await make(fresh, b);
            const rest = diffSnapshots(
              await dialect.inspect(session, { ignore: [] }),
              await dialect.inspect(fresh, { ignore: [] }),
            ).changes.filter((change) => change.action !== 'reorder');
            assert.equal(rest, []);
          });
        }));
    }
  }

  test('what a schema file cannot say stays: checks, triggers, comments, clocks, generated columns, views, others’ tables', () =>
    withDatabase(async (session) => {
      await make(session, `model T {\n  ${ID}\n  a String\n  g Int?\n  up DateTime\n}\n`);
      for (const sql of [
        "ALTER TABLE `T` MODIFY `a` VARCHAR(191) NOT NULL COMMENT 'said by hand'",
        'ALTER TABLE `T` MODIFY `up` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)',
        'ALTER TABLE `T` MODIFY `g` INT GENERATED ALWAYS AS (length(`a`)) STORED',
        'ALTER TABLE `T` ADD CONSTRAINT `short` CHECK (length(`a`) < 100)',
        'CREATE TRIGGER `tr` BEFORE INSERT ON `T` FOR EACH ROW SET NEW.a = trim(NEW.a)',
        'CREATE VIEW `V` AS SELECT `id` FROM `T`',
        'CREATE TABLE `left_alone` (`x` INT)',
        'CREATE TABLE `dropped` (`x` INT)',
      ])
        await session.execute(sql);
      const { statements, changes } = await declared(
        `model T {\n  ${ID}\n  a String @db.VarChar(200)\n  g Int?\n  up DateTime @default(now())\n}\n`,
      ).change(session, { keepIndexes: false });
      assert.is(
        scriptOf(statements),
        "-- AlterTable\nALTER TABLE `T` MODIFY `a` varchar(200) NOT NULL COMMENT 'said by hand';\n\n-- DropTable\nDROP TABLE `dropped`;\n",
      );
      assert.equal(warningsOf(changes), [
        'The table `dropped` is dropped with all of its rows.',
        'The column `a` of `T` becomes varchar(200), was varchar(191): values that do not fit fail or change.',
      ]);
      const kinds = (await dialect.inspect(session, { ignore: [] })).objects.map(({ name }) => name);
      assert.equal(kinds.sort(), ['T', 'V', 'left_alone']);
    }));

  test('an index that no model declares stays where it is asked to', () =>
    withDatabase(async (session) => {
      const models = `model T {\n  ${ID}\n  us U[]\n}\nmodel U {\n  ${ID}\n  tId Int\n  n Int\n  t T @relation(fields: [tId], references: [id])\n}\n`;
      await make(session, models);
      await session.execute('CREATE INDEX `by_hand` ON `U` (`tId`, `n`)');
      const kept = await declared(models).change(session, { keepIndexes: true });
      assert.equal(kept.statements, []);
      assert.equal(kept.undeclared, ['DROP INDEX `by_hand` ON `U`']);
      const { statements } = await declared(models).change(session, { keepIndexes: false });
      assert.is(statements.length, 1);
    }));

  test('an index that a foreign key made itself is exchanged on the server where it was made', () =>
    withDatabase(async (session) => {
      // The server drops such an index as soon as another can serve; in the text of SHOW CREATE TABLE it looks like any other.
      await session.execute('CREATE TABLE `T` (`id` INT NOT NULL PRIMARY KEY) COLLATE utf8mb4_unicode_ci');
      await session.execute(
        'CREATE TABLE `U` (`id` INT NOT NULL PRIMARY KEY, `tId` INT NOT NULL, CONSTRAINT `U_tId_fkey` FOREIGN KEY (`tId`) REFERENCES `T` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE) COLLATE utf8mb4_unicode_ci',
      );
      const models =
        'model T {\n  id Int @id\n  us U[]\n}\nmodel U {\n  id Int @id\n  tId Int\n  t T @relation(fields: [tId], references: [id])\n  @@index([tId])\n}\n';
      const { statements } = await declared(models).change(session, { keepIndexes: false });
      assert.equal(
        statements.map(({ sql }) => sql),
        ['ALTER TABLE `U` DROP INDEX `U_tId_fkey`,\n    ADD INDEX `U_tId_idx` (`tId`)'],
      );
    }));

  test('what the server refuses is said with its statement', () =>
    withDatabase(async (session) => {
      const asked = declared(`model T {\n  ${ID}\n  x Unsupported("no_such_type")?\n}\n`);
      await asked.prepare(null);
      try {
        await asked.change(session, { keepIndexes: false });
        assert.unreachable();
      } catch (error) {
        assert.instance(error, DbsyncError);
        assert.is((error as DbsyncError).code, 'SCHEMA_UNRENDERABLE');
        assert.match((error as DbsyncError).why ?? '', /`x` no_such_type NULL/);
      }
    }));
});

// Statements of a file: where each ends, where it stands, and that hostile text ends the scan.
import * as assert from 'uvu/assert';
import { splitStatements } from '../../lib/sql/index.ts';
import { HOSTILE, MYSQL, POSTGRES, SPLIT_CASES, SQLITE } from '../cases/sql-split.ts';
import { spec } from '../helpers/spec.ts';

spec('sql-split', ({ test }) => {
  for (const { name, rules, text, statements } of SPLIT_CASES) {
    test(name, () => {
      const found = splitStatements(text, { file: 'a.sql', rules });
      assert.equal(
        found.map((statement) => statement.text),
        statements,
      );
      for (const [index, statement] of found.entries()) {
        assert.is(statement.index, index);
        assert.is(statement.file, 'a.sql');
        assert.is(text.slice(statement.offset, statement.offset + statement.text.length), statement.text);
        assert.is(statement.line, text.slice(0, statement.offset).split('\n').length);
      }
    });
  }

  test('hostile text ends the scan under every set of rules', () => {
    for (const { text } of HOSTILE) {
      for (const rules of [POSTGRES, MYSQL, SQLITE]) {
        const found = splitStatements(text, { file: 'a.sql', rules });
        const offsets = found.map((statement) => statement.offset);
        assert.equal(
          offsets,
          [...offsets].sort((a, b) => a - b),
        );
      }
    }
  });

  test('the time grows with the length and not faster', () => {
    const unit =
      'INSERT INTO t VALUES (\'a;b\', $$c;d$$, "e", [f], `g`); -- h\n/* i */ CREATE TRIGGER t AFTER INSERT ON x BEGIN SELECT 1; END;\n';
    const time = (size: number): number => {
      const text = unit.repeat(size);
      const start = process.hrtime.bigint();
      for (const rules of [POSTGRES, MYSQL, SQLITE]) splitStatements(text, { file: 'a.sql', rules });
      return Number(process.hrtime.bigint() - start) / 1e6;
    };
    time(200);
    const small = Math.max(time(400), 5);
    const large = time(3200);
    // Eight times the text; forty leaves room for a busy machine, and a quadratic scan would need sixty-four.
    assert.ok(large < small * 40, `${small} ms for 400, ${large} ms for 3200`);
  });

  test('a line of a megabyte is one statement', () => {
    const text = `INSERT INTO t VALUES ('${'x;'.repeat(500_000)}');SELECT 1`;
    for (const rules of [POSTGRES, MYSQL, SQLITE]) {
      assert.is(splitStatements(text, { file: 'a.sql', rules }).length, 2);
    }
  });
});

-- found: my-rename-table my-rename-column
-- absent: my-drop-table my-drop-column my-narrow-int my-add-index my-truncate x-rename-as-drop-add my-add-not-null-implicit
CREATE TABLE a (id BIGINT PRIMARY KEY, n BIGINT, v VARCHAR(20), KEY a_n (n));
CREATE TABLE b (id BIGINT PRIMARY KEY, w VARCHAR(20));
CREATE TABLE r (id BIGINT PRIMARY KEY, old BIGINT NOT NULL);
-- migration
RENAME TABLE a TO x, b TO a, x TO b;
-- migration
ALTER TABLE b CHANGE n m BIGINT;
-- migration
ALTER TABLE r RENAME COLUMN old TO fresh;

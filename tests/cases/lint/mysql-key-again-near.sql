-- absent: my-duplicate-index
CREATE TABLE words (id INT NOT NULL, word VARCHAR(20), PRIMARY KEY (id), KEY other (word, id));

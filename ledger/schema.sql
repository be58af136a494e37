-- The log. Everything else in this file is derived from it. FORMAT.md says
-- what each column holds.
CREATE TABLE record (
  seq      INTEGER PRIMARY KEY,
  kind     INTEGER NOT NULL,
  id       TEXT    NOT NULL,
  version  INTEGER NOT NULL,
  recorded INTEGER NOT NULL,
  body     BLOB    NOT NULL,
  hash     BLOB    NOT NULL
) STRICT;
CREATE UNIQUE INDEX record_name ON record (kind, id, version);

-- The last record of each moment at which something was recorded.
CREATE TABLE moment (
  recorded INTEGER PRIMARY KEY,
  seq      INTEGER NOT NULL
) STRICT;

-- What closes what. The claim that is closed need not be held.
CREATE TABLE closed (
  target TEXT    NOT NULL,
  seq    INTEGER NOT NULL,
  PRIMARY KEY (target, seq)
) STRICT, WITHOUT ROWID;

-- Copies of the claims about a country, and of what closes them, packed in the
-- blocks in which they came, so that a country is read in one sweep.
CREATE TABLE country (
  code TEXT    NOT NULL,
  seq  INTEGER NOT NULL,
  body BLOB    NOT NULL,
  PRIMARY KEY (code, seq)
) STRICT, WITHOUT ROWID;

-- The tokens of each record. The row id is seq.
CREATE VIRTUAL TABLE find USING fts5 (
  tokens, content = '', detail = none, columnsize = 0,
  tokenize = "ascii tokenchars '-./_=^'"
);
INSERT INTO find (find, rank) VALUES ('hashsize', 33554432);
-- Segments of one size are merged by sixteens, not by fours: a record is
-- rewritten less often, and a search reads a few more of them.
INSERT INTO find (find, rank) VALUES ('automerge', 16);

CREATE TRIGGER record_update  BEFORE UPDATE ON record  BEGIN SELECT RAISE(ABORT, 'records are never changed'); END;
CREATE TRIGGER record_delete  BEFORE DELETE ON record  BEGIN SELECT RAISE(ABORT, 'records are never deleted'); END;
CREATE TRIGGER moment_update  BEFORE UPDATE ON moment  BEGIN SELECT RAISE(ABORT, 'moments are never changed'); END;
CREATE TRIGGER moment_delete  BEFORE DELETE ON moment  BEGIN SELECT RAISE(ABORT, 'moments are never deleted'); END;
CREATE TRIGGER closed_update  BEFORE UPDATE ON closed  BEGIN SELECT RAISE(ABORT, 'what is closed stays closed'); END;
CREATE TRIGGER closed_delete  BEFORE DELETE ON closed  BEGIN SELECT RAISE(ABORT, 'what is closed stays closed'); END;
CREATE TRIGGER country_update BEFORE UPDATE ON country BEGIN SELECT RAISE(ABORT, 'blocks are never changed'); END;
CREATE TRIGGER country_delete BEFORE DELETE ON country BEGIN SELECT RAISE(ABORT, 'blocks are never deleted'); END;

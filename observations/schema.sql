-- Nothing here is updated or deleted. FORMAT.md says what each column holds.
CREATE TABLE batch (
  seq      INTEGER PRIMARY KEY,
  id       TEXT    NOT NULL UNIQUE,
  recorded INTEGER NOT NULL,
  about    TEXT    NOT NULL
) STRICT;

CREATE TABLE count (
  batch      INTEGER NOT NULL REFERENCES batch (seq),
  country    TEXT    NOT NULL,
  network    INTEGER NOT NULL,
  test       TEXT    NOT NULL,
  target     TEXT    NOT NULL,
  month      TEXT    NOT NULL CHECK (length(month) = 7),
  probes     INTEGER NOT NULL CHECK (probes >= 5),
  saw        INTEGER NOT NULL,
  n          INTEGER NOT NULL,
  interfered INTEGER NOT NULL,
  mechanism  TEXT    NOT NULL,
  PRIMARY KEY (country, batch, month, test, target, network)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER batch_stays BEFORE UPDATE ON batch BEGIN SELECT raise(ABORT, 'batches are never changed'); END;
CREATE TRIGGER batch_is_kept BEFORE DELETE ON batch BEGIN SELECT raise(ABORT, 'batches are never deleted'); END;
CREATE TRIGGER count_stays BEFORE UPDATE ON count BEGIN SELECT raise(ABORT, 'counts are never changed'); END;
CREATE TRIGGER count_is_kept BEFORE DELETE ON count BEGIN SELECT raise(ABORT, 'counts are never deleted'); END;

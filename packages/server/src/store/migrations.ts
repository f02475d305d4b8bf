/**
 * What brings a database from one version to the next, in order; published ones are never edited.
 *
 * `position` is the order of commit: replaying events by it gives the same profiles. It is never reused, also not after
 * an erasure.
 */
export const migrations: readonly string[] = [
  `CREATE TABLE events (
     position INTEGER PRIMARY KEY AUTOINCREMENT,
     site TEXT NOT NULL,
     id TEXT NOT NULL,
     visitor TEXT,
     view TEXT NOT NULL,
     seq INTEGER NOT NULL,
     type TEXT NOT NULL,
     at INTEGER NOT NULL,
     mt INTEGER NOT NULL,
     received INTEGER NOT NULL,
     location TEXT NOT NULL,
     payload TEXT NOT NULL
   );
   CREATE UNIQUE INDEX events_by_id ON events (site, id);
   CREATE INDEX events_by_visitor ON events (site, visitor, position) WHERE visitor IS NOT NULL;
   CREATE TABLE profiles (
     site TEXT NOT NULL,
     visitor TEXT NOT NULL,
     generation INTEGER NOT NULL,
     state TEXT NOT NULL,
     PRIMARY KEY (site, visitor)
   ) WITHOUT ROWID;
   CREATE TABLE checks (name TEXT PRIMARY KEY, at INTEGER NOT NULL, ballast BLOB NOT NULL)`,
  // `arrivals` sums up `views` by the hour in which a view was first heard of: what should have come, and what has.
  `ALTER TABLE events ADD COLUMN bot INTEGER NOT NULL DEFAULT 0;
   CREATE INDEX events_by_received ON events (site, received);
   CREATE TABLE views (
     site TEXT NOT NULL,
     view TEXT NOT NULL,
     hour INTEGER NOT NULL,
     highest INTEGER NOT NULL,
     stored INTEGER NOT NULL,
     PRIMARY KEY (site, view)
   ) WITHOUT ROWID;
   CREATE INDEX views_by_hour ON views (site, hour);
   CREATE TABLE arrivals (
     site TEXT NOT NULL,
     hour INTEGER NOT NULL,
     views INTEGER NOT NULL,
     stored INTEGER NOT NULL,
     missing INTEGER NOT NULL,
     PRIMARY KEY (site, hour)
   ) WITHOUT ROWID`,
  // Who visitors are (`links`), and what they and the user were before that was known (`merges`: `begun` and `ended` are the
  // positions of the last event before each). `final`: older than the retention, so not to be taken back. `audit` only grows.
  `CREATE TABLE links (
     site TEXT NOT NULL,
     visitor TEXT NOT NULL,
     user TEXT NOT NULL,
     PRIMARY KEY (site, visitor)
   ) WITHOUT ROWID;
   CREATE INDEX links_by_user ON links (site, user);
   CREATE TABLE merges (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     site TEXT NOT NULL,
     visitor TEXT NOT NULL,
     user TEXT NOT NULL,
     at INTEGER NOT NULL,
     begun INTEGER NOT NULL,
     ended INTEGER,
     endedat INTEGER,
     final INTEGER NOT NULL DEFAULT 0,
     anonymous TEXT,
     known TEXT
   );
   CREATE INDEX merges_by_visitor ON merges (site, visitor);
   CREATE INDEX merges_by_user ON merges (site, user);
   CREATE INDEX merges_by_time ON merges (site, at) WHERE final = 0;
   CREATE INDEX merges_by_end ON merges (site, endedat) WHERE endedat IS NOT NULL;
   CREATE TABLE proofs (
     site TEXT NOT NULL,
     digest TEXT NOT NULL,
     expires INTEGER NOT NULL,
     PRIMARY KEY (site, digest)
   ) WITHOUT ROWID;
   CREATE TABLE audit (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     site TEXT NOT NULL,
     at INTEGER NOT NULL,
     actor TEXT NOT NULL,
     action TEXT NOT NULL,
     subject TEXT NOT NULL
   );
   CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
     BEGIN SELECT RAISE(ABORT, 'the audit is not changed'); END;
   CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit WHEN OLD.at > 1000 * (CAST(strftime('%s', 'now') AS INTEGER) - 31536000)
     BEGIN SELECT RAISE(ABORT, 'the audit is kept for a year'); END;
   CREATE TABLE salts (site TEXT PRIMARY KEY, salt TEXT NOT NULL) WITHOUT ROWID`,
  // Lists of other systems still name who was erased here: each of their lines asks for it.
  `CREATE INDEX audit_of_erased ON audit (site, subject) WHERE action = 'erase'`,
  // How far events have been handed on to each of the site's other tools.
  `CREATE TABLE forwards (
     site TEXT NOT NULL,
     destination TEXT NOT NULL,
     position INTEGER NOT NULL,
     PRIMARY KEY (site, destination)
   ) WITHOUT ROWID`,
  // What webhooks keep (see docs/webhooks.md): who is in which audience, when to look whether time has changed that, which times run,
  // and what is to be sent. `visitor` may be the key of a user. Of receivers that have said 410, the address.
  `CREATE TABLE webhook_members (
     site TEXT NOT NULL,
     visitor TEXT NOT NULL,
     audience TEXT NOT NULL,
     since INTEGER NOT NULL,
     PRIMARY KEY (site, visitor, audience)
   ) WITHOUT ROWID;
   CREATE TABLE webhook_looks (
     site TEXT NOT NULL,
     visitor TEXT NOT NULL,
     due INTEGER NOT NULL,
     PRIMARY KEY (site, visitor)
   ) WITHOUT ROWID;
   CREATE INDEX webhook_looks_by_due ON webhook_looks (site, due);
   CREATE TABLE webhook_waits (
     site TEXT NOT NULL,
     visitor TEXT NOT NULL,
     webhook TEXT NOT NULL,
     since INTEGER,
     quiet INTEGER NOT NULL,
     due INTEGER NOT NULL,
     PRIMARY KEY (site, visitor, webhook)
   ) WITHOUT ROWID;
   CREATE INDEX webhook_waits_by_due ON webhook_waits (site, due);
   CREATE TABLE webhook_outbox (
     position INTEGER PRIMARY KEY AUTOINCREMENT,
     site TEXT NOT NULL,
     webhook TEXT NOT NULL,
     visitor TEXT NOT NULL,
     id TEXT NOT NULL,
     at INTEGER NOT NULL,
     body TEXT NOT NULL,
     state TEXT NOT NULL,
     attempts INTEGER NOT NULL,
     next INTEGER NOT NULL,
     error TEXT
   );
   CREATE UNIQUE INDEX webhook_outbox_by_id ON webhook_outbox (site, id);
   CREATE INDEX webhook_outbox_by_visitor ON webhook_outbox (site, visitor, webhook, position);
   CREATE INDEX webhook_outbox_ready ON webhook_outbox (site, webhook, next) WHERE state = 'ready';
   CREATE INDEX webhook_outbox_dead ON webhook_outbox (site, next) WHERE state = 'dead';
   CREATE TABLE webhook_gone (
     site TEXT NOT NULL,
     webhook TEXT NOT NULL,
     url TEXT NOT NULL,
     at INTEGER NOT NULL,
     PRIMARY KEY (site, webhook)
   ) WITHOUT ROWID`,
]

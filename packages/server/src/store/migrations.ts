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
]

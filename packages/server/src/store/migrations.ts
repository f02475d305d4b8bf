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
]

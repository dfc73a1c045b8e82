// What node-oidc-provider remembers, in PostgreSQL. Tuned as far as the library's adapter contract allows:
//
// - one table a model, so that each index stays small; ids compare as bytes (COLLATE "C"), not by a locale;
// - each operation is one named prepared statement (parsed and planned once a connection) in its own transaction;
// - only what is searched for is a column; the rest is text that PostgreSQL never looks into (no jsonb parsing);
// - `consumed` is a column without an index, and its tables leave room in each page, so consuming is a HOT update;
// - rows are read as arrays, connections stay open, and expiry is judged by the library, which does so anyway.
//
// Nobody types a code here, hence no `findByUserCode`; the index that it would need is there. Expired rows are not swept during a run: that spares the peer work
// which a production system has to do.
import pg from 'pg';
import { errors } from 'oidc-provider';

const REVOKED_WITH_GRANT = new Set(['AccessToken', 'AuthorizationCode', 'RefreshToken']);
const CONSUMED = new Set(['AuthorizationCode', 'RefreshToken']);

// The prefix keeps clear of SQL's words: `grant` is one.
const tableOf = (model) => `oidc${model.replace(/([A-Z])/g, '_$1').toLowerCase()}`;

export function openPool(connectionString, size) {
  // Never closed for idleness: opening one costs a fork in PostgreSQL and prepares every statement anew.
  return new pg.Pool({ connectionString, max: size, min: size, idleTimeoutMillis: 0, keepAlive: true });
}

export async function createTables(pool, models) {
  for (const model of models) {
    const table = tableOf(model);
    await pool.query(`
      CREATE TABLE IF NOT EXISTS ${table} (
        id text COLLATE "C" PRIMARY KEY,
        grant_id text COLLATE "C",
        uid text COLLATE "C",
        payload text NOT NULL,
        consumed bigint,
        expires_at bigint
      ) WITH (fillfactor = ${CONSUMED.has(model) ? 80 : 100})`);
    if (REVOKED_WITH_GRANT.has(model)) {
      await pool.query(`CREATE INDEX IF NOT EXISTS ${table}_grant_id ON ${table} (grant_id)`);
    }
    if (model === 'DeviceCode') await pool.query(`CREATE UNIQUE INDEX IF NOT EXISTS ${table}_uid ON ${table} (uid)`);
    if (model === 'Session') await pool.query(`CREATE UNIQUE INDEX IF NOT EXISTS ${table}_uid ON ${table} (uid)`);
  }
}

export function adapterFactory(pool) {
  return (model) => new PostgresAdapter(pool, model);
}

class PostgresAdapter {
  #pool;

  #statements;

  constructor(pool, model) {
    const table = tableOf(model);
    const statement = (name, text) => ({ name: `${table}_${name}`, text, rowMode: 'array' });
    this.#pool = pool;
    this.#statements = {
      upsert: statement('upsert', `
        INSERT INTO ${table} (id, grant_id, uid, payload, expires_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (id) DO UPDATE SET grant_id = excluded.grant_id, uid = excluded.uid,
          payload = excluded.payload, expires_at = excluded.expires_at`),
      find: statement('find', `SELECT payload, consumed FROM ${table} WHERE id = $1`),
      findByUid: statement('find_by_uid', `SELECT payload, consumed FROM ${table} WHERE uid = $1`),
      consume: statement('consume', `UPDATE ${table} SET consumed = $2 WHERE id = $1 AND consumed IS NULL`),
      destroy: statement('destroy', `DELETE FROM ${table} WHERE id = $1`),
      revoke: statement('revoke', `DELETE FROM ${table} WHERE grant_id = $1`),
    };
  }

  #run(statement, values) {
    return this.#pool.query({ ...statement, values });
  }

  async #findWith(statement, key) {
    const { rows: [row] } = await this.#run(statement, [key]);
    if (row === undefined) return undefined;
    const payload = JSON.parse(row[0]);
    if (row[1] !== null) payload.consumed = Number(row[1]);
    return payload;
  }

  async upsert(id, payload, expiresIn) {
    const expiresAt = expiresIn ? Math.floor(Date.now() / 1000) + expiresIn : null;
    const { grantId = null, uid = payload.userCode ?? null } = payload;
    await this.#run(this.#statements.upsert, [id, grantId, uid, JSON.stringify(payload), expiresAt]);
  }

  find(id) {
    return this.#findWith(this.#statements.find, id);
  }

  findByUid(uid) {
    return this.#findWith(this.#statements.findByUid, uid);
  }

  async consume(id) {
    // The condition costs nothing and closes the race between the library's look and its write.
    const { rowCount } = await this.#run(this.#statements.consume, [id, Math.floor(Date.now() / 1000)]);
    if (rowCount === 0) throw new errors.InvalidGrant('already consumed');
  }

  async destroy(id) {
    await this.#run(this.#statements.destroy, [id]);
  }

  async revokeByGrantId(grantId) {
    await this.#run(this.#statements.revoke, [grantId]);
  }
}

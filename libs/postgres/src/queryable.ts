import type pg from 'pg';

/** What a statement needs of a pool, a client or a transaction. */
export type Queryable = Pick<pg.ClientBase, 'query'>;

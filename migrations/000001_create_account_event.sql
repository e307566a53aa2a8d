-- The events of accounts, one row an identity (account_id, event_time, event_id).
-- The key begins with the time: rows arrive roughly in its order, which makes it the cheapest key to maintain, and it
-- serves "everything in a time range". The second index serves "one account's events over a time range".
-- There is no default partition on purpose: rows that fell into it would stand in the way of the partition that they
-- belong to. The recorder makes partitions ahead of time, and on demand before it writes.

CREATE TABLE account_event (
  event_time    timestamptz NOT NULL,
  log_seq       bigint NOT NULL,
  first_log_seq bigint NOT NULL,
  account_id    text COLLATE "C" NOT NULL,
  event_id      text COLLATE "C" NOT NULL,
  event_type    text NOT NULL,
  country       text,
  amount        numeric(16, 4),
  currency      text,
  attributes    jsonb,
  CONSTRAINT account_event_pkey PRIMARY KEY (event_time, account_id, event_id)
) PARTITION BY RANGE (event_time);

CREATE INDEX account_event_account_idx ON account_event (account_id, event_time);

COMMENT ON TABLE account_event IS
  'Events of accounts: one row an identity (account_id, event_time, event_id), with the content of the version that was delivered last. Partitioned by event_time: UTC days lately, UTC months further back. Give a range of event_time in every query, so that only the partitions in it are read.';
COMMENT ON COLUMN account_event.event_time IS 'When it happened, by its publisher; milliseconds.';
COMMENT ON COLUMN account_event.log_seq IS
  'Place in the log of the version that stands: sequence of the message in the stream EVENTS times 4096, plus the index within the message. Higher places are later. Bits 53 and up count the logs that this database was written from before.';
COMMENT ON COLUMN account_event.first_log_seq IS
  'Place in the log of the first version of this identity; equal to log_seq unless it was delivered again.';
COMMENT ON COLUMN account_event.account_id IS 'The account; compares by bytes.';
COMMENT ON COLUMN account_event.event_id IS
  'The publisher''s id of the event; compares by bytes. The same id at another event_time is another event.';
COMMENT ON COLUMN account_event.event_type IS 'What happened: login, log-out, purchase, transfer, or any other type.';
COMMENT ON COLUMN account_event.country IS
  'ISO 3166-1 alpha-2, ZZ for "other"; NULL when the event named none. Names are in the table country.';
COMMENT ON COLUMN account_event.amount IS 'Exact, four decimal places; NULL when the event had none.';
COMMENT ON COLUMN account_event.currency IS 'ISO 4217; NULL when the event had none.';
COMMENT ON COLUMN account_event.attributes IS 'All other fields of the event by name; NULL when there were none.';

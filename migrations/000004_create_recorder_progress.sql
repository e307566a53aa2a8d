-- What the recorder knows of its own progress; written in the same transaction as the rows that it is about.

CREATE TABLE log_identity (
  generation integer NOT NULL,
  log_id     text NOT NULL,
  since      timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT log_identity_pkey PRIMARY KEY (generation)
);

COMMENT ON TABLE log_identity IS
  'The logs that this database was written from; the row with the highest generation is the present one. A recorder on another log refuses to write, unless it is told to adopt that log.';
COMMENT ON COLUMN log_identity.generation IS '0 for the first log; bits 53 and up of every place in the log.';
COMMENT ON COLUMN log_identity.log_id IS 'The log''s own identity.';
COMMENT ON COLUMN log_identity.since IS 'When the database began to be written from it.';

CREATE TABLE stream_position (
  stream     text NOT NULL,
  sequence   bigint NOT NULL,
  logged_at  timestamptz,
  updated_at timestamptz NOT NULL,
  CONSTRAINT stream_position_pkey PRIMARY KEY (stream)
);

COMMENT ON TABLE stream_position IS 'How far each stream has been recorded.';
COMMENT ON COLUMN stream_position.stream IS 'EVENTS, ALERTS, LATE or DEAD_LETTERS.';
COMMENT ON COLUMN stream_position.sequence IS 'Everything up to this message of the stream is in the tables.';
COMMENT ON COLUMN stream_position.logged_at IS 'When the stream stored that message.';
COMMENT ON COLUMN stream_position.updated_at IS 'When it was recorded.';

CREATE TABLE source_mark (
  source   text COLLATE "C" NOT NULL,
  epoch    bigint NOT NULL,
  sequence bigint NOT NULL,
  used_at  timestamptz NOT NULL,
  CONSTRAINT source_mark_pkey PRIMARY KEY (source, epoch)
);

COMMENT ON TABLE source_mark IS
  'The last frame recorded of each source of events. A frame that the log holds twice counts once: those at or below the mark are passed over.';
COMMENT ON COLUMN source_mark.source IS 'Who wrote the frames into the log.';
COMMENT ON COLUMN source_mark.epoch IS 'Which life of the source; grows with each of its starts.';
COMMENT ON COLUMN source_mark.sequence IS 'The last frame of that life that was recorded.';
COMMENT ON COLUMN source_mark.used_at IS
  'When the log stored the last frame of that life; a mark that was not used for a day is no mark any more.';

-- Input that was refused, kept with its bytes.

CREATE TABLE dead_letter (
  id              text COLLATE "C" NOT NULL,
  reason          text NOT NULL,
  field           text,
  value           text,
  message         text NOT NULL,
  source_kind     text NOT NULL,
  source_name     text NOT NULL,
  source_sequence bigint,
  source_index    bigint NOT NULL,
  received_at     timestamptz NOT NULL,
  payload         bytea NOT NULL,
  stream_seq      bigint NOT NULL,
  CONSTRAINT dead_letter_pkey PRIMARY KEY (id)
);

CREATE INDEX dead_letter_received_at_idx ON dead_letter (received_at);

COMMENT ON TABLE dead_letter IS
  'Refused input: one row for each refused item or unparsable body. Read the bytes with convert_from(payload, ''UTF8'').';
COMMENT ON COLUMN dead_letter.id IS 'Names the refusal for good; a redelivery has the same id.';
COMMENT ON COLUMN dead_letter.reason IS 'Code of the refusal, the last part of its subject.';
COMMENT ON COLUMN dead_letter.field IS 'The field that was refused; NULL when it was the whole.';
COMMENT ON COLUMN dead_letter.value IS 'The value that was refused, quoted and shortened.';
COMMENT ON COLUMN dead_letter.message IS 'What is wrong and what would have been accepted, for people.';
COMMENT ON COLUMN dead_letter.source_kind IS 'Where it came from: http, nats, kafka or log.';
COMMENT ON COLUMN dead_letter.source_name IS 'Remote address, subject or topic.';
COMMENT ON COLUMN dead_letter.source_sequence IS 'Position in a stream or topic; NULL over HTTP.';
COMMENT ON COLUMN dead_letter.source_index IS 'Which item of the body, from 0.';
COMMENT ON COLUMN dead_letter.received_at IS 'When it was received.';
COMMENT ON COLUMN dead_letter.payload IS 'The bytes as they came.';
COMMENT ON COLUMN dead_letter.stream_seq IS
  'Sequence in the stream DEAD_LETTERS. Bits 53 and up as in account_event.log_seq.';

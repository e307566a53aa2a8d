-- What was decided about events: alerts and late events; and the rules that decided.

CREATE TABLE alert (
  alert_id       text COLLATE "C" NOT NULL,
  status         text NOT NULL CHECK (status IN ('raised', 'retracted')),
  revision       integer NOT NULL,
  shadow         boolean NOT NULL,
  rule_id        text COLLATE "C" NOT NULL,
  rule_version   integer NOT NULL,
  rule_type      text NOT NULL,
  severity       text NOT NULL,
  account_id     text COLLATE "C" NOT NULL,
  group_key      jsonb NOT NULL,
  event_id       text COLLATE "C" NOT NULL,
  event_time     timestamptz NOT NULL,
  detected_at    timestamptz NOT NULL,
  logged_at      timestamptz NOT NULL,
  reason         text NOT NULL,
  observed       jsonb NOT NULL,
  evidence       jsonb NOT NULL,
  evidence_count bigint NOT NULL,
  shard          integer NOT NULL,
  log_message    bigint NOT NULL,
  stream_seq     bigint NOT NULL,
  CONSTRAINT alert_pkey PRIMARY KEY (alert_id)
);

CREATE INDEX alert_event_time_idx ON alert (event_time);
CREATE INDEX alert_account_idx ON alert (account_id, event_time);

COMMENT ON TABLE alert IS
  'Alerts: one row an alert_id, as its last message in the stream ALERTS left it. Those that stand have status raised.';
COMMENT ON COLUMN alert.alert_id IS 'A function of rule, group and triggering event: the same facts give the same id.';
COMMENT ON COLUMN alert.status IS 'raised, or retracted: a late event or a correction removed what supported it.';
COMMENT ON COLUMN alert.revision IS '1 at the first raising, one more each time it was raised again.';
COMMENT ON COLUMN alert.shadow IS 'Judged by a rule in state shadow: recorded, not published to subscribers.';
COMMENT ON COLUMN alert.rule_id IS 'The rule that judged.';
COMMENT ON COLUMN alert.rule_version IS 'The version of the rule that judged; see rule_version.';
COMMENT ON COLUMN alert.rule_type IS 'multi-country or velocity.';
COMMENT ON COLUMN alert.severity IS 'low, medium, high or critical.';
COMMENT ON COLUMN alert.account_id IS 'Account of the event that triggered the alert.';
COMMENT ON COLUMN alert.group_key IS 'The fields that the rule groups by, with their values.';
COMMENT ON COLUMN alert.event_id IS 'The event that triggered the alert, together with account_id and event_time.';
COMMENT ON COLUMN alert.event_time IS 'When that event happened.';
COMMENT ON COLUMN alert.detected_at IS 'When the detector decided, by its clock.';
COMMENT ON COLUMN alert.logged_at IS 'When the log stored the message that led to the decision.';
COMMENT ON COLUMN alert.reason IS 'One sentence for people.';
COMMENT ON COLUMN alert.observed IS 'Each condition''s value beside its limit; for multi-country the two countries.';
COMMENT ON COLUMN alert.evidence IS 'The contributing events, at most 20, newest first.';
COMMENT ON COLUMN alert.evidence_count IS 'How many events contributed in all.';
COMMENT ON COLUMN alert.shard IS 'The shard that decided.';
COMMENT ON COLUMN alert.log_message IS 'Sequence of the message in the stream EVENTS that led to the decision.';
COMMENT ON COLUMN alert.stream_seq IS
  'Sequence in the stream ALERTS of the message that this row shows; a row only moves to a higher one. Bits 53 and up as in account_event.log_seq.';

CREATE TABLE late_event (
  log_seq     bigint NOT NULL,
  account_id  text COLLATE "C" NOT NULL,
  event_id    text COLLATE "C" NOT NULL,
  event_time  timestamptz NOT NULL,
  rules       jsonb NOT NULL,
  shard       integer NOT NULL,
  logged_at   timestamptz NOT NULL,
  CONSTRAINT late_event_pkey PRIMARY KEY (log_seq)
);

CREATE INDEX late_event_account_idx ON late_event (account_id, event_time);
CREATE INDEX late_event_logged_at_idx ON late_event (logged_at);

COMMENT ON TABLE late_event IS
  'Events that came after the history which some rules would have judged them by was let go. They are in account_event all the same.';
COMMENT ON COLUMN late_event.log_seq IS 'Place in the log of the delivery that was late; see account_event.log_seq.';
COMMENT ON COLUMN late_event.account_id IS 'The account.';
COMMENT ON COLUMN late_event.event_id IS 'The event, together with account_id and event_time.';
COMMENT ON COLUMN late_event.event_time IS 'When it happened.';
COMMENT ON COLUMN late_event.rules IS 'The rules that did not judge it: id and version of each.';
COMMENT ON COLUMN late_event.shard IS 'The shard that found it late.';
COMMENT ON COLUMN late_event.logged_at IS 'When the log stored the event.';

CREATE TABLE rule_version (
  rule_id     text COLLATE "C" NOT NULL,
  version     integer NOT NULL,
  state       text NOT NULL,
  type        text NOT NULL,
  severity    text NOT NULL,
  author      text NOT NULL,
  changed_at  timestamptz NOT NULL,
  comment     text NOT NULL,
  definition  jsonb NOT NULL,
  log_message bigint NOT NULL,
  CONSTRAINT rule_version_pkey PRIMARY KEY (rule_id, version)
);

COMMENT ON TABLE rule_version IS 'Every version of every rule, as the log holds them.';
COMMENT ON COLUMN rule_version.rule_id IS 'The rule.';
COMMENT ON COLUMN rule_version.version IS '1, 2, 3 and so on for each rule.';
COMMENT ON COLUMN rule_version.state IS 'active, shadow, paused or deleted.';
COMMENT ON COLUMN rule_version.type IS 'multi-country or velocity.';
COMMENT ON COLUMN rule_version.severity IS 'low, medium, high or critical.';
COMMENT ON COLUMN rule_version.author IS 'Who made the change.';
COMMENT ON COLUMN rule_version.changed_at IS 'When, by the author''s clock.';
COMMENT ON COLUMN rule_version.comment IS 'Why; may be empty.';
COMMENT ON COLUMN rule_version.definition IS 'The rule as analysts write it.';
COMMENT ON COLUMN rule_version.log_message IS
  'Sequence of the message in the stream EVENTS from which on the version counts. Bits 53 and up as in account_event.log_seq.';

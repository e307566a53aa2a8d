-- Events in the form of the servers' own logs.

CREATE VIEW server_log AS
SELECT
  e.event_id AS "eventId",
  e.account_id AS "userId",
  e.event_type AS "eventType",
  c.name AS "locationCountry",
  to_char(e.event_time AT TIME ZONE 'UTC', 'YYYY-MM-DD-HH24-MI-SS') AS "eventTimeStamp"
FROM account_event AS e
LEFT JOIN country AS c ON c.alpha2 = e.country;

COMMENT ON VIEW server_log IS
  'Events in the form of the servers'' own logs. A filter on "eventTimeStamp" reads every partition: for a range of time, ask account_event.';
COMMENT ON COLUMN server_log."eventId" IS 'account_event.event_id';
COMMENT ON COLUMN server_log."userId" IS 'account_event.account_id';
COMMENT ON COLUMN server_log."eventType" IS 'account_event.event_type';
COMMENT ON COLUMN server_log."locationCountry" IS 'English name of the country; NULL when the event named none.';
COMMENT ON COLUMN server_log."eventTimeStamp" IS 'account_event.event_time as yyyy-MM-dd-HH-mm-ss, UTC.';

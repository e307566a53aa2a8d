-- The role vigil_reader reads everything and writes nothing. It cannot log in: grant it to those who may read,
-- GRANT vigil_reader TO somebody;
-- Where the migrating user may not create roles, an administrator creates it (CREATE ROLE vigil_reader NOLOGIN); the
-- grants follow at the recorder's next start, which calls the function again.

CREATE FUNCTION vigil_grant_reader() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'vigil_reader') THEN
    BEGIN
      CREATE ROLE vigil_reader NOLOGIN;
    EXCEPTION
      WHEN insufficient_privilege THEN
        RAISE NOTICE 'role vigil_reader does not exist and % may not create it', current_user;
        RETURN false;
      -- Roles belong to the whole server: another database's migration may have been faster.
      WHEN duplicate_object OR unique_violation THEN NULL;
    END;
  END IF;
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO vigil_reader', current_schema());
  EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO vigil_reader', current_schema());
  EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT ON TABLES TO vigil_reader', current_schema());
  RETURN true;
EXCEPTION
  WHEN insufficient_privilege THEN
    RAISE NOTICE '% may not grant to vigil_reader: %', current_user, SQLERRM;
    RETURN false;
END
$$;

COMMENT ON FUNCTION vigil_grant_reader() IS
  'Creates the role vigil_reader where that is allowed, and lets it read every table. True when it may.';

SELECT vigil_grant_reader();

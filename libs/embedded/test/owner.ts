/** A process that starts the servers in the directories it is given, says so, and waits to be killed. */
import { startEmbeddedNats, startEmbeddedPostgres } from '#embedded';

const [storeDir, dataDir] = process.argv.slice(2);
const nats = await startEmbeddedNats({ storeDir });
const postgres = await startEmbeddedPostgres({ dataDir });
console.log(JSON.stringify({ nats: nats.pid, postgres: postgres.pid }));
setInterval(() => undefined, 60_000);

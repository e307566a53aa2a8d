/** The configuration file of the embedded nats-server. */

export interface NatsSettings {
  readonly host: string;
  readonly port: number;
  readonly storeDir: string;
  /** `always`, or how long a write may lie in the page cache, e.g. `2m`. */
  readonly syncInterval: string;
  readonly serverName: string;
  /** What JetStream may reserve on disk, bytes. */
  readonly maxStoreBytes: number;
  /** Port of the monitoring pages on the loopback interface; `null` for none. */
  readonly monitorPort: number | null;
  /** More lines, as the server's configuration language has them. */
  readonly extraConfig: string;
}

/** Largest message: an intake publisher may send a body of a few megabytes. */
export const MAX_PAYLOAD_BYTES = 8 * 1024 * 1024;

export function natsConfig(settings: NatsSettings): string {
  const lines = [
    `host: ${quoted(settings.host)}`,
    `port: ${settings.port}`,
    `server_name: ${quoted(settings.serverName)}`,
    // The server writes the ports that it listens on into a file here: by it one knows that it is this one.
    `ports_file_dir: ${quoted(settings.storeDir)}`,
    `max_payload: ${MAX_PAYLOAD_BYTES}`,
    // What waits for a client that does not read; one that is slower than this is cut off and comes back.
    `max_pending: ${8 * MAX_PAYLOAD_BYTES}`,
    'write_deadline: "10s"',
    ...(settings.monitorPort === null ? [] : [`http: "127.0.0.1:${settings.monitorPort}"`]),
    'jetstream {',
    `  store_dir: ${quoted(settings.storeDir)}`,
    `  sync_interval: ${quoted(settings.syncInterval)}`,
    `  max_file_store: ${settings.maxStoreBytes}`,
    '}',
    settings.extraConfig,
  ];
  return lines.join('\n').trimEnd() + '\n';
}

function quoted(text: string): string {
  return `"${text.replace(/\\/g, '\\\\').replace(/"/g, '\\"')}"`;
}

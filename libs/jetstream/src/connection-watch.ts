/** The ups and downs of a connection, told to any number of listeners by one loop per connection. */
import type { NatsConnection } from '@nats-io/transport-node';

export type ConnectionChange = 'disconnected' | 'reconnected' | 'closed';
export type ConnectionListener = (change: ConnectionChange) => void;

class ConnectionWatch {
  readonly listeners = new Set<ConnectionListener>();
  connected: boolean;

  constructor(private readonly connection: NatsConnection) {
    this.connected = !connection.isClosed() && connection.info !== undefined;
    void this.run();
  }

  private async run(): Promise<void> {
    for await (const { type } of this.connection.status()) {
      if (type === 'disconnect') this.tell('disconnected');
      else if (type === 'reconnect') this.tell('reconnected');
    }
    this.tell('closed');
  }

  private tell(change: ConnectionChange): void {
    this.connected = change === 'reconnected';
    for (const listener of [...this.listeners]) listener(change);
  }
}

const watches = new WeakMap<NatsConnection, ConnectionWatch>();

function watchOf(connection: NatsConnection): ConnectionWatch {
  let watch = watches.get(connection);
  if (!watch) watches.set(connection, (watch = new ConnectionWatch(connection)));
  return watch;
}

/** Whether the connection is up, as far as is known. */
export function isConnected(connection: NatsConnection): boolean {
  return watchOf(connection).connected && !connection.isClosed();
}

/** Calls the listener on every change from now on; returns what ends that. */
export function onConnectionChange(connection: NatsConnection, listener: ConnectionListener): () => void {
  const { listeners } = watchOf(connection);
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

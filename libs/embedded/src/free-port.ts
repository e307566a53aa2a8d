import { createServer } from 'node:net';

/** Ports given out by this process: two calls in a row never name the same one, though neither is bound yet. */
const given = new Set<number>();

/** A TCP port of the loopback interface that is free now: `preferred` when it is, else one that the system picks. */
export async function freePort(preferred?: number): Promise<number> {
  if (preferred !== undefined && !given.has(preferred) && (await isFree(preferred))) return preferred;
  for (;;) {
    const port = await pickPort();
    if (given.has(port)) continue;
    given.add(port);
    return port;
  }
}

/** Whether a server could listen on this port of the loopback interface now. */
export function isFree(port: number): Promise<boolean> {
  return listenOnce(port).then(
    () => true,
    () => false,
  );
}

function pickPort(): Promise<number> {
  return listenOnce(0);
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : port;
      server.close(() => resolve(bound));
    });
  });
}

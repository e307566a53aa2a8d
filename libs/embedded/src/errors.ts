/** What went wrong with a server on this machine, and what a person can do about it. */

/** No usable server program is installed. The message says what to install. */
export class ServerNotFoundError extends Error {
  override readonly name = 'ServerNotFoundError';
}

/** The data directory is held by a process that is alive; starting a second server on it would destroy data. */
export class DirectoryInUseError extends Error {
  override readonly name = 'DirectoryInUseError';
}

/** The server was started and did not come up. The message ends with the last lines of its log. */
export class ServerStartError extends Error {
  override readonly name = 'ServerStartError';
}

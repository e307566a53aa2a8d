/** Lines that stay, and on a terminal one line below them that changes. */
import { styleText } from 'node:util';

export type Style = Parameters<typeof styleText>[0];

export class Terminal {
  private status = '';

  constructor(private readonly out: NodeJS.WriteStream = process.stdout) {
    // A reader that went away (`npm start | head`) or a closed terminal must not end the stack in disorder.
    out.on('error', () => undefined);
  }

  get isInteractive(): boolean {
    return this.out.isTTY === true;
  }

  line(text: string): void {
    this.out.write(
      this.isInteractive && this.status !== '' ? `\r\x1b[K${text}\n${this.status}` : `${text}\n`,
    );
  }

  /** Shows the line that changes; an empty one removes it. Does nothing where there is no terminal. */
  showStatus(text: string): void {
    if (!this.isInteractive) return;
    this.status = text.slice(0, (this.out.columns || 80) - 1);
    this.out.write(`\r\x1b[K${this.status}`);
  }

  /** Coloured where the output is a terminal that wants colours. */
  styled(style: Style, text: string): string {
    return styleText(style, text, { stream: this.out });
  }
}

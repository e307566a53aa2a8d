import { importantMessage, ImportantLines, readableTail } from './log-lines.js';

const line = (level: string, msg: string): string => `${JSON.stringify({ level, msg })}\n`;

describe('ImportantLines', () => {
  function shown() {
    const lines: string[] = [];
    const clock = { now: 0 };
    const important = new ImportantLines(
      'recorder',
      (text) => lines.push(text),
      () => clock.now,
    );
    return { lines, clock, important };
  }

  it('shows warnings and worse, and nothing else', () => {
    const { lines, important } = shown();
    important.take(
      line('info', 'all is well') + line('warn', 'slow') + line('error', 'broken') + 'not JSON\n',
    );
    expect(lines).toEqual(['recorder: slow', 'recorder: broken']);
  });

  it('puts lines together that come in pieces', () => {
    const { lines, important } = shown();
    const text = line('warn', 'in two pieces');
    important.take(text.slice(0, 10));
    expect(lines).toEqual([]);
    important.take(text.slice(10));
    expect(lines).toEqual(['recorder: in two pieces']);
  });

  it('shows a repeated line once in a while, with how often it came', () => {
    const { lines, clock, important } = shown();
    for (let i = 0; i < 5; i++) important.take(line('warn', `try ${i} failed`));
    clock.now = 60_000;
    important.take(line('warn', 'try 9 failed'));
    expect(lines).toEqual([
      'recorder: try 0 failed',
      'recorder: try 9 failed (and 4 times more before this)',
    ]);
  });
});

describe('importantMessage', () => {
  it('takes no line for important that is cut or of another shape', () => {
    for (const text of ['', '{', '{"level":50,"msg":"x"}', '{"level":"warn"}', '[]', 'warn']) {
      expect(importantMessage(text)).toBeNull();
    }
  });
});

describe('readableTail', () => {
  it('shows messages of JSON lines and other lines as they are', () => {
    const text = line('info', 'one') + line('fatal', 'two') + 'Error: three\n    at four\n';
    expect(readableTail(text, 3).split('\n')).toEqual([
      '    fatal: two',
      '    Error: three',
      '        at four',
    ]);
  });
});

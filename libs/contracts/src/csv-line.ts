/** Lines of CSV by RFC 4180, save that a line break ends the record also within quotes: so no line spoils the next. */

/** The cells; null when quotes stand where they may not, or are not closed. */
export function splitCsvLine(line: string): string[] | null {
  return line.includes('"') ? splitQuoted(line) : line.split(',');
}

function splitQuoted(line: string): string[] | null {
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    const end = line.charAt(at) === '"' ? closedEnd(line, at + 1) : plainEnd(line, at);
    if (end < 0 || (end < line.length && line.charAt(end) !== ',')) return null;
    cells.push(cellText(line.slice(at, end)));
    if (end === line.length) return cells;
    at = end + 1;
  }
}

/** Where the cell without quotes that begins at `from` ends; -1 when a quote stands in it. */
function plainEnd(line: string, from: number): number {
  const comma = line.indexOf(',', from);
  const end = comma < 0 ? line.length : comma;
  return line.slice(from, end).includes('"') ? -1 : end;
}

/** Where the quoted cell with its text from `from` on ends, behind its closing quote; -1 when it has none. */
function closedEnd(line: string, from: number): number {
  let at = line.indexOf('"', from);
  while (at >= 0 && line.charAt(at + 1) === '"') at = line.indexOf('"', at + 2);
  return at < 0 ? -1 : at + 1;
}

function cellText(cell: string): string {
  return cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
}

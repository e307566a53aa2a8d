import { parsePubAck } from './publish-outcome.js';

const ack = (text: string) => parsePubAck(new TextEncoder().encode(text));

describe('parsePubAck', () => {
  it('reads what was stored, and what had been stored before', () => {
    expect(ack('{"stream":"EVENTS","seq":7}')).toEqual({ kind: 'stored', sequence: 7, duplicate: false });
    expect(ack('{"stream":"EVENTS","seq":7,"duplicate":true}')).toEqual({
      kind: 'stored',
      sequence: 7,
      duplicate: true,
    });
  });

  it.each([
    ['wrong last sequence', 10071, 'conflict'],
    ['maximum bytes exceeded', 10077, 'full'],
    ['insufficient storage resources available', 10047, 'full'],
    ['JetStream system temporarily unavailable', 10008, 'unavailable'],
  ])('classes "%s" (%d) as %s', (description, code, kind) => {
    const outcome = ack(JSON.stringify({ error: { code: 503, err_code: code, description } }));
    expect(outcome).toEqual({ kind, message: `${description} (${code})` });
  });

  it.each(['', 'hello', '{}', '{"seq":0}', '{"seq":"7"}'])('takes %j for no answer at all', (text) => {
    expect(ack(text).kind).toBe('unknown');
  });
});

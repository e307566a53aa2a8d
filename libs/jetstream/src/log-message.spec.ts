import { parseDelivery } from './log-message.js';

const expected = { sequence: 42, delivery: 7, timeMs: 1795248204064, pending: 3 };

describe('parseDelivery', () => {
  it('reads the short form', () => {
    expect(parseDelivery('$JS.ACK.EVENTS.consumer.1.42.7.1795248204064123456.3')).toEqual(expected);
  });

  it('reads the form with domain and account, with and without a token at its end', () => {
    expect(parseDelivery('$JS.ACK.hub.AB12.EVENTS.consumer.1.42.7.1795248204064123456.3')).toEqual(expected);
    expect(parseDelivery('$JS.ACK.hub.AB12.EVENTS.consumer.1.42.7.1795248204064123456.3.xyz')).toEqual(
      expected,
    );
  });

  it('takes nothing else', () => {
    expect(parseDelivery('_INBOX.abc.1')).toBeNull();
    expect(parseDelivery('$JS.ACK.EVENTS')).toBeNull();
  });
});

import type { FastifyRequest } from 'fastify';
import { settle } from '#testing';
import { RequestGate } from './request-gate.js';

const CONFIG = { maxBodyBytes: 100, maxInFlightBytes: 250 };

function withHeaders(headers: Record<string, string>): FastifyRequest {
  return { headers } as unknown as FastifyRequest;
}

function open(): RequestGate {
  const gate = new RequestGate(CONFIG);
  gate.start();
  return gate;
}

describe('RequestGate', () => {
  it('reserves the stated length, and the most there can be where none is stated', () => {
    const gate = open();
    gate.admit(withHeaders({ 'content-length': '30' }), 'none');
    expect(gate.budget.used).toBe(30);
    gate.admit(withHeaders({ 'transfer-encoding': 'chunked' }), 'none');
    expect(gate.budget.used).toBe(130);
  });

  it('refuses with 429 when the room is taken, and lets in again when it is free', () => {
    const gate = open();
    const chunked = withHeaders({ 'transfer-encoding': 'chunked' });
    const first = gate.admit(chunked, 'none');
    gate.admit(chunked, 'none');
    expect(() => gate.admit(chunked, 'none')).toThrow(expect.objectContaining({ status: 429 }));
    first.letGo();
    expect(gate.admit(chunked, 'none').size).toBe(100);
  });

  it('refuses a stated length beyond the limit', () => {
    expect(() => open().admit(withHeaders({ 'content-length': '101' }), 'none')).toThrow(
      expect.objectContaining({ status: 413 }),
    );
  });

  it('lets nobody in before the start and after the close', async () => {
    const gate = new RequestGate(CONFIG);
    const request = withHeaders({ 'content-length': '1' });
    expect(() => gate.admit(request, 'none')).toThrow('starting');
    gate.start();
    gate.admit(request, 'none');
    await gate.close();
    expect(() => gate.admit(request, 'none')).toThrow('stopping');
  });

  it('closes when the last one inside has been answered', async () => {
    const gate = open();
    const leave = [gate.enter(), gate.enter()];
    let closed = false;
    void gate.close().then(() => (closed = true));
    leave[0]();
    await settle();
    expect(closed).toBe(false);
    leave[1]();
    await settle();
    expect(closed).toBe(true);
    expect(gate.signal.aborted).toBe(false);
  });
});
